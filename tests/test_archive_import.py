"""WARC and WACZ files that others made, taken into a site folder: in every form they come in, with every damage they may have."""

import base64
import gzip
import hashlib
import io
import os
import signal
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import foreign, foreign_tape
from archive.captures import Exchange, SiteFolder, content, reindex
from archive.captures_import import ImportFolder, Report
from archive.errors import StorageError
from archive.foreign import read_records
from archive.records import Capture, Reason

HOME = "http://sct.example.vn/"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EXAMPLES = 40
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


class Sorter:
    """Knows one host; what lies under /tin/ is an article."""

    def belongs(self, url: str) -> bool:
        return url.startswith(HOME)

    def sort(self, capture: Capture) -> tuple[str, str | None]:
        return ("article" if "/tin/" in capture.url else "unknown"), None


def raw(kind: str, number: int, block: bytes, *, path: str | None = None, date: str = "2020-01-01T00:00:00Z", **fields: str | None) -> bytes:
    """A record, every byte of it written here. `fields` with _ for -; None leaves one away."""
    every: dict[str, str | None] = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:ex:{number}>",
        "WARC-Date": date,
        "WARC-Target-URI": HOME + (f"tin/{number}" if path is None else path),
        "Content-Type": "application/http; msgtype=response",
    }
    every |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}\r\n" for name, value in every.items() if value is not None]
    length = "" if "Content-Length" in every else f"Content-Length: {len(block)}\r\n"
    return f"WARC/1.0\r\n{''.join(lines)}{length}\r\n".encode() + block + b"\r\n\r\n"


def page(number: int, **said: Any) -> bytes:
    return raw("response", number, HTML + b"<p>tin %d</p>" % number, **said)


def members(*records: bytes) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def take(folder: Path, *paths: Path, moment: datetime = NOW) -> list[Report]:
    with ImportFolder.open(folder, "mau", write=True) as site:
        return [site.take_file(path, Sorter(), run="r", moment=moment) for path in paths]


def orphans(folder: Path) -> list[str]:
    with ImportFolder.open(folder, "mau", write=True) as site:
        return [one.url for one in site.orphans()]


def held(folder: Path) -> list[Capture]:
    with SiteFolder.open(folder, "mau", write=False) as site:
        return [capture for _, capture in site.captures()]


def own(folder: Path, number: int, at: datetime) -> None:
    """A capture of our own crawl."""
    exchange = Exchange(f"{HOME}tin/{number}", at, "GET", 200, "OK", (("Content-Type", "text/html"),), b"own %d" % number, (), "article", "own", None)
    with SiteFolder.open(folder, "mau", write=True) as site:
        site.write(exchange)


def numbers(folder: Path) -> list[str]:
    return [one.url.rpartition("/")[2] for one in held(folder)]


def rows(folder: Path) -> list[Any]:
    with SiteFolder.open(folder, "mau", write=False) as site:
        return list(site._index.after(0))


def same_after_reindexing(folder: Path) -> None:
    before = rows(folder)
    reindex(folder, "mau")
    assert rows(folder) == before


def kept(folder: Path) -> bytes:
    return b"".join(gzip.decompress(path.read_bytes()) for path in sorted((folder / "captures").glob("*.warc.gz")))


