"""A capture's headers and body on its page: from the site's folder, as text, whatever the page sent."""

import asyncio
import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlite_utils
from bs4 import BeautifulSoup

from archive import schema
from archive.captures import Exchange, SiteFolder
from archive.web import app
from archive.web.raw import SHOWN, Raw, raw

AT = datetime(2026, 1, 2, tzinfo=UTC)
SITE = "bac-kan"
Kept = Callable[..., str]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Keeps an answer in the site's folder; the capture's id."""

    def keep(body: bytes, content_type: str = "text/html; charset=utf-8", **headers: str) -> str:
        sent = (("Content-Type", content_type), *((name.replace("_", "-"), value) for name, value in headers.items()))
        exchange = Exchange("https://a.example/1", AT, "GET", 200, "OK", sent, body, (), "article", "r1", None)
        with SiteFolder.open(tmp_path / "sites" / SITE, SITE, write=True) as folder:
            return folder.write(exchange).id

    return keep


def looked_at(data: Path, key: str, site: str = SITE) -> Raw:
    with closing(sqlite3.connect(data / "archive.db")) as conn:
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


def test_on_its_page_a_body_is_text(kept: Kept, tmp_path: Path) -> None:
    key = kept("<script>alert(1)</script></pre>\u202eđảo".encode(), X_Odd="<img src=x>")
    db = sqlite_utils.Database(tmp_path / "archive.db")
    schema.migrate(db)
    db["sites"].insert({"id": SITE, "name": "Sở", "home": "https://a.example/", "family": "wordpress", "status": "seen"})
    row = {"kind": "article", "method": "GET", "status": 200, "size": 1, "outcome": "failure", "file": "f", "offset": 0, "length": 1, "sequence": 1}
    digests = {"payload_digest": "sha256:a", "content_digest": "sha256:a"}
    db["captures"].insert({"id": key, "site_id": SITE, "url": "https://a.example/1", "fetched_at": AT.isoformat(), **row, **digests})
    db.close()
    served = app(tmp_path / "archive.db")
    answer = asyncio.run(served.client.get(f"/archive/captures/{key}"))
    served.executor.shutdown()
    for database in served.databases.values():
        database.close()
    soup = BeautifulSoup(answer.text, "lxml")
    assert soup.select_one("pre.source").get_text() == "<script>alert(1)</script></pre>⟨U+202E⟩đảo"
    assert "<img src=x>" in soup.select_one("dl.headers").get_text()
    assert not soup.select("script, main img")
