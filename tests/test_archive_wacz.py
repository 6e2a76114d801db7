"""WACZ files as py-wacz checks them and as replay tools read them: hashes, names, pages, and an index whose every line leads to its record."""

import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.captures import SiteFolder
from archive.errors import StorageError, UsageError
from archive.export import cdxj
from archive.export.package import Package
from archive.export.place import in_place
from archive.export.selection import EVERYTHING, Selection, opened, parts
from archive.export.url_key import url_key
from archive.export.wacz import Contents, write_wacz
from archive.export.warcs import write_warcs
from archive.tables import open_archive, transaction, upsert
from test_archive_captures import HOME, SITE, START, exchange, pages, warcio, warcs, written

CREATED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
DAY = timedelta(days=1)
FILE = "bac-kan-20260102030405-00001.warc.gz"
KEY = "vn,example,socongthuong)"


@dataclass
class Line:
    """A line of the index, taken apart."""

    key: str
    timestamp: str
    said: dict[str, str]


@dataclass
class Wacz:
    """A WACZ read by the standard library alone."""

    path: Path

    def read(self, name: str) -> bytes:
        with ZipFile(self.path) as file:
            assert file.testzip() is None
            return file.read(name)

    @property
    def names(self) -> list[str]:
        with ZipFile(self.path) as file:
            return file.namelist()

    @property
    def package(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.read("datapackage.json"))
        return said

    @property
    def text(self) -> str:
        return gzip.decompress(self.read("indexes/index.cdx.gz")).decode("utf-8")

    @property
    def lines(self) -> list[Line]:
        return [Line(key, timestamp, json.loads(rest)) for key, timestamp, rest in (line.split(" ", 2) for line in self.text.splitlines())]

    @property
    def pages(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.read("pages/pages.jsonl").decode("utf-8").splitlines()]

    def record(self, line: Line) -> Any:
        """What stands at the place that a line names, and nothing after it, as warcio reads it."""
        start = int(line.said["offset"])
        piece = self.read(f"archive/{line.said['filename']}")[start : start + int(line.said["length"])]
        [(record, _)] = list(read_warc(piece))
        return record


def read_warc(data: bytes) -> Iterator[tuple[Any, bytes]]:
    """Every record and its block; a wrong digest is an error."""
    for record in ArchiveIterator(BytesIO(data), check_digests="raise"):
        yield record, record.raw_stream.read()


def check(wacz: Wacz) -> None:
    """What must hold of every WACZ we write."""
    package = wacz.package
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    listed = {one["path"]: one for one in package["resources"]}
    assert sorted(listed) == sorted(set(wacz.names) - {"datapackage.json", "datapackage-digest.json"})
    assert len(set(wacz.names)) == len(wacz.names)
    for path, one in listed.items():
        content = wacz.read(path)
        assert (one["hash"], one["bytes"]) == (f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))
        assert one["name"] == path.split("/")[-1].lower()
    digest = json.loads(wacz.read("datapackage-digest.json"))
    assert digest == {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(wacz.read('datapackage.json')).hexdigest()}"}
    with ZipFile(wacz.path) as file:
        for info in file.infolist():
            assert info.compress_type == (ZIP_STORED if info.filename.endswith(".gz") else ZIP_DEFLATED), info.filename
    lines = wacz.text.splitlines()
    assert lines == sorted(lines, key=str.encode)
    for line in wacz.lines:
        record = wacz.record(line)
        assert record.rec_headers["WARC-Target-URI"] == line.said["url"]
        assert record.rec_headers["WARC-Date"][:19].translate({ord(c): None for c in "-:T"}) == line.timestamp
        assert record.rec_headers["WARC-Payload-Digest"] == line.said["digest"]
        assert record.http_headers.get_statuscode() == line.said["status"]
        assert record.rec_type == ("revisit" if line.said.get("mime") == "warc/revisit" else "response")
    first, *rest = wacz.pages
    assert first["format"] == "json-pages-1.0"
    places = {(line.said["url"], line.timestamp) for line in wacz.lines}
    for page in rest:
        assert (page["url"], page["ts"].translate({ord(c): None for c in "-:TZ"})) in places