def wacz(path: Path, entries: dict[str, bytes], *, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in {"datapackage.json": b"{}", **entries}.items():
            archive.writestr(name, data)
    return path


# -- forms

RECORDS = (
    raw("warcinfo", 90, b"software: another\r\n", Content_Type="application/warc-fields", WARC_Target_URI=None),
    raw("request", 91, b"GET /tin/1 HTTP/1.1\r\nHost: sct.example.vn\r\n\r\n", path="tin/1", WARC_Concurrent_To="<urn:ex:1>"),
    page(1),
    page(2, date="2021-06-01T00:00:00Z"),
)
FORMS: dict[str, Callable[[Path], Path]] = {
    "plain": lambda folder: put(folder / "a.warc", b"".join(RECORDS)),
    "member by member": lambda folder: put(folder / "a.warc.gz", members(*RECORDS)),
    "whole": lambda folder: put(folder / "a.warc.gz", gzip.compress(b"".join(RECORDS))),
    "two in a member": lambda folder: put(folder / "a.warc.gz", members(RECORDS[0], b"".join(RECORDS[1:3]), RECORDS[3])),
    "by no name": lambda folder: put(folder / "a", members(*RECORDS)),
    "wacz": lambda folder: wacz(folder / "a.wacz", {"archive/a.warc.gz": members(*RECORDS), "pages/pages.jsonl": b"{}", "indexes/index.cdx": b""}),
    "wacz of plain": lambda folder: wacz(folder / "a.wacz", {"archive/a.warc": b"".join(RECORDS)}, method=zipfile.ZIP_DEFLATED),
    "wacz of two": lambda folder: wacz(folder / "a.wacz", {"archive/a.warc.gz": members(*RECORDS[:3]), "archive/b.warc.gz": members(RECORDS[3])}),
}


@pytest.mark.parametrize("form", FORMS)
def test_records_are_kept_as_they_were_whatever_they_came_in(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "mau"
    [report] = take(folder, FORMS[form](tmp_path))
    assert (report.records, report.taken, report.kinds, report.requests, report.others) == (4, 2, {"article": 2}, 1, {"warcinfo": 1})
    assert report.is_whole
    assert [(one.url, one.fetched_at, one.kind, one.status, one.body) for one in held(folder)] == [
        (f"{HOME}tin/1", datetime(2020, 1, 1, tzinfo=UTC), "article", 200, b"<p>tin 1</p>"),
        (f"{HOME}tin/2", datetime(2021, 6, 1, tzinfo=UTC), "article", 200, b"<p>tin 2</p>"),
    ]
    [path] = (folder / "captures").iterdir()
    assert path.name == "mau-20260101000000-00001-a.warc.gz"
    assert all(one in kept(folder) for one in RECORDS)
    if form == "member by member":
        assert all(gzip.compress(one, mtime=0) in path.read_bytes() for one in RECORDS)
    checked = subprocess.run([Path(sys.executable).with_name("warcio"), "check", path], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout
    same_after_reindexing(folder)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_again_adds_nothing(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "mau"
    path = FORMS[form](tmp_path)
    take(folder, path)
    before = sorted((one.name, one.read_bytes()) for one in (folder / "captures").iterdir())
    [report, other] = take(folder, path, FORMS["plain"](tmp_path))
    assert [(one.taken, one.held, one.is_whole) for one in (report, other)] == [(0, 2, True)] * 2
    assert sorted((one.name, one.read_bytes()) for one in (folder / "captures").iterdir()) == before


def test_another_record_of_the_same_capture_is_held_already(tmp_path: Path) -> None:
    folder, body = tmp_path / "mau", HTML + b"one"
    three = raw("response", 1, body, path="tin/x"), raw("response", 2, body, path="tin/x"), raw("response", 3, HTML + b"other", path="tin/x")
    [report] = take(folder, put(tmp_path / "a.warc", b"".join(three)))
    assert (report.taken, report.held) == (2, 1)
    assert [one.body for one in held(folder)] == [b"one", b"other"]


# -- makers


def warcio_file(path: Path, exchanges: list[tuple[str, StatusAndHeaders, bytes]], **options: Any) -> Path:
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True, **options)
        for url, head, body in exchanges:
            record = writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=head)
            writer.write_record(record)
            record.raw_stream.close()  # warcio leaves its temporary file open
    return path


def test_what_makers_do_differently(tmp_path: Path) -> None:
    """Chunks, packed bodies, status lines of HTTP/2, digests as warcio writes them: base 32 of sha1."""
    folder, text = tmp_path / "mau", "<p>Cụm thi đua số III</p>".encode()
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(text), text)
    path = warcio_file(
        tmp_path / "rec-20240101120000-00007-host.warc.gz",
        [
            (f"{HOME}tin/chunked", StatusAndHeaders("200 OK", [("transfer-encoding", "Chunked")], protocol="HTTP/1.1"), chunked),
            (f"{HOME}tin/br", StatusAndHeaders("200", [("CONTENT-ENCODING", "br")], protocol="HTTP/2"), brotli.compress(text)),
            (f"{HOME}tin/gzip", StatusAndHeaders("200 OK", [("Content-Encoding", "gzip")], protocol="HTTP/1.0"), gzip.compress(text)),
        ],
    )
    [report] = take(folder, path, moment=datetime.now(UTC))
    assert (report.taken, report.broken) == (3, 0)
    assert [content(one) for one in held(folder)] == [text] * 3
    [made] = (folder / "captures").iterdir()
    assert made.name.endswith("-00001-rec-20240101120000-00007-host.warc.gz")
    same_after_reindexing(folder)


def test_names_of_fields_in_any_case_and_a_date_without_zone(tmp_path: Path) -> None:
    folder = tmp_path / "mau"
    odd = page(1, date="2020-01-01T00:00:00").replace(b"WARC-Type", b"warc-type").replace(b"WARC-Target-URI", b"Warc-Target-Uri")
    loose = page(2, Content_Type=None).replace(b"Content-Length", b"content-length")
    spaced = page(3, Content_Type="application/http;msgtype=response").replace(HOME.encode() + b"tin/3", b"<" + HOME.encode() + b"tin/3>")
    [report] = take(folder, put(tmp_path / "a.warc", odd + loose + spaced))
    assert (report.taken, report.broken) == (3, 0)
    assert {one.fetched_at for one in held(folder)} == {datetime(2020, 1, 1, tzinfo=UTC)}


ASKED = b"POST /tin/1 HTTP/1.1\r\nHost: sct.example.vn\r\n\r\nq=1"


@pytest.mark.parametrize("after", (False, True), ids=["request first", "response first"])
@pytest.mark.parametrize("named_by", ("request", "response"))
def test_a_request_belongs_to_its_response_however_they_are_tied(tmp_path: Path, named_by: str, *, after: bool) -> None:
    folder, tie = tmp_path / "mau", {"WARC_Concurrent_To": "<urn:ex:1>" if named_by == "request" else "<urn:ex:91>"}
    request = raw("request", 91, ASKED, path="tin/1", **(tie if named_by == "request" else {}))
    response = page(1, **(tie if named_by == "response" else {}))
    [report] = take(folder, put(tmp_path / "a.warc", b"".join((response, request, page(2)) if after else (request, page(2), response))))
    assert (report.taken, report.requests) == (2, 1)
    assert {one.url: one.method for one in held(folder)} == {f"{HOME}tin/1": "POST", f"{HOME}tin/2": "GET"}
    assert request in kept(folder)
    same_after_reindexing(folder)


def test_an_archive_of_ours_says_why_it_captured_what(tmp_path: Path) -> None:
    first, second = tmp_path / "mot", tmp_path / "hai"
    own(first, 1, NOW)
    exchange = Exchange(f"{HOME}x", NOW, "GET", 200, "", (), b"two", (), "page", "own", None, part_of=held(first)[0].id)
    with SiteFolder.open(first, "mau", write=True) as site:
        site.write(exchange)
    take(second, *(first / "captures").iterdir())
    assert [(one.id, one.kind, one.part_of, one.body) for one in held(second)] == [(one.id, one.kind, one.part_of, one.body) for one in held(first)]
    same_after_reindexing(second)


# -- order


def test_captures_come_in_the_order_of_their_dates_among_those_held(tmp_path: Path) -> None:
    folder = tmp_path / "mau"
    own(folder, 10, datetime(2020, 6, 1, tzinfo=UTC))
    own(folder, 11, datetime(2022, 6, 1, tzinfo=UTC))
    own(folder, 12, datetime(2022, 5, 1, tzinfo=UTC))  # the clock had gone back: still written after the one before
    take(folder, put(tmp_path / "b.warc", page(2, date="2023-01-01T00:00:00Z") + page(1, date="2021-01-01T00:00:00Z")))
    take(folder, put(tmp_path / "a.warc", page(3, date="2019-01-01T00:00:00Z") + page(4, date="2022-05-15T00:00:00Z")))
    own(folder, 13, NOW)
    assert numbers(folder) == ["3", "10", "1", "4", "11", "12", "2", "13"]
    assert [row.sequence for row in rows(folder)] == list(range(1, 9))
    same_after_reindexing(folder)


@settings(deadline=None, max_examples=EXAMPLES)
@given(st.lists(st.tuples(st.booleans(), st.lists(st.integers(2000, 2024), min_size=1, max_size=4)), min_size=1, max_size=5))
def test_the_order_is_the_same_bit_by_bit_and_from_the_files_alone(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, list[int]]]
) -> None:
    """Crawls and imports in any order, with clocks that jump: what the files alone give is what stood there all the time."""
    base = tmp_path_factory.mktemp("order")
    folder, number = base / "mau", 0
    for imported, years in steps:
        made = []
        for year in years:
            number += 1
            made.append(number)
            if not imported:
                own(folder, number, datetime(year, 1, 1, tzinfo=UTC))
        if imported:
            data = b"".join(page(one, date=f"{year}-01-01T00:00:00Z") for one, year in zip(made, years, strict=True))
            take(folder, put(base / f"{number}.warc", data))
    assert sorted(map(int, numbers(folder))) == list(range(1, number + 1))
    same_after_reindexing(folder)


