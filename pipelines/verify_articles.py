"""Verifies the articles of one site: read again they say the same, their mentions stand where they say, their addresses lead to them. Reads only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlite_utils

from archive.captures import SiteFolder
from archive.errors import StorageError
from archive.markup import unpack
from archive.records import Capture, Reading, Reason
from archive.verify.captures import Captures
from archive.verify.database import check_found
from archive.verify.findings import PUT_BACK, REBUILD, Findings
from archive.verify.sample import Sample
from pipelines import rows, urls
from pipelines.context import Context
from pipelines.judge import Result, judge

Row = dict[str, Any]

QUOTED = ("mentions", "claims")
DIFFERENT = "would be read differently"
AGAIN = "`congthuong rebuild` reads everything again"


def _unpacked(stored: Row) -> Row:
    """The row with its HTML as it was read; None where it does not unpack, which no digest fits."""
    try:
        return stored | {"html": unpack(stored["html"], stored["text"])}
    except StorageError:
        return stored | {"html": None}


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
            stored = _unpacked(next(self.db.query("SELECT * FROM articles WHERE id = ?", [article_id])))
            self._check_article(stored)
            for version in self.db.query("SELECT * FROM versions WHERE article_id = ? ORDER BY number", [article_id]):
                self._check_version(_unpacked(version), stored["url"])
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
        again, held = self._read(stored["capture_id"], stored["url"]), self._held(stored)
        different = self._different(again, held, stored) if again else []
        said, everything = (stored["read_digest"] or "-").split("-")
        if stored["read_digest"] is None:
            self.findings.note("read before digests of it were kept", stored["url"], AGAIN)
        elif said != rows.content_digest(rows.stored_content(stored, [(one["url"], one["name"]) for one in held["attachments"]]), stored["html"]):
            self._not_as_read(stored, different)
            return
        for table, found in misquoted.items():
            for name, trouble in found:
                self.findings.broken(table[:-1], f"archive.db: {table[:-1]} {name}", trouble, REBUILD)
        if misquoted:
            return
        if everything and everything != rows.digest(held):
            self._not_as_read(stored, different)
        elif different:
            self.findings.note(DIFFERENT, f"{stored['url']}: {', '.join(different)}", AGAIN)

    def _not_as_read(self, stored: Row, different: list[str]) -> None:
        """`different`: what reading it again can tell of it."""
        trouble = f"{' and '.join(different) or 'it'} is not what was read, whoever read it ({stored['url']})"
        self.findings.broken("article", f"archive.db: article {stored['id']}", trouble, REBUILD)

    def _check_version(self, stored: Row, url: str) -> None:
        self.findings.count("versions")
        again = self._read(stored["capture_id"], url)
        if stored["read_digest"] not in {None, rows.content_digest(stored, stored["html"])}:
            trouble = f"it is not what was read, whoever read it ({url})"
            self.findings.broken("version", f"archive.db: version {stored['id']}", trouble, REBUILD)
        elif again:
            _, reading = again
            new = rows.content(reading.article) | {"html": reading.article.html} if isinstance(reading, Reading) else {}
            different = [name for name, value in new.items() if stored[name] != value] if new else ["no article any more"]
            if different:
                self.findings.note(DIFFERENT, f"{url}, version {stored['number']}: {', '.join(different)}", AGAIN)

    def _held(self, stored: Row) -> dict[str, list[Row]]:
        """The rows of an article that its reading decided, as the archive has them."""
        held: dict[str, list[Row]] = {"articles": [stored]}
        for table in rows.READ.keys() - held.keys():
            held[table] = list(self.db.query(f"SELECT * FROM {table} WHERE article_id = ?", [stored["id"]]))  # noqa: S608 - our own names
        return held

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

    def _different(self, again: tuple[Capture, Result], held: Mapping[str, list[Row]], stored: Row) -> list[str]:
        """The columns, and the tables, that this reading would make different."""
        first, reading = again
        if not isinstance(reading, Reading):
            return ["no article any more"]
        made = rows.reading_rows(stored["id"], first, reading)
        [row] = made["articles"]
        day = reading.article.published_at.date() if reading.article.published_at else None
        row |= {"province_id": self.context.province_on(day), "html": reading.article.html}
        columns = [name for name in (*rows.READ["articles"], *rows.CONTENT, "html", "version_id", "province_id") if stored[name] != row[name]]
        others = (table for table in rows.READ if table != "articles")
        return columns + [table for table in others if rows.read_values(table, made[table]) != rows.read_values(table, held[table])]

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