def exported(data: Path, *sites: str, selection: Selection = EVERYTHING, out: Path | None = None) -> tuple[Wacz, Contents]:
    path = out or data / "out.wacz"
    with ExitStack() as held:
        found = [part for site in sites or (SITE,) for part in parts(held.enter_context(opened(data / site, site)), selection)]
        db = held.enter_context(closing(open_archive(data / "archive.db")))
        contents = write_wacz(path, found, db, CREATED)
    wacz = Wacz(path)
    check(wacz)
    return wacz, contents


def copied(data: Path, selection: Selection) -> list[Path]:
    with opened(data / SITE, SITE) as source:
        write_warcs(data / "copied", parts(source, selection))
    return sorted((data / "copied").iterdir())


# -- the package


def test_a_package_of_one_site(tmp_path: Path) -> None:
    written(tmp_path / SITE, pages(3))
    wacz, contents = exported(tmp_path)
    assert contents == Contents(captures=3)
    assert wacz.names == [
        f"archive/{FILE}",
        "indexes/index.cdx.gz",
        "indexes/index.idx",
        "pages/pages.jsonl",
        "datapackage.json",
        "datapackage-digest.json",
    ]
    assert wacz.read(f"archive/{FILE}") == (tmp_path / SITE / "captures" / FILE).read_bytes()
    assert wacz.package["created"] == "2026-02-03T04:05:06Z"
    assert wacz.package["software"].startswith("congthuong/")
    assert [(line.key, line.timestamp) for line in wacz.lines] == [(f"{KEY}/tin-{n}.html", f"2026010203040{5 + n}") for n in range(3)]
    assert wacz.lines[0].said | {"length": "", "offset": ""} == {
        "url": f"{HOME}tin-0.html",
        "mime": "text/html",
        "status": "200",
        "digest": f"sha256:{hashlib.sha256(b'<p>0</p>').hexdigest()}",
        "length": "",
        "offset": "",
        "filename": FILE,
    }


def test_what_an_index_is_for_is_in_it(tmp_path: Path) -> None:
    """Answers that a reader can look up: no POST, and no 304, which replay tools would show as an empty page instead of the one before it."""
    exchanges = [
        exchange(0, b"a", headers=(("content-type", "TEXT/HTML"),)),
        exchange(1, b"a"),
        exchange(2, b"b", method="POST"),
        exchange(3, b"", status=304, url=f"{HOME}tin-0.html"),
        exchange(4, b"", status=404, headers=()),
    ]
    written(tmp_path / SITE, exchanges)
    wacz, contents = exported(tmp_path)
    assert contents.captures == 5
    assert [(line.key, line.said.get("mime"), line.said["status"]) for line in wacz.lines] == [
        (f"{KEY}/tin-0.html", "TEXT/HTML", "200"),
        (f"{KEY}/tin-1.html", "warc/revisit", "200"),
        (f"{KEY}/tin-4.html", None, "404"),
    ]