def test_a_crawl_goes_on_in_a_file_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "mau"
    own(folder, 1, datetime(2020, 1, 1, tzinfo=UTC))
    take(folder, put(tmp_path / "Tệp lạ.warc", page(2)))
    own(folder, 3, NOW)
    names = sorted(one.name for one in (folder / "captures").iterdir())
    assert names == ["mau-20200101000000-00001.warc.gz", "mau-20260101000000-00002-t-p-l.warc.gz", "mau-20260101000000-00003.warc.gz"]


# -- revisits


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


ORIGINAL = page(1, WARC_Payload_Digest=sha1(b"<p>tin 1</p>"))
TIES: dict[str, dict[str, str]] = {
    "id": {"WARC_Refers_To": "<urn:ex:1>"},
    "address and date": {"WARC_Refers_To_Target_URI": f"{HOME}tin/1", "WARC_Refers_To_Date": "2020-01-01T00:00:00Z"},
    "digest": {"WARC_Payload_Digest": sha1(b"<p>tin 1</p>")},
}


def revisit(number: int = 7, **said: str) -> bytes:
    return raw("revisit", number, HTML, path="tin/1", date="2022-01-01T00:00:00Z", **said)


@pytest.mark.parametrize("order", ("original first", "revisit first", "later file", "later import"))
@pytest.mark.parametrize("tie", TIES)
def test_a_revisit_finds_its_original(tmp_path: Path, tie: str, order: str) -> None:
    folder, again = tmp_path / "mau", revisit(**TIES[tie])
    if order in {"original first", "revisit first"}:
        records = ORIGINAL + again if order == "original first" else again + ORIGINAL
        take(folder, put(tmp_path / "a.warc", records))
    else:
        paths = put(tmp_path / "a.warc", again), put(tmp_path / "b.warc", ORIGINAL)
        if order == "later file":
            take(folder, *paths)
        else:
            take(folder, paths[0])
            [orphan] = held(folder)
            assert orphan.broken is not None
            assert orphan.broken[0] is Reason.ORPHAN_REVISIT
            assert orphans(folder) == [f"{HOME}tin/1"]
            take(folder, paths[1])
    original, found = held(folder)
    assert (found.body, found.refers_to, found.broken, found.fetched_at.year) == (b"<p>tin 1</p>", original.id, None, 2022)
    assert orphans(folder) == []
    same_after_reindexing(folder)


