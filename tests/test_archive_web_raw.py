"""A capture's headers and body on its page: from the site's folder, as text, whatever the page sent."""

import asyncio
import gzip
import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from bs4 import BeautifulSoup
from datasette.app import Datasette
from warcio.archiveiterator import ArchiveIterator

from archive import schema
from archive.captures import Exchange, SiteFolder
from archive.web import app
from archive.web.raw import SHOWN, Raw, raw

AT = datetime(2026, 1, 2, tzinfo=UTC)
SITE = "bac-kan"
Kept = Callable[..., str]


def keep(data: Path, body: bytes, content_type: str = "text/html; charset=utf-8", url: str = "https://a.example/1", **headers: str) -> str:
    """Keep an answer in the site's folder; the capture's id."""
    sent = (("Content-Type", content_type), *((name.replace("_", "-"), value) for name, value in headers.items()))
    exchange = Exchange(url, AT, "GET", 200, "OK", sent, body, (), "article", "r1", None)
    with SiteFolder.open(data / "sites" / SITE, SITE, write=True) as folder:
        return folder.write(exchange).id


def hold(data: Path, key: str, url: str = "https://a.example/1") -> None:
    """Make the row of a kept capture."""
    with closing(sqlite_utils.Database(data / "archive.db")) as db:
        schema.migrate(db)
        db["sites"].insert({"id": SITE, "name": "Sở", "home": "https://a.example/", "family": "wordpress", "status": "seen"}, ignore=True)
        row = {"kind": "article", "method": "GET", "status": 200, "size": 1, "outcome": "failure", "file": "f", "offset": 0, "length": 1}
        row |= {"payload_digest": "sha256:a", "content_digest": "sha256:a", "sequence": db["captures"].count + 1}
        db["captures"].insert({"id": key, "site_id": SITE, "url": url, "fetched_at": AT.isoformat(), **row})


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return partial(keep, tmp_path)


def looked_at(data: Path, key: str, site: str = SITE) -> Raw:
    with closing(sqlite3.connect(data / "archive.db")) as conn:
        schema.migrate(sqlite_utils.Database(conn))
        return raw(conn, {"id": key, "site_id": site})


def test_headers_and_body(kept: Kept, tmp_path: Path) -> None:
    found = looked_at(tmp_path, kept("<h1>Tin mới</h1>".encode(), ETag="7"))
    assert (found.body, found.size, found.cut, found.trouble) == ("<h1>Tin mới</h1>", 18, False, "")
    assert {("Content-Type", "text/html; charset=utf-8"), ("ETag", "7")} <= set(found.headers)


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    (
        ("Đồng".encode(), "text/html; charset=windows-1252", "Đồng"),
        ("Thông tư".encode("utf-16"), "text/html; charset=utf-16", "Thông tư"),
        ("é".encode("cp1252"), "text/html", "é"),
        (b"x\xe9", "text/html; charset=zlib", "xé"),
        (b"x\xe9", "text/html; charset=punycode", "xé"),
        (b"x\xe9", "", "xé"),
    ),
)
def test_charsets(kept: Kept, tmp_path: Path, body: bytes, content_type: str, text: str) -> None:
    assert looked_at(tmp_path, kept(body, content_type)).body == text


def test_what_is_packed_is_unpacked(kept: Kept, tmp_path: Path) -> None:
    found = looked_at(tmp_path, kept(gzip.compress(b"<p>x</p>"), Content_Encoding="gzip"))
    assert (found.body, found.size) == ("<p>x</p>", 8)


def test_what_is_no_text_is_not_shown(kept: Kept, tmp_path: Path) -> None:
    found = looked_at(tmp_path, kept(bytes(range(256)) * 20, "image/png"))
    assert (found.body, found.size, found.trouble) == (None, 5120, "")


def test_a_long_body_is_cut_and_says_so(kept: Kept, tmp_path: Path) -> None:
    found = looked_at(tmp_path, kept(b"x" + "ộ".encode() * (SHOWN * 2)))
    assert (len(found.body or ""), found.cut) == (SHOWN, True)


def test_a_folder_that_is_not_there_says_so_without_the_servers_paths(kept: Kept, tmp_path: Path) -> None:
    kept(b"x")
    for site, key in ((SITE, "0" * 16), ("cao-bang", "0" * 16), ("../..", "x")):
        found = looked_at(tmp_path, key, site)
        assert found.body is None
        assert found.trouble
        assert str(tmp_path) not in found.trouble
    assert not (tmp_path / "sites" / "cao-bang").exists()