def test_the_second_index_leads_to_every_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdxj, "BLOCK", 3)
    written(tmp_path / SITE, pages(7))
    wacz, _ = exported(tmp_path)
    packed = wacz.read("indexes/index.cdx.gz")
    meta, *places = wacz.read("indexes/index.idx").decode("utf-8").splitlines()
    assert meta == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    assert len(places) == 3
    lines, end = wacz.text.splitlines(keepends=True), 0
    for number, place in enumerate(places):
        key, timestamp, rest = place.split(" ", 2)
        said = json.loads(rest)
        block = packed[said["offset"] : said["offset"] + said["length"]]
        assert gzip.decompress(block).decode("utf-8") == "".join(lines[3 * number : 3 * number + 3])
        assert lines[3 * number].startswith(f"{key} {timestamp} {{")
        assert said["digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"
        assert said["offset"] == end
        end += len(block)
    assert end == len(packed)


def test_pages_are_the_articles_and_their_older_versions(tmp_path: Path) -> None:
    old, new, other = written(
        tmp_path / SITE, [exchange(0, b"old"), exchange(0, b"new", fetched_at=START + DAY), exchange(1, b"list", kind="listing")]
    )
    with closing(open_archive(tmp_path / "archive.db")) as db, transaction(db):
        upsert(db, "sites", [{"id": SITE, "name": "Sở Công Thương tỉnh Bắc Kạn", "home": HOME, "family": "wordpress", "status": "seen"}])
        upsert(db, "captures", [capture_row(one) for one in (old, new, other)])
        upsert(db, "articles", [article_row("a1", new)])
        version = {"id": "v1", "article_id": "a1", "number": 1, "capture_id": old.id, "seen_from": "x", "seen_until": "y", "title": "Tin cũ"}
        upsert(db, "versions", [version | {"text": "t", "html": "h", "images": "[]", "attachments": "[]", "published_at": None}])
    wacz, contents = exported(tmp_path)
    assert contents.pages == 2
    assert wacz.pages[1:] == [
        {"id": old.id, "url": f"{HOME}tin-0.html", "title": "Tin cũ", "ts": "2026-01-02T03:04:05Z"},
        {"id": new.id, "url": f"{HOME}tin-0.html", "title": "Tin mới", "published_at": "2026-01-02T00:00:00+07:00", "ts": "2026-01-03T03:04:05Z"},
    ]
    assert (wacz.package["title"], wacz.package["mainPageUrl"]) == ("Sở Công Thương tỉnh Bắc Kạn", HOME)
    wacz, contents = exported(tmp_path, selection=Selection(since=date(2026, 1, 3)), out=tmp_path / "later.wacz")
    assert (contents.captures, [page["title"] for page in wacz.pages[1:]]) == (1, ["Tin mới"])


def capture_row(capture: Any) -> dict[str, Any]:
    row = {"id": capture.id, "site_id": SITE, "url": capture.url, "kind": capture.kind, "method": "GET", "fetched_at": capture.fetched_at.isoformat()}
    row |= {"status": 200, "size": 3, "outcome": "article", "file": FILE, "offset": capture.place.offset, "length": capture.place.length}
    return row | {"payload_digest": "x", "content_digest": "x", "sequence": capture.place.offset}


def article_row(article: str, capture: Any) -> dict[str, Any]:
    row = {"id": article, "site_id": SITE, "url": capture.url, "title": "Tin mới", "text": "t", "html": "h", "language": "vi"}
    row |= {"version_id": "v2", "capture_id": capture.id, "first_seen": "x", "last_seen": "y"}
    return row | {"published_at": "2026-01-02T00:00:00+07:00"}


def test_several_sites_in_one_package(tmp_path: Path) -> None:
    written(tmp_path / SITE, pages(2))
    written(tmp_path / "cao-bang", pages(1))
    (file,) = warcs(tmp_path / "cao-bang")
    file.rename(file.with_name("cao-bang-20260102030405-00001.warc.gz"))
    (tmp_path / "cao-bang" / "captures.db").unlink()
    with SiteFolder.open(tmp_path / "cao-bang", "cao-bang", write=True):
        pass
    wacz, contents = exported(tmp_path, SITE, "cao-bang")
    assert contents.captures == 3
    assert [name for name in wacz.names if name.startswith("archive/")] == [f"archive/{FILE}", "archive/cao-bang-20260102030405-00001.warc.gz"]
    assert "mainPageUrl" not in wacz.package


def test_files_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    """A folder that holds a file named by somebody else: its name gets the site's before it."""
    written(tmp_path / SITE, pages(1))
    shutil.copytree(tmp_path / SITE, tmp_path / "cao-bang")
    wacz, contents = exported(tmp_path, SITE, "cao-bang")
    assert [name for name in wacz.names if name.startswith("archive/")] == [f"archive/{FILE}", f"archive/cao-bang-{FILE}"]
    assert (contents.captures, len(wacz.lines)) == (2, 2)


def test_the_same_captures_make_the_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / SITE, pages(3))
    one, _ = exported(tmp_path, out=tmp_path / "one.wacz")
    other, _ = exported(tmp_path, out=tmp_path / "other.wacz")
    assert one.path.read_bytes() == other.path.read_bytes()


def test_members_past_two_gigabytes_have_room_for_their_size(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "large.zip", "w") as file:
        Package(file, CREATED).add("archive/large.warc.gz", [b"xin"], size=3 << 30)
        assert file.getinfo("archive/large.warc.gz").extract_version == 45  # ZIP64
    with ZipFile(tmp_path / "large.zip") as file:
        assert file.read("archive/large.warc.gz") == b"xin"


# -- what goes out while a crawl writes, and of damaged files


