"""WACZ 1.1.1: the captures of one or several sites in one file, with the index and the list of articles by which a browser replays them.

The texts of the articles are not in that list: a reader loads it whole, and each text is in its capture.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import sqlite_utils

from archive.errors import BrokenRecord
from archive.export.cdxj import CdxjIndex, Sorter, cdxj_line
from archive.export.package import Package
from archive.export.selection import Part
from archive.export.warcs import Progress
from archive.warc import read_head
from archive.warc_writer import STANDARD_INFO

GET = "GET"
NOT_MODIFIED = 304
RIGHTS = "The texts and pictures belong to those who published them."
SITE = "SELECT name, home FROM sites WHERE id = ?"
PAGES = """
SELECT p.capture_id AS id, c.url, c.fetched_at, p.title, p.published_at FROM (
  SELECT id AS article, capture_id, title, published_at FROM articles WHERE site_id = :site
  UNION ALL
  SELECT v.article_id, v.capture_id, v.title, v.published_at FROM versions v JOIN articles a ON a.id = v.article_id WHERE a.site_id = :site
) p JOIN captures c ON c.id = p.capture_id ORDER BY p.published_at, c.fetched_at, p.article"""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Contents:
    """What an export holds, counted while it is written. `unreadable`: damaged captures, which are in its WARC files but not in its index."""

    captures: int = 0
    pages: int = 0
    unreadable: int = 0


def write_wacz(out: Path, parts: Sequence[Part], db: sqlite_utils.Database, created: datetime, *, progress: Progress = int) -> Contents:
    """Write the file `out`. Its pages are the articles, every version of them, whose captures it holds. `progress` gets the bytes of each step.

    While it is written, a file for sorting stands beside it, twice as large as the index unpacked.
    """
    contents, scratch = Contents(), out.with_name(f"{out.name}.sort")
    sites = list(dict.fromkeys(part.source.site for part in parts))
    with ZipFile(out, "w") as file, closing(Sorter.at(scratch)) as lines:
        package = Package(file, created)
        for part in parts:
            package.add(f"archive/{part.name}", part.chunks(), size=part.size, progress=progress)
            _index(part, lines, contents)
        index = CdxjIndex("index.cdx.gz")
        package.add("indexes/index.cdx.gz", index.packed(lines))
        package.add("indexes/index.idx", [index.places.encode("utf-8")])
        package.add("pages/pages.jsonl", _pages(sites, db, lines, contents))
        package.describe(_about(sites, db, contents))
    scratch.unlink()
    return contents


def _index(part: Part, lines: Sorter, contents: Contents) -> None:
    for entry, offset in part.entries():
        contents.captures += 1
        try:
            head = read_head(part.path, entry.place.offset, entry.place.length)
        except (BrokenRecord, ValueError) as error:
            log.error("the capture %s is not in the index: %s", entry.id, error)  # noqa: TRY400 - no defect of ours
            contents.unreadable += 1
            continue
        if entry.method == GET and entry.status != NOT_MODIFIED:
            lines.add(entry.id, cdxj_line(entry, head, part.name, offset))


def _pages(sites: Iterable[str], db: sqlite_utils.Database, lines: Sorter, contents: Contents) -> Iterator[bytes]:
    yield _line({"format": "json-pages-1.0", "id": "pages", "title": "Articles"})
    for site in sites:
        for row in db.query(PAGES, {"site": site}):
            if row["id"] in lines:
                contents.pages += 1
                when = datetime.fromisoformat(row.pop("fetched_at"))
                yield _line({**row, "ts": f"{when:%Y-%m-%dT%H:%M:%SZ}"})


def _line(said: dict[str, str | None]) -> bytes:
    return (json.dumps({name: value for name, value in said.items() if value is not None}, ensure_ascii=False) + "\n").encode("utf-8")


def _about(sites: Sequence[str], db: sqlite_utils.Database, contents: Contents) -> dict[str, str]:
    found: list[dict[str, Any]] = [next(db.query(SITE, (site,)), {"name": site, "home": None}) for site in sites]
    said = {
        "title": "; ".join(row["name"] for row in found),
        "description": f"{contents.captures} captures, {contents.pages} pages of articles. {RIGHTS}",
        "software": STANDARD_INFO["software"],
    }
    return said | ({"mainPageUrl": found[0]["home"]} if len(found) == 1 and found[0]["home"] else {})