def test_a_revisit_of_an_orphan_finds_the_body_too(tmp_path: Path) -> None:
    folder = tmp_path / "mau"
    chain = revisit(8, WARC_Refers_To="<urn:ex:7>") + revisit(7, WARC_Refers_To="<urn:ex:1>")
    take(folder, put(tmp_path / "a.warc", chain))
    assert len(orphans(folder)) == 2
    take(folder, put(tmp_path / "b.warc", ORIGINAL))
    assert [one.body for one in held(folder)] == [b"<p>tin 1</p>"] * 3
    same_after_reindexing(folder)


def test_a_digest_is_of_no_body_but_its_own_and_none_that_came_later(tmp_path: Path) -> None:
    folder = tmp_path / "mau"
    others = page(2).replace(b"tin/2\r", b"tin/1\r") + page(1, date="2023-01-01T00:00:00Z")
    take(folder, put(tmp_path / "a.warc", revisit(WARC_Payload_Digest=sha1(b"<p>tin 1</p>")) + others))
    assert orphans(folder) == [f"{HOME}tin/1"]
    take(folder, put(tmp_path / "b.warc", raw("revisit", 9, HTML, path="tin/1", date="2024-01-01T00:00:00Z", WARC_Payload_Digest="crc99:1")))
    assert len(orphans(folder)) == 2


