"""What a capture holds, taken from here: its record as a WARC file, its body as a file, or as a page in a sandbox without script and network."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from datasette.utils.asgi import NotFound, Response

from archive.errors import ArchiveError
from archive.web.answers import reading, under
from archive.web.queries import by_id
from archive.web.raw import Kept, NotShown, is_page, kept

# Elements for which a browser opens connections before it looks at the content policy: rel=preconnect and its like, frames, links when pressed.
HASTY = re.compile(r"<(?=(?:link|i?frame|object|embed|a|area)[\s/>])", re.IGNORECASE)
ODD = re.compile(r"[^\w.-]+", re.ASCII)
LONGEST_NAME = 80  # characters


async def record(datasette: Any, request: Any) -> Response:
    """The gzip member of the response's record, byte for byte: a WARC file by itself."""
    found = await _kept(datasette, request)
    return _file(found.record, f"{found.capture.id}.warc.gz")


async def body(datasette: Any, request: Any) -> Response:
    """The body with its Content-Encoding undone, as a file and never as a page."""
    found = await _kept(datasette, request)
    return _file(found.body, unquote(PurePosixPath(urlsplit(found.capture.url).path).name) or found.capture.id)


async def rendered(datasette: Any, request: Any) -> Response:
    """The page as it stands in the record. The policy `capture` lets it run nothing, ask for nothing, and be framed by the archive only."""
    found = await _kept(datasette, request)
    if not is_page(found):
        msg = "this capture is no page"
        raise NotFound(msg)
    under(request, "capture")
    text = HASTY.sub("<not-", found.text)
    return Response(text, headers={"x-dns-prefetch-control": "off"}, content_type="text/html; charset=utf-8")


async def _kept(datasette: Any, request: Any) -> Kept:
    def read(conn: sqlite3.Connection) -> Kept:
        row = by_id(conn, "captures", request.url_vars["id"])
        if not row:
            msg = "there is no such capture"
            raise NotFound(msg)
        try:
            return kept(conn, row)
        except (ArchiveError, NotShown) as error:  # its page says which
            msg = "nothing of this capture can be shown"
            raise NotFound(msg) from error

    found: Kept = await reading(datasette, read)
    return found


def _file(content: bytes, name: str) -> Response:
    plain = ODD.sub("_", name)[-LONGEST_NAME:]
    exact = quote(name[-LONGEST_NAME:], safe="")
    headers = {"content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"}
    return Response(content, headers=headers, content_type="application/octet-stream")


ROUTES: dict[str, Callable[..., Any]] = {"record": record, "body": body, "rendered": rendered}
