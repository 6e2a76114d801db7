"""Loading with `withheld.toml`: what it names is never written to the archive, and comes back when a rebuild no longer finds it named.

What is withheld is loaded all the same, into an archive of its own in memory: so a new address, a further page or a file of it is known for what
it is. That archive is a function of the withheld captures, so it is made again from them wherever a loader begins.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import Any

import sqlite_utils

from archive.captures import SiteFolder
from archive.records import Capture, Reading
from archive.reference import load_reference
from archive.removal import forget_article, forget_unkept_files
from archive.tables import in_memory, store_reference, transaction, upsert
from archive.withheld import OUTCOME, Withheld, hidden
from pipelines import rows, urls
from pipelines.context import Context
from pipelines.judge import Result, judge, target
from pipelines.load import Loader, Tally

Log = dict[str, Any]  # arguments of `derive.record_log`
ADDRESS = re.compile(r"https?://[^\s,;]+")
# What is left of a withheld capture: that it is there, and where; not what it is of.
BLANK = {"url": "", "content_type": None, "location": None, "article_id": None, "payload_digest": "", "content_digest": "", "refers_to": None}
SHOWN_FILE = """
SELECT 1 FROM attachments t JOIN articles a ON a.id = t.article_id WHERE t.url = :url AND a.site_id = :site
UNION ALL SELECT 1 FROM captures WHERE site_id = :site AND location = :clean AND kind = 'attachment'"""
FILE = "SELECT id, sequence, location FROM captures WHERE site_id = ? AND url = ? AND kind = 'attachment' ORDER BY sequence"
OF_ARTICLE = "SELECT id FROM captures WHERE site_id = ? AND article_id = ? ORDER BY sequence"
ARTICLES = "SELECT id, url, location FROM captures WHERE site_id = ? AND kind = 'article' AND outcome <> ? ORDER BY sequence"
LEADING_HERE = "SELECT id FROM captures WHERE site_id = ? AND location = ? AND kind = 'article' AND outcome <> ? ORDER BY sequence"


class WithholdingLoader(Loader):
    """A Loader that keeps back what is withheld. Where nothing is, it is one."""

    def __init__(
        self,
        db: sqlite_utils.Database,
        folder: SiteFolder,
        context: Context,
        withheld: Withheld,
        *,
        lock: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        super().__init__(db, folder, context, lock=lock)
        self._withheld = withheld
        self._covered: set[str] = set()  # captures that are withheld, as far as this loader knows
        self._files: dict[str, str] = {}  # of these, those of files, and their addresses

    @cached_property
    def _aside(self) -> Loader:
        db = in_memory()
        store_reference(db, load_reference())
        aside = Loader(db, self._folder, self._context)
        aside._register_site()
        return aside

    @cached_property
    def _named(self) -> dict[str, list[Capture]]:
        """The captures that the file names: all pages of the article that each belongs to, by the id of the first."""
        named = (pages for one in sorted(self._withheld.captures) if (pages := self._folder.pages(one)))
        return {whole[0].id: whole for pages in named if (whole := self._folder.pages(pages[0].part_of) if pages[0].part_of else pages)}

    @cached_property
    def _contents(self) -> set[tuple[object, ...]]:
        """What they say: a later capture that says the same would show it again."""
        readings = (judge(pages, self._context) for pages in self._named.values())
        return {_content(one) for one in readings if isinstance(one, Reading)}

    def catch_up(self, readings: Mapping[str, Result] | None = None) -> Tally:
        with self.lock(), transaction(self.db):
            self._learn()
            for article_id in sorted(self._withheld.articles):
                self._withdraw(article_id)  # the file is younger than the rows
            self._settle_files()
        return super().catch_up(readings)

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._covered, self._files = set(), {}
        vars(self).pop("_aside", None)

    def in_force(self) -> bool:
        """Is just that withheld which the file names? Only reading the site again brings back what it does not name any more."""
        self._learn()
        if any(self.db.execute("SELECT 1 FROM captures WHERE id = ? AND outcome <> ?", [one, OUTCOME]).fetchone() for one in self._withheld.captures):
            return False
        return all(names & self._withheld.articles for names in self._names())

    def apply(self, captures: Sequence[tuple[int, Capture]], results: Sequence[Result]) -> None:
        self._learn()
        if not (self._withheld.entries or self._covered):
            super().apply(captures, results)
            return
        for one, result in zip(captures, results, strict=True):
            if self._is_named(one[1], result):
                self._cover(one)
            elif self._belongs(one[1], result):
                self._put_aside(one, result)
            else:
                super().apply([one], [result])
        self._settle_files()

    def _learn(self) -> None:
        """Take in what the archive has as withheld and this loader has not seen: at its beginning all of it."""
        for capture_id in hidden(self.db.conn, self._context.site):
            if capture_id not in self._covered:
                self._replay(capture_id)

    def _replay(self, capture_id: str) -> None:
        self._covered.add(capture_id)
        for sequence, capture in self._numbered(capture_id):
            result = self._judge(sequence, capture)
            if capture.kind == "attachment" and (capture.part_of or capture.id) not in self._named:
                self._files[capture_id] = capture.url
            elif not self._is_named(capture, result):
                self._aside.apply([(sequence, capture)], [result])

    def _numbered(self, capture_id: str) -> Iterator[tuple[int, Capture]]:
        found = self.db.execute("SELECT sequence FROM captures WHERE id = ?", [capture_id]).fetchone()
        return ((found[0], page) for page in self._folder.pages(capture_id)[:1])

    # -- what is withheld

    def _is_named(self, capture: Capture, result: Result) -> bool:
        if (capture.part_of or capture.id) in self._named:
            return True
        return isinstance(result, Reading) and bool(self._contents) and _content(result) in self._contents

    def _belongs(self, capture: Capture, result: Result) -> bool:
        """Is this capture one of a withheld article, or of what hangs on it?"""
        aside = self._aside
        if capture.part_of:
            return capture.part_of in self._covered
        if capture.kind != "article":
            return False
        led_to = target(capture)
        if led_to and self.withholds(self._key(led_to)):
            return True
        key = self._key(capture.url)
        known = self._known(key)
        moved = aside._moved(aside._redirects_to(capture.url), result) if isinstance(result, Reading) else None
        if known is None:
            return bool(moved) or self.withholds(key)
        if moved and isinstance(result, Reading) and aside._is_same(moved, result):  # it stood under this address before the other one led here
            self._withdraw(known)
            return True
        return False

    def withholds(self, key: str) -> bool:
        """Is the article of this address key (`urls.identity_key`) withheld?"""
        if urls.article_id(self._context.site, key) in self._withheld.articles:
            return True
        return bool(self._withheld.entries or self._covered) and self._aside._known(key) is not None

    def _key(self, url: str) -> str:
        return urls.identity_key(url, self._pattern)

    # -- keeping it back

    def _cover(self, one: tuple[int, Capture]) -> None:
        row = rows.capture_row(*one) | BLANK | {"outcome": OUTCOME}
        upsert(self.db, "captures", [row])
        self._covered.add(one[1].id)
        if one[1].kind == "attachment":
            forget_unkept_files(self.db)

    def _put_aside(self, one: tuple[int, Capture], result: Result) -> None:
        for capture_id in self._leading_to(one[1]):
            self._take_back(capture_id)
        self._aside.apply([one], [result])
        self._cover(one)

    def _leading_to(self, capture: Capture) -> list[str]:
        """The redirects to it, over others too, that the archive has: other addresses of it."""
        found: list[str] = []
        waiting = [urls.clean(capture.url)]
        for led_to in waiting:  # grows while it is walked
            leading = self.db.execute(LEADING_HERE, [self._context.site, led_to, OUTCOME]).fetchall()
            found += [capture_id for (capture_id,) in leading if capture_id not in found]
            sources = [urls.clean(page.url) for (one,) in leading for page in self._folder.pages(one)[:1]]
            waiting += [source for source in sources if source not in waiting]
        return list(reversed(found))

    def _take_back(self, capture_id: str) -> None:
        """Withhold a capture that stands in the archive."""
        for sequence, capture in self._numbered(capture_id):
            self.db.execute("DELETE FROM failures WHERE capture_id = ?", [capture_id])
            self._aside.apply([(sequence, capture)], [self._judge(sequence, capture)])
            self._cover((sequence, capture))

    def _withdraw(self, article_id: str) -> None:
        """Withhold an article that stands in the archive, as if it had never been there."""
        stored = self._stored(article_id)
        if stored is None or stored["site_id"] != self._context.site:
            return
        captures = [one for (one,) in self.db.execute(OF_ARTICLE, [self._context.site, article_id]).fetchall()]
        forget_article(self.db, article_id)
        for capture_id in captures:
            for one in (*(led for page in self._folder.pages(capture_id)[:1] for led in self._leading_to(page)), capture_id):
                if one not in self._covered:
                    self._take_back(one)
        for capture_id, url, location in self.db.execute(ARTICLES, [self._context.site, OUTCOME]).fetchall():
            key = self._key(url)
            if (self.withholds(key) and self._known(key) is None) or (location and self.withholds(self._key(location))):
                self._take_back(capture_id)

    # -- files, which are withheld as long as no other article links to them

    def _settle_files(self) -> None:
        if "_aside" not in vars(self):
            return
        for capture_id, url in list(self._files.items()):
            if self._is_shown(url):
                for one in self._numbered(capture_id):
                    self._covered.discard(capture_id)
                    del self._files[capture_id]
                    super().apply([one], [self._judge(*one)])
        for (url,) in self._aside.db.execute("SELECT DISTINCT url FROM attachments").fetchall():
            self._cover_file(url)

    def _cover_file(self, url: str) -> None:
        if self._is_shown(url):
            return
        for capture_id, sequence, location in self.db.execute(FILE, [self._context.site, url]).fetchall():
            for capture in self._folder.pages(capture_id)[:1]:
                self.db.execute("DELETE FROM failures WHERE capture_id = ?", [capture_id])
                self._cover((sequence, capture))
                self._files[capture_id] = url
            if location:
                self._cover_file(location)

    def _is_shown(self, url: str) -> bool:
        asked = {"url": url, "clean": urls.clean(url), "site": self._context.site}
        return self.db.execute(SHOWN_FILE, asked).fetchone() is not None

    # -- what else tells of it

    def public(self, log: Log) -> Log:
        """The log of the site folder without what is withheld: its addresses are named in no failure, gap or message."""
        self._learn()
        if not (self._withheld.entries or self._covered):
            return log
        found = {section: {key: url for key, url in of.items() if not self.withholds(key)} for section, of in log["found"].items()}
        totals = {section: total - len(log["found"].get(section, ())) + len(found.get(section, ())) for section, total in log["totals"].items()}
        failures = [one for one in log["failures"] if not self.withholds(self._key(one["url"]))]
        runs = [one | {"message": ADDRESS.sub(self._blanked, one["message"])} if one.get("message") else one for one in log["runs"]]
        return log | {"found": found, "totals": totals, "failures": failures, "runs": runs}

    def keys(self) -> set[str]:
        """The address keys of what is withheld: held, though the archive does not show it."""
        self._learn()
        return {key for (key,) in self._aside.db.execute("SELECT key FROM addresses")} if self._covered else set()

    def _blanked(self, found: re.Match[str]) -> str:
        return "(withheld)" if self.withholds(self._key(found.group())) else found.group()

    def held(self) -> set[str]:
        """The ids of the file's entries that this site folder holds."""
        self._learn()
        if not self._withheld.entries:
            return set()
        articles = set().union(*self._names()) & self._withheld.articles
        return articles | {one for one in self._withheld.captures if self._folder.pages(one)}

    def _names(self) -> list[set[str]]:
        """By what the file may name each article that is aside: its id, and those that its other addresses would have given it."""
        if not self._covered:
            return []
        of: dict[str, set[str]] = {one: {one} for (one,) in self._aside.db.execute("SELECT id FROM articles")}
        for article_id, key in self._aside.db.execute("SELECT article_id, key FROM addresses"):
            of[article_id].add(urls.article_id(self._context.site, key))
        return list(of.values())


def _content(reading: Reading) -> tuple[object, ...]:
    return tuple(rows.content(reading.article).values())