# -- what is not taken


def test_other_hosts_are_counted_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "mau"
    foreign_pages = [page(n).replace(b"sct.example.vn", host) for n, host in ((1, b"a.example.vn"), (2, b"b.example.vn"), (3, b"a.example.vn"))]
    [report] = take(folder, put(tmp_path / "a.warc", b"".join((*foreign_pages, page(4)))))
    assert (report.foreign, report.taken, report.is_whole) == ({"a.example.vn": 2, "b.example.vn": 1}, 1, True)
    assert b"a.example.vn" not in kept(folder)


def test_a_file_of_nothing_of_the_site_leaves_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "mau"
    [report] = take(folder, put(tmp_path / "a.warc", RECORDS[0] + page(1).replace(b"sct.", b"xyz.")))
    assert not report.is_whole
    assert list((folder / "captures").iterdir()) == []


def test_what_is_no_web_answer_is_counted_by_type(tmp_path: Path) -> None:
    dns = raw("response", 50, b"20200101\nsct.example.vn. IN A 10.0.0.1", Content_Type="text/dns").replace(
        f"{HOME}tin/50".encode(), b"dns:sct.example.vn"
    )
    meta = raw("metadata", 51, b"fetchTimeMs: 3\r\n", Content_Type="application/warc-fields")
    conversion = raw("conversion", 52, b"plain text", Content_Type="text/plain")
    [report] = take(tmp_path / "mau", put(tmp_path / "a.warc", dns + meta + conversion + page(1)))
    assert (report.others, report.lost, report.is_whole) == ({"response": 1, "metadata": 1, "conversion": 1}, 0, True)
    [report] = take(tmp_path / "mau", put(tmp_path / "b.warc", raw("resource", 53, b"<p>tin</p>", Content_Type="text/html") + page(2)))
    assert (report.others, report.lost, report.is_whole) == ({"resource": 1}, 1, False)


# -- damage


def reasons(report: Report) -> str:
    assert report.broken == len(report.breaks)
    return "\n".join(f"{one.offset}: {one.reason}" for one in report.breaks)