def test_a_damaged_record_says_so(kept: Kept, tmp_path: Path) -> None:
    key = kept(b"x" * 100)
    [file] = (tmp_path / "sites" / SITE / "captures").glob("*.warc.gz")
    file.write_bytes(file.read_bytes()[:-40])
    found = looked_at(tmp_path, key)
    assert found.trouble.startswith("BrokenRecord")
    assert str(tmp_path) not in found.trouble


@pytest.fixture
def served(kept: Kept, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """An archive that holds one capture; asks it for an address in which {} is that capture's id."""
    opened: list[Datasette] = []

    def ask(address: str, body: bytes, content_type: str = "text/html; charset=utf-8", url: str = "https://a.example/1", **headers: str) -> Any:
        key = kept(body, content_type, url, **headers)
        hold(tmp_path, key, url)
        opened.append(app(tmp_path / "archive.db"))
        return asyncio.run(opened[-1].client.get(address.format(key)))

    yield ask
    for one in opened:
        one.executor.shutdown()
        for database in one.databases.values():
            database.close()


def test_on_its_page_a_body_is_text(served: Callable[..., Any]) -> None:
    answer = served("/archive/captures/{}", "<script>alert(1)</script></pre>\u202eđảo".encode(), X_Odd="<img src=x>")
    soup = BeautifulSoup(answer.text, "lxml")
    assert soup.select_one("pre.source").get_text() == "<script>alert(1)</script></pre>⟨U+202E⟩đảo"
    assert "<img src=x>" in soup.select_one("dl.headers").get_text()
    assert not soup.select("script, main img")
    assert soup.iframe["sandbox"] == []  # nothing is allowed
    assert "frame-src 'self'" in answer.headers["content-security-policy"]


def test_as_a_page_it_may_run_nothing_and_ask_for_nothing(served: Callable[..., Any]) -> None:
    page = '<LINK rel=preconnect href="//b.example"><link/rel=x><h1>Tin</h1><script>alert(1)</script><A href=x>y</a><linked>'.encode("windows-1258")
    answer = served("/captures/{}/rendered", page, "text/html; charset=windows-1258")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"sandbox", "default-src 'none'", "frame-ancestors 'self'"} <= set(policy)
    assert not [part for part in policy if "script" in part or "http" in part]
    assert (
        answer.text == '<not-LINK rel=preconnect href="//b.example"><not-link/rel=x><h1>Tin</h1><script>alert(1)</script><not-A href=x>y</a><linked>'
    )
    assert served("/captures/{}/rendered", b"%PDF-1.4", "application/pdf").status_code == 404
    assert not BeautifulSoup(served("/archive/captures/{}", b"%PDF-1.5", "application/pdf").text, "lxml").iframe


def test_its_record_is_a_warc_file(served: Callable[..., Any], tmp_path: Path) -> None:
    answer = served("/captures/{}/record", b"<p>Tin</p>")
    [file] = (tmp_path / "sites" / SITE / "captures").glob("*.warc.gz")
    assert file.read_bytes().endswith(answer.content)
    record = next(ArchiveIterator(io.BytesIO(answer.content)))
    assert (record.rec_type, record.rec_headers["WARC-Target-URI"], record.content_stream().read()) == (
        "response",
        "https://a.example/1",
        b"<p>Tin</p>",
    )
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("path", "name"),
    (
        ("/tep/K%E1%BA%BF%20ho%E1%BA%A1ch%2024.pdf", "filename=\"K_ho_ch_24.pdf\"; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch%2024.pdf"),
        ("/a%22%0d%0ax%3a%201", "filename=\"a_x_1\"; filename*=UTF-8''a%22%0D%0Ax%3A%201"),
        ("/..%2f..%2fetc", "filename=\".._.._etc\"; filename*=UTF-8''..%2F..%2Fetc"),
    ),
)
def test_its_body_is_a_file_and_never_a_page(served: Callable[..., Any], path: str, name: str) -> None:
    answer = served("/captures/{}/body", gzip.compress(b"<script>"), url=f"https://a.example{path}", Content_Encoding="gzip")
    assert (answer.content, answer.headers["content-type"]) == (b"<script>", "application/octet-stream")
    assert answer.headers["content-disposition"] == f"attachment; {name}"


def test_what_is_not_held_is_not_there_to_take(served: Callable[..., Any]) -> None:
    for name in ("record", "body", "rendered", "other"):
        answer = served(f"/captures/{{}}x/{name}", b"x")
        assert answer.status_code == 404
        assert served(f"/captures/0123456789abcdef/{name}", name.encode()).status_code == 404