def test_of_the_file_being_written_only_what_is_whole_goes_out(tmp_path: Path) -> None:
    with SiteFolder.open(tmp_path / SITE, SITE, write=True) as site:
        site.write(exchange(0, b"durable"))
        site.sync()
        site.write(exchange(1, b"not yet"))
        (file,) = warcs(tmp_path / SITE)
        with file.open("ab") as torn:
            torn.write(b"\x1f\x8b\x08 torn")
        wacz, contents = exported(tmp_path)
        assert contents.captures == 1
        assert [line.key for line in wacz.lines] == [f"{KEY}/tin-0.html"]
        (copy,) = copied(tmp_path, EVERYTHING)
    assert copy.read_bytes() == wacz.read(f"archive/{FILE}")
    assert warcio("check", copy).returncode == 0
    assert [record.rec_type for record, _ in read_warc(copy.read_bytes())] == ["warcinfo", "request", "metadata", "response"]


@pytest.mark.parametrize("harm", ("missing", "short"))
def test_lost_bytes_are_said_and_nothing_is_exported(tmp_path: Path, harm: str) -> None:
    written(tmp_path / SITE, pages(2))
    (file,) = warcs(tmp_path / SITE)
    if harm == "missing":
        file.unlink()
    else:
        os.truncate(file, file.stat().st_size - 1)
    with pytest.raises(StorageError, match=FILE), in_place(tmp_path / "out.wacz", force=False) as new:
        exported(tmp_path, out=new)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["archive.db", SITE]


def test_a_damaged_record_goes_out_but_not_into_the_index(tmp_path: Path) -> None:
    _, middle, _ = written(tmp_path / SITE, pages(3))
    (file,) = warcs(tmp_path / SITE)
    data = bytearray(file.read_bytes())
    data[middle.place.offset : middle.place.offset + 20] = bytes(20)
    file.write_bytes(data)
    wacz, contents = exported(tmp_path)
    assert contents == Contents(captures=3, unreadable=1)
    assert [line.key for line in wacz.lines] == [f"{KEY}/tin-0.html", f"{KEY}/tin-2.html"]
    assert wacz.read(f"archive/{FILE}") == bytes(data)


# -- a selection


def test_days_are_of_capture_and_bodies_come_along(tmp_path: Path) -> None:
    """What a record of those days refers to comes with it, so that it can be read; nothing else of other days does."""
    exchanges = [
        exchange(0, b"first"),
        exchange(1, b"second"),
        exchange(2, b"third", fetched_at=START + DAY),
        exchange(3, b"first", fetched_at=START + DAY),
        exchange(4, b"fourth", fetched_at=START + 2 * DAY),
        exchange(5, b"fourth", fetched_at=START + 3 * DAY),
    ]
    written(tmp_path / SITE, exchanges)
    only = Selection(since=date(2026, 1, 3), until=date(2026, 1, 4))
    wacz, contents = exported(tmp_path, selection=only)
    assert contents.captures == 4
    assert [line.key[-11:] for line in wacz.lines] == [f"/tin-{n}.html" for n in (0, 2, 3, 4)]
    (copy,) = copied(tmp_path, only)
    assert copy.read_bytes() == wacz.read(f"archive/{FILE}")
    assert (warcio("check", copy).returncode, warcio("index", copy).returncode) == (0, 0)
    kinds = [record.rec_type for record, _ in read_warc(copy.read_bytes())]
    assert kinds == ["warcinfo"] + ["request", "metadata", "response"] * 2 + ["request", "metadata", "revisit"] + ["request", "metadata", "response"]


def test_what_is_withheld_leaves_no_trace(tmp_path: Path) -> None:
    """Nor do its request, its metadata, and the records that stand for the same body; not even what came with it in the file."""
    _, secret, *_ = written(
        tmp_path / SITE,
        [exchange(0, b"one"), exchange(1, b"bi mat"), exchange(2, b"bi mat", fetched_at=START + DAY), exchange(3, b"two", fetched_at=START + DAY)],
    )
    hidden = Selection(shown=lambda capture: capture != secret.id)
    wacz, contents = exported(tmp_path, selection=hidden)
    assert contents.captures == 2
    assert [line.key[-11:] for line in wacz.lines] == ["/tin-0.html", "/tin-3.html"]
    plain = gzip.decompress(wacz.read(f"archive/{FILE}"))
    assert b"bi mat" not in plain
    assert b"tin-1" not in plain
    assert b"tin-2" not in plain
    assert plain.count(b"tin-0") >= 3
    with opened(tmp_path / SITE, SITE) as source:
        assert parts(source, Selection(shown=lambda _: False)) == []
        assert parts(source, Selection(since=date(2027, 1, 1))) == []