WRONG: dict[str, tuple[bytes, str]] = {
    "digest": (page(5, WARC_Block_Digest=sha1(b"another")), "not what its block digest says"),
    "no date": (page(5, WARC_Date=None), "no date that can be read: None"),
    "odd date": (page(5, date="hôm qua"), "no date that can be read"),
    "future": (page(5, date="2099-01-01T00:00:00Z"), "still to come: 2099-01-01T00:00:00Z"),
    "no id": (page(5, WARC_Record_ID=None), "without WARC-Record-ID"),
    "no http": (raw("response", 5, b"\r\n\r\n"), "holds no HTTP message"),
    "no status": (raw("response", 5, b"hello\r\n\r\n"), "holds no answer that can be read"),
    "segment": (page(5, WARC_Segment_Number="1"), "only a segment"),
    "control": (page(5, path="tin/\x01"), "control characters"),
    "huge": (page(5, Content_Length="5000000000"), "announces 5000000000 bytes, but only"),
    "negative": (page(5, Content_Length="-5"), "a record of -5 bytes"),
    "endless number": (page(5, Content_Length="9" * 5000), "without its length"),
    "no length": (page(5).replace(b"Content-Length", b"Content-Size"), "without its length"),
    "NUL": (b"\x00" * 5000, "no WARC record stands here"),
    "noise": (bytes(range(256)) * 40, "no WARC record stands here"),
}


@pytest.mark.parametrize("packed", (False, True), ids=["plain", "packed"])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_broken_record_is_named_and_the_rest_is_read(tmp_path: Path, wrong: str, *, packed: bool) -> None:
    folder, (data, said) = tmp_path / "mau", WRONG[wrong]
    before, after = page(1), page(2)
    path = put(tmp_path / "a.warc", members(before, data, after) if packed else before + data + after)
    [report] = take(folder, path)
    assert numbers(folder) == ["1", "2"]
    assert report.broken >= 1
    assert said in reasons(report)
    assert report.breaks[0].offset == len(members(before) if packed else before)
    assert not report.is_whole
    same_after_reindexing(folder)


@pytest.mark.parametrize("form", ("plain", "member by member", "whole"))
def test_a_file_cut_off_anywhere_gives_what_is_whole(tmp_path: Path, form: str) -> None:
    records = [page(number) for number in range(1, 6)]
    data = {"plain": b"".join(records), "member by member": members(*records), "whole": gzip.compress(b"".join(records), mtime=0)}[form]
    ends = [len(b"".join(records[:n]) if form == "plain" else members(*records[:n])) for n in range(6)]
    for end in range(97, len(data), 97):
        found = list(read_records(io.BytesIO(data[:end]).read, size=end if form == "plain" else None))
        got = [one.record.url.rpartition("/")[2] for one in found if one.record]
        assert got == [str(n) for n in range(1, len(got) + 1)]
        if form != "whole":
            assert len(got) >= sum(one - 4 * (form == "plain") <= end for one in ends[1:])
            assert bool(found[-1].trouble) == (end not in ends and not (form == "plain" and any(one - 4 <= end <= one for one in ends)))
        else:
            assert found[-1].trouble == "the gzip member is cut off"


