"""Verifies the articles of one site: read again they say the same, their mentions stand where they say, their addresses lead to them. Reads only."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlite_utils
from lxml import html

from archive.captures import SiteFolder
from archive.records import Capture, Reading, Reason
from archive.verify.captures import Captures
from archive.verify.database import check_found
from archive.verify.findings import PUT_BACK, REBUILD, Findings
from archive.verify.sample import Sample
from pipelines import rows, urls
from pipelines.context import Context
from pipelines.judge import Result, judge

Row = Mapping[str, Any]

QUOTED = ("mentions", "claims")
UNTELLING = re.compile(r"[\W_]+")
DIFFERENT = "would be read differently"


@dataclass(slots=True)
class Articles:
    """The articles of one site while they are verified."""

    db: sqlite_utils.Database
    folder: SiteFolder
    captures: Captures
    context: Context
    findings: Findings

    def check(self, sample: Sample | None) -> None:
        for article_id in self._chosen(sample):
            stored = next(self.db.query("SELECT * FROM articles WHERE id = ?", [article_id]))
            self._check_article(stored)
            for version in self.db.query("SELECT * FROM versions WHERE article_id = ? ORDER BY number", [article_id]):
                self._check_version(version, stored["url"])
            self._check_addresses(stored)
            if sample:
                check_found(self.db.conn, "archive.db", article_id, self.findings)

    def _chosen(self, sample: Sample | None) -> Iterator[str]:
        """The ids of all articles, or of a sample and of one of those that have older versions."""
        site = self.captures.site
        ids = (one for (one,) in self.db.execute("SELECT id FROM articles WHERE site_id = ? ORDER BY first_seen", [site]))
        if sample is None:
            yield from ids
            return
        [count] = self.db.execute("SELECT count(*) FROM articles WHERE site_id = ?", [site]).fetchone()
        numbers = set(sample.of(count, f"{site} articles"))
        yield from (one for number, one in enumerate(ids, 1) if number in numbers)
        changed = "SELECT DISTINCT article_id FROM versions JOIN articles ON articles.id = article_id WHERE site_id = ? LIMIT 20"
        yield from (one for (one,) in self.db.execute(changed, [site]).fetchall())

    # -- reading again

    def _check_article(self, stored: Row) -> None:
        self.findings.count("articles")
        misquoted = self._misquoted(stored)
        again = self._read(stored["capture_id"], stored["url"])
        [raw] = self.db.execute("SELECT max(raw) FROM evidence WHERE article_id = ? AND field = 'title'", [stored["id"]]).fetchone()
        if again:
            first, reading = again
            different = self._differences(stored, first, reading) if isinstance(reading, Reading) else ["no article any more"]
            different = [one for one in different if one not in misquoted]
            if not different and not misquoted:
                return
        changed = {"text": not agrees(stored), "title": raw not in {None, stored["title"]}}  # the evidence has the title as it was read
        if odd := [field for field, is_so in changed.items() if is_so]:
            trouble = f"its {' and '.join(odd)} is not what was read, whoever read it ({stored['url']})"
            self.findings.broken("article", f"archive.db: article {stored['id']}", trouble, REBUILD)
            return
        for table, found in misquoted.items():
            for name, trouble in found:
                self.findings.broken(table[:-1], f"archive.db: {table[:-1]} {name}", trouble, REBUILD)
        if again and different:
            self.findings.note(DIFFERENT, f"{stored['url']}: {', '.join(different)}", "`congthuong rebuild` reads everything again")

    def _check_version(self, stored: Row, url: str) -> None:
        self.findings.count("versions")
        again = self._read(stored["capture_id"], url)
        if again:
            _, reading = again
            new = rows.content(reading.article) | {"html": reading.article.html} if isinstance(reading, Reading) else {}
            different = [name for name, value in new.items() if stored[name] != value] if new else ["no article any more"]
            if not different:
                return
        if not agrees(stored):
            trouble = f"its text is not what was read, whoever read it ({url})"
            self.findings.broken("version", f"archive.db: version {stored['id']}", trouble, REBUILD)
        elif again:
            self.findings.note(DIFFERENT, f"{url}, version {stored['number']}: {', '.join(different)}", "`congthuong rebuild` reads everything again")

    def _read(self, capture_id: str, url: str) -> tuple[Capture, Result] | None:
        """The capture of its first page, and what it is; None where it cannot be read, which is named."""
        pages = self.folder.pages(capture_id)
        for page in pages:
            if page.broken:
                self._name_damage(page)
                self.findings.note("not read again, for their captures cannot be read", url, PUT_BACK)
                return None
        if not pages:  # a capture that is in the archive only is named there, one that is nowhere by the foreign keys
            return None
        return pages[0], judge(pages, self.context)

    def _name_damage(self, page: Capture) -> None:
        if page.broken and page.broken[0] == Reason.BROKEN_RECORD:
            self.captures.damaged(page.place, page.broken[1])
        elif page.broken and page.refers_to and (original := self.captures.index.by_id(page.refers_to)):
            self.captures.damaged(original.place, page.broken[1])

    def _differences(self, stored: Row, first: Capture, reading: Reading) -> list[str]:
        """The columns, and the tables, that this reading would make different."""
        article, name = reading.article, stored["id"]
        day = article.published_at.date() if article.published_at else None
        row = rows.article_row(name, first, article) | {"province_id": self.context.province_on(day)}
        different = [column for column, value in row.items() if stored[column] != value]
        children = {
            "article_authors": [link for _, link in rows.author_rows(name, article)],
            "evidence": rows.evidence_rows(name, article),
            "attachments": rows.attachment_rows(name, article),
            "mentions": rows.mention_rows(name, reading),
            "claims": rows.claim_rows(name, reading),
        }
        return different + [table for table, made in children.items() if not self._holds(table, name, made)]

    def _holds(self, table: str, article_id: str, made: list[dict[str, Any]]) -> bool:
        """Has the table just these rows of an article, as far as reading says what stands in them?"""
        names = list(made[0]) if made else ["article_id"]
        columns = ", ".join(f'"{name}"' for name in names)
        held = self.db.execute(f"SELECT {columns} FROM {table} WHERE article_id = ?", [article_id])  # noqa: S608 - our own names
        return sorted(held.fetchall(), key=repr) == sorted((tuple(row[name] for name in names) for row in made), key=repr)

    # -- what hangs on an article

    def _misquoted(self, stored: Row) -> dict[str, list[tuple[str, str]]]:
        """By table, the ids of those mentions and claims whose quote does not stand where they say, and what is wrong with each."""
        odd: dict[str, list[tuple[str, str]]] = {}
        for table in QUOTED:
            sql = f'SELECT id, field, start, "end", quote FROM {table} WHERE article_id = ?'  # noqa: S608 - our own names
            for name, field, start, end, quote in self.db.execute(sql, [stored["id"]]).fetchall():
                self.findings.count(table)
                said = stored[field][start:end] if field in {"title", "text"} and 0 <= start < end else None
                if said != quote:
                    trouble = f"characters {start} to {end} of the {field} are not its quote {quote[:60]!r} ({stored['url']})"
                    odd.setdefault(table, []).append((name, trouble))
        return odd

    def _check_addresses(self, stored: Row) -> None:
        pattern = self.context.layouts[-1].identity_pattern if self.context.layouts else None
        keys = set()
        for key, url in self.db.execute("SELECT key, url FROM addresses WHERE article_id = ?", [stored["id"]]).fetchall():
            self.findings.count("addresses")
            keys.add(key)
            if key != (named := urls.identity_key(url, pattern)):
                self.findings.broken("address", f"archive.db: address {key}", f"{url} is named {named}", REBUILD)
        own = urls.identity_key(stored["url"], pattern)
        if own not in keys and not self._misnamed(stored["url"], own):
            self.findings.broken("address", f"archive.db: address {own}", f"does not lead to its article {stored['id']} ({stored['url']})", REBUILD)

    def _misnamed(self, url: str, key: str) -> bool:
        """Does this address stand under another key, which is named?"""
        sql = "SELECT 1 FROM addresses WHERE site_id = ? AND url = ? AND key <> ? LIMIT 1"
        return self.db.execute(sql, [self.captures.site, url, key]).fetchone() is not None


def agrees(row: Row) -> bool:
    """Have text and markup of an article's or version's row the same words? So every reader leaves them, for both come from the same paragraphs."""
    return _words(row["text"]) == _words(_shown(row["html"]))


def _shown(markup: str) -> str:
    """The words of an article's markup but for captions, which are kept with the pictures."""
    if not markup:
        return ""
    tree = html.fragment_fromstring(markup, create_parent=True)
    for caption in tree.iter("figcaption"):
        caption.text = ""
    return str(tree.text_content())


def _words(text: str) -> str:
    return UNTELLING.sub("", text)
