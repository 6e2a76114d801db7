"""A capture's own bytes for showing: the response's headers and its body as text, read from the site's folder beside the archive. Writes nothing."""

import codecs
import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from archive.captures import SiteFolder, content
from archive.data import DataFolder
from archive.errors import ArchiveError
from archive.records import Capture, Headers
from archive.web.whereabouts import file_of
from archive.withheld import hidden

SHOWN = 200_000  # characters of a body that a page shows
UNREADABLE = 0.05  # share of characters from which on a body is no text
CONTROL = {*map(chr, range(32)), "\ufffd"} - {*"\t\n\r\f"}
FALLBACK = "cp1252"
PAGES = frozenset({"text/html", "application/xhtml+xml"})
OWN = frozenset({"article", "page", "attachment"})  # kinds of capture that say something of one page; the others list many
UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
CHARSET = re.compile(r"charset\s*=\s*[\"']?((?:windows-|cp)12\d\d|iso-8859-\d+|utf-16(?:le|be)?)\b", re.IGNORECASE)  # Python knows costlier ones


@dataclass(frozen=True, slots=True)
class Kept:
    """A capture as its folder holds it, for whom it may be shown."""

    capture: Capture
    body: bytes  # Content-Encoding undone
    record: bytes  # the gzip member in its WARC file

    @property
    def text(self) -> str:
        return decoded(self.body, self.capture.header("content-type") or "")


class NotShown(Exception):
    """The capture is withheld, or tells of one that is."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What the record holds, for showing. `body` is None where it is no text; `trouble` says why nothing of the record could be read.
    `withheld`: nothing of it is to be shown.
    """

    headers: Headers = ()
    body: str | None = None
    size: int = 0  # bytes, Content-Encoding undone
    cut: bool = False  # `body` is only its beginning
    page: bool = False  # is it HTML, which can be shown as a page?
    trouble: str = ""
    withheld: bool = False


def raw(conn: sqlite3.Connection, row: Mapping[str, object]) -> Raw:
    """The record behind a row of `captures`, or why it is not shown."""
    try:
        return _shown(kept(conn, row))
    except NotShown:
        return Raw(withheld=True)
    except ArchiveError as error:
        return Raw(trouble=str(error).replace(f"{Path(file_of(conn)).parent}/", ""))  # where the server keeps its data is nobody's business


def kept(conn: sqlite3.Connection, row: Mapping[str, object]) -> Kept:
    """NotShown where it is withheld, or tells of one that is: lists and feeds hold titles and more. ArchiveError where it cannot be read."""
    site, withheld = str(row["site_id"]), hidden(conn, str(row["site_id"]))
    with SiteFolder.open(DataFolder(Path(file_of(conn)).parent).site(site), site, write=False) as opened:
        capture = opened.capture(str(row["id"]))
        if capture.id in withheld:
            raise NotShown
        addresses = [page.url for one in withheld for page in opened.pages(one)[:1]]
        record = opened.record(capture.place)
    body = content(capture)
    if capture.kind in OWN:
        addresses = [url for url in addresses if not _is_public(conn, capture.site, url)]
    if _names(capture, body, addresses):
        raise NotShown
    return Kept(capture, body, record)


def _is_public(conn: sqlite3.Connection, site: str, url: str) -> bool:
    return conn.execute("SELECT 1 FROM captures WHERE site_id = ? AND url = ? LIMIT 1", (site, url)).fetchone() is not None


def _names(capture: Capture, body: bytes, addresses: Iterable[str]) -> bool:
    """Does it name one of these addresses? Without scheme and host, however it is escaped: in HTML, as %XX, in JSON."""
    parts = [urlsplit(url) for url in addresses]
    wanted = [unquote(one.path.rstrip("/") + (f"?{one.query}" if one.query else "")) for one in parts]
    if not any(wanted):
        return False
    said = "\n".join([*(value for _, value in capture.headers), decoded(body, capture.header("content-type") or "")])
    said = unquote(unescape(UNICODE.sub(lambda found: chr(int(found[1], 16)), said.replace("\\/", "/"))))
    return any(one in said for one in wanted if one)


def _shown(kept: Kept) -> Raw:
    capture, body = kept.capture, kept.body
    beginning = body[: SHOWN * 4]  # no character takes more than four bytes
    text = decoded(beginning, capture.header("content-type") or "", whole=beginning == body)
    unreadable = sum(text[:SHOWN].count(letter) for letter in CONTROL)
    readable = unreadable <= UNREADABLE * len(text[:SHOWN])
    cut = len(text) > SHOWN or len(body) > len(beginning)
    return Raw(capture.headers, text[:SHOWN] if readable else None, len(body), cut=readable and cut, page=readable and is_page(kept))


def is_page(kept: Kept) -> bool:
    """Does it call itself HTML, or look so where it does not say what it is?"""
    said = (kept.capture.header("content-type") or "").partition(";")[0].strip().lower()
    return said in PAGES or (not said and kept.body.lstrip()[:1] == b"<")


def decoded(body: bytes, content_type: str, *, whole: bool = True) -> str:
    """UTF-8 where it is, else what the header names: good enough to look at. What an article was read as is the reader's affair."""
    with suppress(UnicodeDecodeError):
        return codecs.utf_8_decode(body, "strict", whole)[0]  # where it is not, a character cut in two at its end is no error
    named = CHARSET.search(content_type)
    with suppress(LookupError):
        return body.decode(named[1] if named else FALLBACK, "replace")
    return body.decode(FALLBACK, "replace")