@settings(deadline=None, max_examples=EXAMPLES)
@given(st.integers(0, 4), st.integers(0, 10_000), st.binary(min_size=1, max_size=30), st.booleans())
def test_damage_costs_no_other_record(damaged: int, at: int, noise: bytes, packed: bool) -> None:
    """Bytes written over one record, or put into it, anywhere: the others come through; not packed, a length that grew may swallow those behind."""
    records = [gzip.compress(page(n), mtime=0) if packed else page(n) for n in range(5)]
    one = records[damaged]
    at %= len(one)
    records[damaged] = one[:at] + noise + one[at + len(noise) // 2 :]
    data = io.BytesIO(b"".join(records))
    found = [one.record.url.rpartition("/")[2] for one in read_records(data.read) if one.record]
    spared = {str(n) for n in range(5) if n != damaged} if packed else {str(n) for n in range(damaged)}
    assert spared <= set(found)


@settings(deadline=None, max_examples=EXAMPLES)
@given(st.binary(max_size=400), st.booleans())
def test_anything_at_all_is_read_without_an_error(data: bytes, packed: bool) -> None:
    whole = gzip.compress(b"WARC/1.0\r\n" + data) + data if packed else b"WARC/1.0\r\n" + data
    assert all(one.trouble for one in read_records(io.BytesIO(whole).read))


def pieces(*parts: bytes | tuple[bytes, int]) -> Callable[[], bytes]:
    """Bytes as a file gives them; a pair is repeated so often."""

    def every() -> Iterator[bytes]:
        for part in parts:
            yield from [part] if isinstance(part, bytes) else (part[0] for _ in range(part[1]))

    waiting = every()
    return lambda: next(waiting, b"")


def test_a_record_too_large_is_passed_over_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "MOST", 1 << 20)
    chunk, times = b"x" * 65536, 3200
    head = page(5, Content_Length=str(len(chunk) * times)).partition(HTML)[0]
    tracemalloc.start()
    found = list(read_records(pieces(page(1), head, (chunk, times), b"\r\n\r\n", page(2))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [bool(one.record) for one in found] == [True, False, True]
    assert found[1].trouble == "a record of 209715200 bytes: no more than 1048576 are taken"
    assert peak < 8 << 20


def zipped(parts: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    yield packer.flush()


def test_a_large_file_in_one_member_is_read_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "MOST", 1 << 20)
    packed = zipped(raw("response", n, HTML + os.urandom(3000)) for n in range(3000))
    tracemalloc.start()
    count = sum(one.record is not None for one in read_records(lambda: next(packed, b"")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 3000
    assert peak < 8 << 20


def test_a_bomb_is_not_unpacked_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "MOST", 1 << 20)
    monkeypatch.setattr(foreign_tape, "ENOUGH", 1 << 22)
    head = page(5, Content_Length=str(1 << 40)).partition(HTML)[0]
    bomb = b"".join(zipped(iter((head, *[b"\x00" * (1 << 20)] * 300))))
    found = list(read_records(pieces(members(page(1)), bomb, members(page(2)))))
    assert [one.record.url[-1] for one in found if one.record] == ["1", "2"]
    assert "unpacks to more than 500 times its size" in [one.trouble for one in found if one.trouble][-1]


# -- zip files


def test_a_zip_is_not_trusted(tmp_path: Path) -> None:
    good = members(page(1))
    entries = {"../../archive/x.warc.gz": good, "/archive/y.warc.gz": good, "archive/../../z.warc.gz": good, "archive/cut.warc.gz": good[:-20]}
    path = wacz(tmp_path / "a.wacz", {**entries, "archive/good.warc.gz": members(page(2))})
    [report] = take(tmp_path / "mau", path)
    assert [one.reason for one in report.breaks] == ["its name leads out of the archive"] * 3 + ["the gzip member is cut off"]
    assert report.breaks[3].part == "archive/cut.warc.gz"
    assert numbers(tmp_path / "mau") == ["2"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.wacz", "mau"]


def test_a_zip_that_lies_of_its_entries(tmp_path: Path) -> None:
    data = bytearray(wacz(tmp_path / "a.wacz", {"archive/a.warc.gz": members(page(1)), "archive/b.warc.gz": members(page(2))}).read_bytes())
    directory = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)  # of archive/a.warc.gz
    data[directory + 16 : directory + 20] = b"\x00\x00\x00\x00"  # its CRC
    data[directory + 24 : directory + 28] = b"\xf0\xff\xff\xff"  # 4 GB, it says
    [report] = take(tmp_path / "mau", put(tmp_path / "a.wacz", bytes(data)))
    assert numbers(tmp_path / "mau") == ["2"]
    assert report.broken == 1
    assert report.breaks[0].part == "archive/a.warc.gz"
    assert "cannot be unpacked" in report.breaks[0].reason


@pytest.mark.parametrize(
    ("make", "said"),
    (
        (lambda path: put(path, b"PK\x03\x04 and no more"), "File is not a zip file"),
        (lambda path: put(path, b"<html></html>"), "neither a WARC nor a WACZ"),
        (lambda path: put(path, gzip.compress(b"a tape of another kind")), "neither a WARC nor a WACZ"),
        (lambda path: put(path, b""), "neither a WARC nor a WACZ"),
        (lambda path: wacz(path, {"archive/readme.txt": b"x"}), "holds no WARC file"),
    ),
    ids=["no zip", "html", "other gzip", "empty", "no warc"],
)
def test_what_is_neither_is_refused_and_the_next_file_read(tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    refused, good = take(tmp_path / "mau", make(tmp_path / "x"), put(tmp_path / "b.warc", page(1)))
    assert said in (refused.refused or "")
    assert not refused.is_whole
    assert good.taken == 1


def test_a_zip_without_description_is_no_wacz(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("archive/a.warc.gz", members(page(1)))
    [report] = take(tmp_path / "mau", tmp_path / "a.zip")
    assert report.refused == "a zip, but no WACZ: it has no datapackage.json"


# -- killed

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
sys.path.insert(0, sys.argv[1])
import archive.captures_import as importing
from archive.capture_index import Index
from archive.warc_writer import WarcWriter
from test_archive_import import take
from pathlib import Path

def die(owner, name, at, *, half=False):
    real, calls = getattr(owner, name), [0]
    def called(*args, **kwargs):
        calls[0] += 1
        if calls[0] == at:
            if half:
                os.write(args[0]._handle, bytes(args[1])[: len(args[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    setattr(owner, name, called)

where, at = sys.argv[2].split()
{"append": lambda n: die(WarcWriter, "append", n), "half": lambda n: die(WarcWriter, "_write", n, half=True),
 "sync": lambda n: die(WarcWriter, "sync", n), "settle": lambda n: die(importing, "settle", n),
 "order": lambda n: die(Index, "put_in_order", n), "seen": lambda n: die(Index, "set_seen", n)}[where](int(at))
take(Path(sys.argv[3]), *map(Path, sys.argv[4:]))
"""


@pytest.mark.parametrize("stroke", ("append 1", "append 4", "half 2", "half 5", "sync 1", "settle 1", "order 1", "seen 1"))
def test_a_killed_import_is_run_again_and_ends_the_same(tmp_path: Path, stroke: str) -> None:
    asked = raw("request", 91, ASKED, path="tin/1", WARC_Concurrent_To="<urn:ex:1>")
    files = (
        put(tmp_path / "a.warc.gz", members(RECORDS[0], revisit(WARC_Refers_To="<urn:ex:1>"), page(3, date="2023-01-01T00:00:00Z"))),
        put(tmp_path / "b.warc.gz", members(asked, page(1), page(2, date="2019-01-01T00:00:00Z"))),
    )
    for name in ("whole", "killed"):
        own(tmp_path / name, 10, datetime(2021, 6, 1, tzinfo=UTC))
    take(tmp_path / "whole", *files)
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), stroke, str(tmp_path / "killed"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    take(tmp_path / "killed", *files)
    whole, again = ([(one.url, one.kind, one.method, one.body, one.refers_to) for one in held(tmp_path / name)] for name in ("whole", "killed"))
    assert again == whole
    assert [url.rpartition("/")[2] for url, *_ in again] == ["2", "1", "10", "1", "3"]
    assert [row.sequence for row in rows(tmp_path / "killed")] == [1, 2, 3, 4, 5]
    same_after_reindexing(tmp_path / "killed")


def test_a_full_disk_ends_an_import_and_the_next_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, path = tmp_path / "mau", put(tmp_path / "a.warc", b"".join(page(n) for n in range(1, 6)))
    real, writes = os.write, [0]

    def full(handle: int, data: bytes) -> int:
        writes[0] += 1
        if writes[0] > 3:
            raise OSError(28, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr("archive.warc_writer.os.write", full)
    with pytest.raises(StorageError, match="the disk is full"):
        take(folder, path)
    monkeypatch.undo()
    [report] = take(folder, path)
    assert (report.taken + report.held, report.broken) == (5, 0)
    assert sorted(numbers(folder)) == ["1", "2", "3", "4", "5"]
