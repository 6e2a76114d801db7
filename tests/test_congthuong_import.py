"""`congthuong import`: from files that others made to articles, alone, among what was crawled, and again after a kill."""

import base64
import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.captures import SiteFolder
from archive.captures_import import ImportFolder
from archive.data import DataFolder, lock
from conftest import Cli, Crawled, congthuong
from congthuong.demo.server import Served
from crawler import clock
from crawler.imported import SiteSorter
from crawler.site_files import read_site_file
from pipelines.load import Loader, open_for_writing
from test_crawler_run import Small, crawl, rebuilt_equals_live, site_file
from test_end_to_end import query

HOME = "http://sct.example.vn"
PAGE = """<html><body><h1>{title}</h1><time>12/03/2019</time><div class="noi-dung"><p>{text}</p></div>{more}</body></html>"""
ARTICLES = "SELECT title, text, first_seen, last_seen, versions, vanished_at FROM articles ORDER BY title"
VERSIONS = "SELECT number, text, seen_from, seen_until FROM versions ORDER BY article_id, number"


def body(text: str, *, title: str = "Phiên chợ vùng cao", more: str = "") -> bytes:
    return PAGE.format(title=title, text=text, more=more).encode()


def record(kind: str, url: str, date: str, block: bytes, **fields: str) -> bytes:
    lines = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:ex:{hashlib.sha256(f'{kind} {url} {date}'.encode()).hexdigest()[:12]}>",
        "WARC-Date": date,
        "WARC-Target-URI": url,
        "Content-Type": "application/http; msgtype=response",
        **{name.replace("_", "-"): value for name, value in fields.items()},
        "Content-Length": str(len(block)),
    }
    return ("WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode() + block + b"\r\n\r\n"


def answer(url: str, date: str, html: bytes, *, status: str = "200 OK", **fields: str) -> bytes:
    return record("response", url, date, f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".encode() + html, **fields)


def put(path: Path, *records: bytes) -> Path:
    path.write_bytes(b"".join(map(gzip.compress, records)))
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return site_file(tmp_path, "cu", HOME)


def take(tmp_path: Path, file: Path, *paths: Path, code: int = 0) -> Any:
    done = congthuong("import", *paths, "--site-file", file, "--data", tmp_path / "data", "--json")
    assert (done.code, "Traceback" in done.err) == (code, False), done
    return json.loads(done.out)


def live(tmp_path: Path, sql: str) -> list[dict[str, Any]]:
    return query(tmp_path / "data" / "archive.db", sql)


def as_others_make_it(data: Path, name: str, path: Path) -> None:
    """The responses of a site folder alone, new record ids, new digests, no word of why: what a Common Crawl would have."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True, warc_version="1.0")
        for file in sorted((data / "sites" / name / "captures").glob("*.warc.gz")):
            with file.open("rb") as stream:
                for one in ArchiveIterator(stream):
                    if one.rec_type == "response":
                        date, head, payload = one.rec_headers.get_header("WARC-Date"), one.http_headers, one.raw_stream.read()
                        made = writer.create_warc_record(
                            one.rec_headers.get_header("WARC-Target-URI"),
                            "response",
                            payload=io.BytesIO(payload),
                            http_headers=StatusAndHeaders(head.statusline, head.headers, protocol=head.protocol),
                            warc_headers_dict={"WARC-Date": date},
                        )
                        writer.write_record(made)
                        made.raw_stream.close()


def test_a_department_known_only_from_a_foreign_file_is_read_as_if_it_had_been_crawled(crawled: Crawled, tmp_path: Path) -> None:
    """Every sample department, its WARC stripped to what a stranger's would hold: the same articles with all that was read in them."""
    for name, file in crawled.samples.files.items():
        as_others_make_it(crawled.data, name, tmp_path / f"{name}.warc.gz")
        said = take(tmp_path, file, tmp_path / f"{name}.warc.gz")
        assert (said["articles"], said["whole"], said["files"][0]["broken"]) == (12, True, 0)
    for sql in (
        "SELECT id, site_id, url, title, lead, text, html, author, published_at, category, tags, images, province_id FROM articles ORDER BY id",
        "SELECT id, article_id, field, start, quote, kind, scheme, number, entity FROM mentions ORDER BY id",
        "SELECT article_id, url, size, digest FROM attachments ORDER BY 1, 2",
    ):
        assert live(tmp_path, sql) == query(crawled.data / "archive.db", sql)
    assert {one["outcome"] for one in live(tmp_path, "SELECT outcome FROM runs")} == {"import"}
    rebuilt_equals_live(tmp_path / "data")


def test_older_captures_become_older_versions(tmp_path: Path, site: Path) -> None:
    new = put(tmp_path / "moi.warc.gz", answer(f"{HOME}/bai/1", "2024-05-01T00:00:00Z", body("Chợ họp ngày chủ nhật.")))
    old = put(
        tmp_path / "cu.warc.gz",
        answer(f"{HOME}/bai/1", "2022-05-01T00:00:00Z", body("Chợ họp ngày thứ bảy.")),
        answer(f"{HOME}/bai/1", "2020-05-01T00:00:00Z", body("Chợ họp ngày thứ sáu.")),
    )
    take(tmp_path, site, new)
    assert [(one["versions"], one["first_seen"][:4]) for one in live(tmp_path, ARTICLES)] == [(1, "2024")]
    said = take(tmp_path, site, old)
    assert said["files"][0]["kinds"] == {"article": 2}
    [article] = live(tmp_path, ARTICLES)
    assert (article["text"], article["versions"], article["first_seen"][:4], article["last_seen"][:4]) == (
        "Chợ họp ngày chủ nhật.",
        3,
        "2020",
        "2024",
    )
    assert [(one["number"], one["text"], one["seen_from"][:4]) for one in live(tmp_path, VERSIONS)] == [
        (1, "Chợ họp ngày thứ sáu.", "2020"),
        (2, "Chợ họp ngày thứ bảy.", "2022"),
    ]
    rebuilt_equals_live(tmp_path / "data")
    before = live(tmp_path, ARTICLES)
    assert [one["held"] for one in take(tmp_path, site, old, new)["files"]] == [2, 1]
    assert live(tmp_path, ARTICLES) == before


def test_an_import_among_crawls_and_a_crawl_after_it(tmp_path: Path) -> None:
    """What was captured before the site was ever crawled, and an article that stands nowhere any more."""
    department = Small("song")
    with Served(department) as served:
        file = site_file(tmp_path, "song", department.origin)
        assert crawl(tmp_path / "data", file).code == 0
        path = put(
            tmp_path / "x.warc.gz",
            answer(f"{department.origin}/bai/0", "2019-01-01T00:00:00Z", body("Chợ mở cửa từ sáng sớm.")),
            answer(f"{department.origin}/bai/mat", "2019-01-01T00:00:01Z", body("Tin đã mất.", title="Bài đã mất")),
            answer(f"{department.origin}/danh-sach/", "2019-01-01T00:00:02Z", b"<p>danh sach</p>"),
            answer(f"{department.origin}/", "2019-01-01T00:00:03Z", b"<p>trang chu</p>"),
            answer(f"{department.origin}/logo.png", "2019-01-01T00:00:04Z", b"PNG"),
        )
        said = take(tmp_path, file, path)
        assert said["files"][0]["kinds"] == {"article": 2, "listing": 1, "home": 1, "unknown": 1}
        assert (said["articles"], said["whole"]) == (4, True)
        department.articles = 5
        asked = len(served.asked)
        done = crawl(tmp_path / "data", file)
        assert (done.code, json.loads(done.out)[0]["new"]) == (0, 2)
        assert len(served.asked) > asked
    titles = {one["title"]: (one["versions"], one["first_seen"][:4]) for one in live(tmp_path, ARTICLES)}
    assert titles["Phiên chợ 0 vùng cao mở lại"] == (2, "2019")
    assert titles["Bài đã mất"] == (1, "2019")
    assert [one["outcome"] for one in live(tmp_path, "SELECT outcome FROM runs ORDER BY id")] == ["complete", "import", "complete"]
    rebuilt_equals_live(tmp_path / "data")


def test_a_crawl_after_an_import_that_was_killed_before_it_was_read(tmp_path: Path) -> None:
    department = Small("song")
    with Served(department):
        file = site_file(tmp_path, "song", department.origin)
        crawl(tmp_path / "data", file)
        path = put(tmp_path / "x.warc.gz", answer(f"{department.origin}/bai/0", "2019-01-01T00:00:00Z", body("Chợ mở cửa từ sáng sớm.")))
        only_taken(tmp_path, file, path)
        assert crawl(tmp_path / "data", file).code == 0
    assert sum(one["versions"] for one in live(tmp_path, ARTICLES)) == 4
    rebuilt_equals_live(tmp_path / "data")


def only_taken(tmp_path: Path, file: Path, path: Path) -> None:
    """What an import leaves that is killed right before the site is read again."""
    described = read_site_file(file)
    with ImportFolder.open(DataFolder(tmp_path / "data").site(described.id), described.id, write=True) as folder:
        assert folder.take_file(path, SiteSorter(described), run="r", moment=clock.now()).taken


def test_the_next_import_reads_what_a_killed_one_had_taken(tmp_path: Path, site: Path) -> None:
    old = put(tmp_path / "a.warc.gz", answer(f"{HOME}/bai/1", "2019-01-01T00:00:00Z", body("Chợ mở cửa từ sáng sớm.")))
    take(tmp_path, site, put(tmp_path / "b.warc.gz", answer(f"{HOME}/bai/1", "2024-01-01T00:00:00Z", body("Chợ mở cửa cả ngày."))))
    only_taken(tmp_path, site, old)
    said = take(tmp_path, site, old)
    assert (said["files"][0]["taken"], said["files"][0]["held"]) == (0, 1)
    assert live(tmp_path, ARTICLES)[0]["versions"] == 2
    rebuilt_equals_live(tmp_path / "data")


def test_an_orphan_is_a_failure_until_its_original_is_imported(tmp_path: Path, site: Path) -> None:
    """Of one second, so that nothing tells that the original was first but that it has the body."""
    html, date = body("Tin gốc."), "2020-01-01T00:00:00Z"
    digest = "sha1:" + base64.b32encode(hashlib.sha1(html, usedforsecurity=False).digest()).decode()
    again = record("revisit", f"{HOME}/bai/1", date, b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n", WARC_Payload_Digest=digest)
    said = take(tmp_path, site, put(tmp_path / "a.warc.gz", again), code=1)
    assert said["orphans"] == [f"{HOME}/bai/1"]
    assert [one["reason"] for one in live(tmp_path, "SELECT reason FROM failures")] == ["OrphanRevisit"]
    said = take(tmp_path, site, put(tmp_path / "b.warc.gz", answer(f"{HOME}/bai/1", date, html)))
    assert (said["orphans"], said["whole"], said["articles"]) == ([], True, 1)
    assert live(tmp_path, "SELECT reason FROM failures") == []
    assert [one["outcome"] for one in live(tmp_path, "SELECT outcome FROM captures ORDER BY sequence")] == ["article", "unchanged"]
    rebuilt_equals_live(tmp_path / "data")


def test_an_orphan_that_was_read_is_read_again_by_whoever_comes_next(tmp_path: Path, site: Path) -> None:
    html, date = body("Tin gốc."), "2020-01-01T00:00:00Z"
    again = record(
        "revisit",
        f"{HOME}/bai/1",
        date,
        b"HTTP/1.1 200 OK\r\n\r\n",
        WARC_Payload_Digest="sha1:" + base64.b32encode(hashlib.sha1(html, usedforsecurity=False).digest()).decode(),
    )
    take(tmp_path, site, put(tmp_path / "a.warc.gz", again), code=1)
    only_taken(tmp_path, site, put(tmp_path / "b.warc.gz", answer(f"{HOME}/bai/1", date, html)))
    data, described = DataFolder(tmp_path / "data"), read_site_file(site)
    db = open_for_writing(data.archive_db)
    with SiteFolder.open(data.site("cu"), "cu", write=False) as folder:
        Loader(db, folder, described.context()).catch_up()
    assert [one["outcome"] for one in db.query("SELECT outcome FROM captures ORDER BY sequence")] == ["article", "unchanged"]
    assert list(db.query("SELECT * FROM failures")) == []
    db.close()


LONG = 'body = ["div.noi-dung"]\npages = [".trang a"]'


@pytest.mark.parametrize("known", (True, False), ids=["whole", "a page is missing"])
def test_an_article_of_several_pages(tmp_path: Path, *, known: bool) -> None:
    file = site_file(tmp_path, "dai", HOME)
    file.write_text(file.read_text(encoding="utf-8").replace('body = ["div.noi-dung"]', LONG), encoding="utf-8")
    pager = '<div class="trang"><a href="/bai/dai">1</a><a href="/bai/dai?trang=2">2</a></div>'
    pages = [answer(f"{HOME}/bai/dai", "2020-01-01T00:00:00Z", body("Phần một.", more=pager))]
    if known:
        pages.append(answer(f"{HOME}/bai/dai?trang=2", "2020-01-01T00:00:05Z", body("Phần hai.", more=pager)))
    said = take(tmp_path, file, put(tmp_path / "a.warc.gz", *pages), code=0 if known else 1)
    if known:
        assert said["files"][0]["kinds"] == {"article": 1, "page": 1}
        assert [one["text"] for one in live(tmp_path, ARTICLES)] == ["Phần một.\nPhần hai."]
    else:
        assert (said["partly"], said["articles"]) == ([f"{HOME}/bai/dai"], 0)
    rebuilt_equals_live(tmp_path / "data")


def test_what_went_wrong_is_said_in_words(tmp_path: Path, site: Path) -> None:
    good, bad = answer(f"{HOME}/bai/1", "2020-01-01T00:00:00Z", body("Tin.")), answer(f"{HOME}/bai/2", "2020-01-01T00:00:00Z", b"x")
    other = answer("http://another.example.vn/", "2020-01-01T00:00:00Z", b"x")
    path = put(tmp_path / "a.warc.gz", good, other, bad.replace(b"Content-Type", b"WARC-Block-Digest: sha1:AAAA\r\nContent-Type", 1))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("readme", "x")
    done = congthuong("import", path, tmp_path / "b.zip", "--site-file", site, "--data", tmp_path / "data")
    assert done.code == 1
    named = bad.decode().partition("Record-ID: ")[2].partition("\r")[0]
    offset = len(gzip.compress(good)) + len(gzip.compress(other))
    assert done.out.splitlines()[:3] == [
        f"{path}: 2 records, 1 captures taken, 0 held already, 1 of other hosts (another.example.vn)",
        "  1 broken:",
        f"    at {offset}: the record {named} is not what its block digest says",
    ]
    assert "b.zip: refused: a zip, but no WACZ" in done.out
    assert done.out.splitlines()[-1] == "cu: 1 articles in the archive"
    status = congthuong("status", "--data", tmp_path / "data")
    assert "import" in status.out
    assert "1 captures from 2 files; not all could be taken" in status.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    (((), "--site or --site-file"), (("--site", "bac-kan", "--site-file", "x.toml"), "--site or --site-file"), (("--site", "xyz"), "no site 'xyz'")),
)
def test_wrong_use(cli: Callable[..., Cli], tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = cli("import", put(tmp_path / "a.warc"), *arguments, "--data", tmp_path / "data")
    assert done.code == 2
    assert said in done.err
    assert cli("import", tmp_path / "none.warc", "--site", "bac-kan", "--data", tmp_path / "data").code == 2


def test_a_site_that_is_being_crawled_is_left_alone(tmp_path: Path, site: Path) -> None:
    path = put(tmp_path / "a.warc.gz", answer(f"{HOME}/bai/1", "2020-01-01T00:00:00Z", body("Tin.")))
    folder = DataFolder(tmp_path / "data").make().site("cu")
    folder.mkdir()
    with lock(folder / "lock"):
        done = congthuong("import", path, "--site-file", site, "--data", tmp_path / "data")
    assert done.code == 3
    assert "holds the lock" in done.err