def test_a_folder_without_its_index_says_what_to_do(tmp_path: Path) -> None:
    written(tmp_path / SITE, pages(1))
    (tmp_path / SITE / "captures.db").unlink()
    with pytest.raises(StorageError, match="congthuong rebuild"), opened(tmp_path / SITE, SITE):
        pass


# -- keys


@pytest.mark.parametrize(
    ("url", "key"),
    (
        ("http://www.Example.vn:80/Tin/?b=2&a=1#x", "vn,example)/tin?a=1&b=2"),
        ("https://sct.backan.gov.vn", "vn,gov,backan,sct)/"),
        ("https://www2.sct.vn:443/", "vn,sct)/"),
        ("https://sct.vn:80/x", "vn,sct:80)/x"),
        ("http://127.0.0.1:8761/a/b/", "1,0,0,127:8761)/a/b"),
        ("http://user:word@sct.vn/x", "vn,sct)/x"),
        ("http://sct.vn/b//c/./d/../e", "vn,sct)/b/c/e"),
        ("http://sct.vn/x/?", "vn,sct)/x"),
        ("http://sct.vn/?b=&b&a=2=1", "vn,sct)/?a=2=1&b&b="),
        ("https://sct.vn/T%C3%ACn%20t%E1%BB%A9c", "vn,sct)/t%c3%acn%20t%e1%bb%a9c"),
        ("https://sct.vn/Tìn tức?q=Cụm", "vn,sct)/t%c3%acn%20t%e1%bb%a9c?q=c%e1%bb%a5m"),
        ("http://sct.vn/x%2541?q=%2562", "vn,sct)/xa?q=b"),
        ("http://sct.vn/x?PHPSESSID=0123456789abcdef0123456789ABCDEF&a=1", "vn,sct)/x?a=1"),
        ("http://sct.vn/(S(abcdefghij0123456789abcd))/tin.aspx?ItemID=3", "vn,sct)/tin.aspx?itemid=3"),
        ("https://bảo.vn/x", "vn,xn--bo-l5s)/x"),
        ("http://sct.vn:no/x y", "http://sct.vn:no/x%20y"),
        ("dns:sct.vn", "dns:sct.vn"),
    ),
)
def test_keys_are_those_of_the_replay_tools(url: str, key: str) -> None:
    """Each held against what the key function of pywb and py-wacz makes of it, by hand."""
    assert url_key(url) == key


# -- its place

KILLED = """
import os, signal, sys
from pathlib import Path
from archive.export.place import in_place
with in_place(Path(sys.argv[1]), force=True) as new:
    new.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_export_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out.wacz"
    out.write_bytes(b"whole")
    done = subprocess.run([sys.executable, "-c", KILLED, str(out)], check=False, timeout=60, cwd=Path(__file__).parent.parent)
    assert done.returncode == -signal.SIGKILL
    assert out.read_bytes() == b"whole"
    (left,) = (one.name for one in tmp_path.iterdir() if one != out)
    assert left.startswith(".out.wacz.")
    assert left.endswith(".part")
    with in_place(out, force=True) as new:
        new.write_bytes(b"newer")
    assert out.read_bytes() == b"newer"


def test_a_failed_export_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"), in_place(tmp_path / "deep" / "out.csv", force=False) as new:
        new.with_name("first half").write_bytes(b"half")
    assert list((tmp_path / "deep").iterdir()) == []


def test_only_what_an_export_made_is_replaced(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "warcs", tmp_path / "home"
    for folder, name in ((ours, "a.warc.gz"), (theirs, "letter.txt")):
        folder.mkdir()
        (folder / name).write_text("old", encoding="utf-8")
    with pytest.raises(UsageError, match="--force"), in_place(ours, force=False):
        pass
    with pytest.raises(UsageError, match="other things than what an export writes"), in_place(theirs, force=True):
        pass
    with in_place(ours, force=True) as new:
        new.mkdir()
        (new / "b.warc.gz").write_text("new", encoding="utf-8")
    assert [one.name for one in ours.iterdir()] == ["b.warc.gz"]
    assert (theirs / "letter.txt").read_text(encoding="utf-8") == "old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home", "warcs"]
