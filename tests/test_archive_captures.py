"""Captures written, kept, found again after every kind of crash, and readable by tools of others."""

import errno
import gzip
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.captures import Exchange, SiteFolder, content, reindex
from archive.errors import BrokenRecord, Locked, StorageError, UnknownCapture
from archive.records import Capture, Reason
from archive.warc import make_record

SITE = "bac-kan"
HOME = "https://socongthuong.example.vn/"
START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def exchange(number: int = 0, body: bytes = b"<h1>Tin</h1>", **changes: Any) -> Exchange:
    """The answer to the request number so-and-so, a second after the one before."""
    one = Exchange(
        url=f"{HOME}tin-{number}.html",
        fetched_at=START + timedelta(seconds=number),
        method="GET",
        status=200,
        reason="OK",
        headers=(("Content-Type", "text/html; charset=utf-8"), ("ETag", f'"{number}"')),
        body=body,
        request_headers=(("User-Agent", "congthuong-archive/1 (+https://example.vn/)"),),
        kind="article",
        run="20260102T030405",
        ip="127.0.0.1",
        via=HOME,
    )
    return replace(one, **changes)


def pages(count: int) -> list[Exchange]:
    return [exchange(number, b"<p>%d</p>" % number) for number in range(count)]


def opened(folder: Path, *, write: bool = True, **options: Any) -> SiteFolder:
    return SiteFolder.open(folder, SITE, write=write, **options)


def written(folder: Path, exchanges: list[Exchange], **options: Any) -> list[Capture]:
    with opened(folder, **options) as site:
        return [site.write(one) for one in exchanges]


def read(folder: Path, **options: Any) -> list[tuple[int, Capture]]:
    with opened(folder, write=False) as site:
        return list(site.captures(**options))


def index_rows(folder: Path) -> list[tuple[object, ...]]:
    db = sqlite3.connect(folder / "captures.db")
    rows = db.execute("SELECT * FROM captures ORDER BY sequence").fetchall()
    db.close()
    return rows


def warcs(folder: Path) -> list[Path]:
    return sorted((folder / "captures").glob("*.warc.gz"))


def records(folder: Path) -> Iterator[Any]:
    """Every record, as warcio reads it; a wrong digest is an error."""
    for path in warcs(folder):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.raw_body = record.raw_stream.read()
                yield record


def warcio(*args: object) -> "subprocess.CompletedProcess[str]":
    command = "import sys; from warcio.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run([sys.executable, "-c", command, *map(str, args)], capture_output=True, text=True, check=False)


# -- what is written is kept

EXCHANGES = st.builds(
    exchange,
    number=st.integers(0, 5),
    body=st.sampled_from([b"", b"x", gzip.compress(b"y", mtime=0)]) | st.binary(max_size=3000),
    method=st.sampled_from(["GET", "HEAD", "POST"]),
    status=st.integers(200, 599),
    reason=st.sampled_from(["", "OK", "Not Found"]),
    headers=st.lists(
        st.tuples(
            st.from_regex(r"(?!(?i:content-length|transfer-encoding)$)[A-Za-z][A-Za-z-]{0,15}", fullmatch=True),
            st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=20).map(lambda text: text.strip(" \t")),
        ),
        max_size=5,
    ).map(tuple),
    kind=st.sampled_from(["article", "listing", "robots"]),
    ip=st.sampled_from([None, "127.0.0.1", "::1"]),
    via=st.none() | st.text(max_size=20),
    request_body=st.binary(max_size=50),
    url=st.sampled_from([HOME, f"{HOME}?q=thi+đua", "http://127.0.0.1:8080/a b"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EXCHANGES, min_size=1, max_size=6))
def test_any_exchanges_come_back_as_they_were_written(exchanges: list[Exchange]) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place) / SITE
        captures = written(folder, exchanges)
        assert read(folder) == list(enumerate(captures, start=1))
        for one, capture in zip(exchanges, captures, strict=True):
            assert (capture.method, capture.status, capture.kind, capture.fetched_at) == (one.method, one.status, one.kind, one.fetched_at)
            own = capture.headers[: len(one.headers)] if capture.status == 304 else tuple(h for h in capture.headers if h[0] != "Content-Length")
            assert own == one.headers
            if one.body or one.status != 304:
                assert capture.body == one.body
        before = index_rows(folder)
        assert reindex(folder, SITE) == len(exchanges)
        assert index_rows(folder) == before
        bodies = [record.raw_body for record in records(folder) if record.rec_type == "response"]
        assert {body for body in bodies if body} == {one.body for one in exchanges if one.body}


def test_everything_about_one_exchange(tmp_path: Path) -> None:
    (capture,) = written(tmp_path, [exchange(7, b"xin")])
    assert capture.url == f"{HOME}tin-7.html"
    assert capture.site == SITE
    assert capture.fetched_at == datetime(2026, 1, 2, 3, 4, 12, 678901, tzinfo=UTC)
    assert (capture.method, capture.status, capture.kind) == ("GET", 200, "article")
    assert capture.headers == (("Content-Type", "text/html; charset=utf-8"), ("ETag", '"7"'), ("Content-Length", "3"))
    # printf xin | sha256sum
    assert capture.payload_digest == "sha256:8dc6b9afdb1ceb0a973c00659bb686d631dae553c399c581339a711d50b37257"
    assert capture.content_digest == capture.payload_digest
    assert (capture.refers_to, capture.broken) == (None, None)
    assert capture.place.file == "bac-kan-20260102030412-00001.warc.gz"

    member = (tmp_path / "captures" / capture.place.file).read_bytes()[capture.place.offset :][: capture.place.length]
    assert gzip.decompress(member).endswith(b"\r\n\r\nxin\r\n\r\n")

    info, request, metadata, response = records(tmp_path)
    assert [one.rec_type for one in (info, request, metadata, response)] == ["warcinfo", "request", "metadata", "response"]
    assert all(one.rec_headers.protocol == "WARC/1.1" for one in (info, request, metadata, response))
    fields = response.rec_headers
    assert fields.get_header("WARC-Date") == "2026-01-02T03:04:12.678901Z"
    assert fields.get_header("WARC-IP-Address") == "127.0.0.1"
    assert fields.get_header("WARC-Payload-Digest") == capture.payload_digest
    assert capture.id == hashlib.sha256(fields.get_header("WARC-Record-ID").encode()).hexdigest()[:16]
    for beside in (request, metadata):
        assert beside.rec_headers.get_header("WARC-Concurrent-To") == fields.get_header("WARC-Record-ID")
        assert beside.rec_headers.get_header("WARC-Target-URI") == capture.url
    assert request.http_headers.to_str().startswith("GET /tin-7.html HTTP/1.1\r\nHost: socongthuong.example.vn\r\nUser-Agent: congthuong")
    assert metadata.raw_body == b"kind: article\r\nrun: 20260102T030405\r\nvia: https://socongthuong.example.vn/\r\n"


def test_the_file_says_who_made_it(tmp_path: Path) -> None:
    written(tmp_path, [exchange()], info={"operator": "The operator", "description": "A department."})
    info = next(records(tmp_path)).raw_body.decode()
    for words in ("software: congthuong", "operator: The operator", "robots: obey", "isPartOf: bac-kan", "description: A department.", "order"):
        assert words in info


def test_times_are_kept_in_utc_and_must_have_a_zone(tmp_path: Path) -> None:
    hanoi = datetime(2026, 1, 1, 6, 0, tzinfo=timezone(timedelta(hours=7)))
    (capture,) = written(tmp_path, [exchange(fetched_at=hanoi)])
    assert capture.fetched_at == hanoi
    assert capture.place.file == "bac-kan-20251231230000-00001.warc.gz"
    with opened(tmp_path) as site, pytest.raises(ValueError, match="no time zone"):
        site.write(exchange(fetched_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - that is the point


def test_warcio_check_and_index_pass(tmp_path: Path) -> None:
    exchanges = [*pages(3), exchange(4, b"<p>0</p>"), exchange(0, b"", status=304), exchange(5, b"", status=404)]
    exchanges.append(exchange(6, gzip.compress(b"<p>"), headers=(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))))
    exchanges.append(exchange(7, b"no gzip at all", headers=(("Content-Encoding", "gzip"),), url=f"{HOME}tìm?q=Cụm III"))
    written(tmp_path, exchanges)
    checked = warcio("check", "-v", *warcs(tmp_path))
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.count("digest pass") == 1 + 2 * 8 + 6  # warcinfo, requests and metadata, responses
    assert "failed" not in checked.stdout
    indexed = warcio("index", "-f", "offset,warc-type,http:status", *warcs(tmp_path))
    assert (indexed.returncode, indexed.stderr) == (0, "")
    assert indexed.stdout.count('"warc-type": "response"') == 6
    assert indexed.stdout.count('"warc-type": "revisit"') == 2


# -- the same again


def test_an_equal_body_is_kept_once(tmp_path: Path) -> None:
    first, other, again, elsewhere = written(
        tmp_path, [exchange(1, b"same"), exchange(2, b"other"), exchange(1, b"same"), exchange(3, b"same", status=404)]
    )
    assert (first.refers_to, other.refers_to) == (None, None)
    assert again.refers_to == elsewhere.refers_to == first.id
    assert again.body == elsewhere.body == b"same"
    assert (again.payload_digest, again.content_digest) == (first.payload_digest, first.content_digest)
    assert again.place != first.place
    assert elsewhere.status == 404
    revisit = [one for one in records(tmp_path) if one.rec_type == "revisit"][1]
    assert revisit.raw_body == b""
    fields = revisit.rec_headers
    assert fields.get_header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert fields.get_header("WARC-Refers-To-Target-URI") == first.url
    assert fields.get_header("WARC-Refers-To-Date") == "2026-01-02T03:04:06.678901Z"
    assert fields.get_header("WARC-Payload-Digest") == first.payload_digest
    assert revisit.http_headers.get_statuscode() == "404"


def test_a_revisit_has_headers_of_its_own_and_never_refers_to_a_revisit(tmp_path: Path) -> None:
    written(tmp_path, [exchange(1, b"same")])
    written(tmp_path, [exchange(1, b"same", headers=(("ETag", "two"),))])
    written(tmp_path, [exchange(1, b"same", headers=(("ETag", "three"),))])
    (_, first), (_, second), (_, third) = read(tmp_path)
    assert second.refers_to == third.refers_to == first.id
    assert third.headers == (("ETag", "three"), ("Content-Length", "4"))


def test_empty_bodies_are_no_revisits(tmp_path: Path) -> None:
    assert [one.refers_to for one in written(tmp_path, [exchange(1, b""), exchange(2, b"")])] == [None, None]


def test_not_modified_stands_for_the_last_page_of_that_address(tmp_path: Path) -> None:
    page = gzip.compress(b"<p>new</p>")
    typed = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"))
    unchanged = exchange(1, b"", status=304, headers=(("ETag", "w"), ("Content-Type", "text/plain")))
    _, new, _, capture = written(tmp_path, [exchange(1, b"<p>old</p>"), exchange(1, page, headers=typed), exchange(2, b"<p>other</p>"), unchanged])
    assert (capture.status, capture.refers_to, capture.body) == (304, new.id, page)
    assert capture.header("ETag") == "w"
    assert capture.header("Content-Type") == "text/plain"  # its own word goes first
    assert content(capture) == b"<p>new</p>"  # the encoding is the one of the page it stands for
    assert read(tmp_path)[3] == (4, capture)
    revisit = next(one for one in records(tmp_path) if one.rec_type == "revisit")
    assert revisit.rec_headers.get_header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


def test_not_modified_of_a_page_that_came_as_a_revisit(tmp_path: Path) -> None:
    first, again, unchanged = written(tmp_path, [exchange(1, b"same"), exchange(2, b"same"), exchange(2, b"", status=304)])
    assert again.refers_to == unchanged.refers_to == first.id
    assert unchanged.body == b"same"
    ids = {record.rec_headers.get_header("WARC-Refers-To") for record in records(tmp_path) if record.rec_type == "revisit"}
    assert [hashlib.sha256(one.encode()).hexdigest()[:16] for one in ids] == [first.id]


def test_a_revisit_of_a_revisit_made_by_others_leads_to_the_body(tmp_path: Path) -> None:
    (first, again) = written(tmp_path, [exchange(1, b"same"), exchange(2, b"same")])
    *_, record = records(tmp_path)
    fields = {"WARC-Record-ID": "<urn:other:1>", "WARC-Date": "2026-05-01T00:00:00Z", "WARC-Target-URI": again.url}
    fields["WARC-Refers-To"] = record.rec_headers.get_header("WARC-Record-ID")
    _, data = make_record("revisit", fields, b"HTTP/1.1 200 OK\r\n\r\n")
    (tmp_path / "captures" / f"{SITE}-20260501000000-00002-other.warc.gz").write_bytes(data)
    with opened(tmp_path) as site:
        *_, (_, third) = site.captures()
    assert (third.refers_to, third.body, third.broken) == (first.id, b"same", None)


@pytest.mark.parametrize("before", ([], [exchange(1, b"gone", status=404)], [exchange(1, b"", method="HEAD")], [exchange(2)]))
def test_not_modified_of_nothing_is_kept_as_it_came(tmp_path: Path, before: list[Exchange]) -> None:
    *_, capture = written(tmp_path, [*before, exchange(1, b"", status=304)])
    assert (capture.status, capture.body, capture.refers_to, capture.broken) == (304, b"", None, None)


# -- reading


def test_only_what_is_synced_can_be_seen(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        site.sync()
        for one in pages(2):
            site.write(one)
        with opened(tmp_path, write=False) as reader:
            assert (list(site.captures()), site.last_sequence()) == ([], 0)
            assert (list(reader.captures()), reader.last_sequence()) == ([], 0)
            site.sync()
            assert len(list(site.captures())) == len(list(reader.captures())) == 2
            assert site.last_sequence() == reader.last_sequence() == 2
            site.write(exchange(3))
            assert site.last_sequence() == 2


def test_captures_after_a_sequence_number(tmp_path: Path) -> None:
    captures = written(tmp_path, pages(5))
    assert read(tmp_path, after=3) == [(4, captures[3]), (5, captures[4])]
    assert read(tmp_path, after=5) == []


def test_many_captures_come_in_order_while_more_are_written(tmp_path: Path) -> None:
    """More than are read at a time."""
    with opened(tmp_path) as site:
        for one in pages(1100):
            site.write(one)
        site.sync()
        seen = []
        for sequence, _ in site.captures(bodies=False):
            seen.append(sequence)
            if sequence in {10, 600}:
                site.write(exchange(5000 + sequence, b"new %d" % sequence))
                site.sync()
        assert seen == list(range(1, 1103))


def test_without_bodies_there_are_still_headers(tmp_path: Path) -> None:
    captures = written(tmp_path, [exchange(1, b"one"), exchange(2, b"one"), exchange(1, b"", status=304, headers=())])
    assert read(tmp_path, bodies=False) == [(sequence, replace(one, body=b"", size=0)) for sequence, one in enumerate(captures, start=1)]


def test_one_capture_by_its_id(tmp_path: Path) -> None:
    captures = written(tmp_path, pages(3))
    with opened(tmp_path, write=False) as site:
        assert site.capture(captures[1].id) == captures[1]
        with pytest.raises(UnknownCapture, match="'0123456789abcdef'"):
            site.capture("0123456789abcdef")


def test_the_latest_answer_of_an_address(tmp_path: Path) -> None:
    one, two, gone = exchange(1, b"one"), exchange(1, b"two"), exchange(1, b"", status=404)
    with opened(tmp_path) as site:
        assert site.latest(one.url) is None
        first = site.write(one)
        assert site.latest(one.url) == first  # written, though not yet synced
        second = site.write(two)
        site.write(exchange(1, b"", status=304))
        site.write(exchange(1, b"", method="HEAD"))
        assert site.latest(one.url) == second
        missing = site.write(gone)
        assert site.latest(one.url) == missing
        assert site.latest(f"{HOME}a b") is None
        blank = site.write(exchange(2, b"blank", url=f"{HOME}a b"))
        assert site.latest(f"{HOME}a b") == blank


def test_a_folder_opened_for_reading_writes_nothing(tmp_path: Path) -> None:
    written(tmp_path, pages(1))
    with opened(tmp_path, write=False) as site, pytest.raises(StorageError, match="reading only"):
        site.write(exchange(2))


def test_reading_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no captures"):
        opened(tmp_path / "missing", write=False)
    written(tmp_path, pages(1))
    (tmp_path / "captures.db").unlink()
    with pytest.raises(StorageError, match="makes it again from the WARC files"):
        opened(tmp_path, write=False)


# -- files


def test_files_end_by_size_and_go_on_by_number(tmp_path: Path) -> None:
    captures = written(tmp_path, [exchange(number, os.urandom(900)) for number in range(6)], max_size=3000)
    files = [path.name for path in warcs(tmp_path)]
    assert len(files) == 3
    assert [name.rsplit("-", 1)[1] for name in files] == ["00001.warc.gz", "00002.warc.gz", "00003.warc.gz"]
    assert all(path.stat().st_size < 3000 + 2000 for path in warcs(tmp_path))
    assert [capture for _, capture in read(tmp_path)] == captures
    before = index_rows(tmp_path)
    reindex(tmp_path, SITE)
    assert index_rows(tmp_path) == before
    assert [one.rec_type for one in records(tmp_path)].count("warcinfo") == 3


def test_the_next_run_goes_on_in_the_same_file_unless_someone_else_runs_it(tmp_path: Path) -> None:
    written(tmp_path, pages(1), info={"operator": "A"})
    written(tmp_path, [exchange(2, b"2")], info={"operator": "A"})
    assert len(warcs(tmp_path)) == 1
    written(tmp_path, [exchange(3, b"3")], info={"operator": "B"})
    assert len(warcs(tmp_path)) == 2
    assert [sequence for sequence, _ in read(tmp_path)] == [1, 2, 3]


def test_a_revisit_may_refer_to_another_file(tmp_path: Path) -> None:
    captures = written(tmp_path, [exchange(1, os.urandom(900)), exchange(2, b"2")], max_size=500)
    again = written(tmp_path, [exchange(3, captures[0].body)], max_size=500)[0]
    assert again.place.file != captures[0].place.file
    assert read(tmp_path)[2][1] == again
    assert again.body == captures[0].body


def test_a_file_from_elsewhere_is_taken_in(tmp_path: Path) -> None:
    """Another maker's, uncompressed, response only: found on the next opening, its record as it was, its place in the order by its date."""
    written(tmp_path, [exchange(1, b"<p>moved</p>")])
    body = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>2012</p>"
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:other:1>\r\nWARC-Date: 2012-01-01T00:00:00Z\r\n"
    head += f"WARC-Target-URI: http://old.example.vn/\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    revisit = "WARC/1.0\r\nWARC-Type: revisit\r\nWARC-Record-ID: <urn:other:2>\r\nWARC-Date: 2013-01-01T00:00:00Z\r\n"
    revisit += "WARC-Target-URI: http://old.example.vn/b\r\nWARC-Refers-To-Target-URI: http://old.example.vn/\r\nWARC-Refers-To-Date: 2012-01-01T00:00:00Z\r\n"
    revisit += "Content-Type: application/http; msgtype=response\r\nContent-Length: 19\r\n\r\nHTTP/1.0 200 OK\r\n\r\n\r\n\r\n"
    foreign = tmp_path / "captures" / f"{SITE}-20260301000000-00002-old.warc"
    foreign.write_bytes(head.encode() + body + b"\r\n\r\n" + revisit.encode())
    written(tmp_path, [exchange(9, b"<p>after</p>")])
    (_, theirs), (_, same), (_, mine), (_, after) = read(tmp_path)
    assert (theirs.fetched_at, theirs.url, theirs.kind, theirs.method) == (
        datetime(2012, 1, 1, tzinfo=UTC),
        "http://old.example.vn/",
        "unknown",
        "GET",
    )
    assert (theirs.body, same.body, same.refers_to) == (b"<p>2012</p>", b"<p>2012</p>", theirs.id)
    assert after.place.file == f"{SITE}-20260102030414-00003.warc.gz"  # what came from elsewhere is never appended to
    assert mine.body == b"<p>moved</p>"
    before = index_rows(tmp_path)
    reindex(tmp_path, SITE)
    assert index_rows(tmp_path) == before


# -- one writer


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from archive.captures import SiteFolder; SiteFolder.open(Path(sys.argv[1]), 'bac-kan', write=True)"
    with opened(tmp_path) as site:
        site.write(exchange())
        site.sync()
        other = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
        assert other.returncode == 1
        assert f"Locked: {tmp_path / 'lock'}: another run (process {os.getpid()}, since" in other.stderr
        with pytest.raises(Locked):
            reindex(tmp_path, SITE)
        assert len(read(tmp_path)) == 1
    assert len(read(tmp_path)) == 1
    with opened(tmp_path):
        pass


# -- crashes

KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from test_archive_captures import exchange, opened
site = opened(Path(sys.argv[1]))
for number in range(10):
    site.write(exchange(number, b"<p>%d</p>" % number))
    if number == 5:
        site.sync()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_between_two_syncs(tmp_path: Path) -> None:
    """What was synced is there; what was only written may be, and here is, as the system itself went on."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert [capture.body for _, capture in read(tmp_path)] == [b"<p>%d</p>" % number for number in range(6)]
    with opened(tmp_path) as site:
        assert [capture.body for _, capture in site.captures()] == [b"<p>%d</p>" % number for number in range(10)]
        site.write(exchange(10, b"ten"))
    assert [sequence for sequence, _ in read(tmp_path)] == list(range(1, 12))
    assert warcio("check", *warcs(tmp_path)).returncode == 0


@pytest.fixture
def crashed(tmp_path: Path) -> tuple[Path, list[Capture]]:
    """Three captures synced, three only written; the index of the moment before the second sync."""
    folder = tmp_path / "good"
    with opened(folder) as site:
        captures = [site.write(one) for one in pages(3)]
        site.sync()
        captures += [site.write(one) for one in [exchange(3, b"<p>0</p>"), exchange(4, b"four"), exchange(1, b"", status=304)]]
        shutil.copytree(folder, tmp_path / "crashed")
    return tmp_path / "crashed", captures


def test_cut_off_anywhere_past_the_last_sync(crashed: tuple[Path, list[Capture]], tmp_path: Path) -> None:
    folder, captures = crashed
    (warc,) = warcs(folder)
    whole = warc.read_bytes()
    ends = [one.place.offset + one.place.length for one in captures]
    for size in sorted({*range(ends[2], len(whole), 23), *ends[2:], *(end - 1 for end in ends[3:]), *(end + 1 for end in ends[2:5])}):
        copy = tmp_path / f"at-{size}"
        shutil.copytree(folder, copy)
        (copy / "captures" / warc.name).write_bytes(whole[:size])
        (extra,) = written(copy, [exchange(9, b"after the crash")])
        kept = [one for one, end in zip(captures, ends, strict=True) if end <= size]
        assert read(copy) == list(enumerate([*kept, extra], start=1))
        assert [record.rec_type for record in records(copy)].count("warcinfo") == 1
        before = index_rows(copy)
        reindex(copy, SITE)
        assert index_rows(copy) == before
        torn = list((copy / "captures").glob("*.torn-*"))
        assert sum(one.stat().st_size for one in torn) == size - (warcs(copy)[0].stat().st_size - _added(copy, extra))
        shutil.rmtree(copy)


def _added(folder: Path, extra: Capture) -> int:
    """Bytes of the last exchange: its request and metadata stand before the response."""
    offsets = [record.rec_headers.get_header("WARC-Target-URI") for record in records(folder)]
    assert offsets[-3:] == [extra.url] * 3
    with warcs(folder)[0].open("rb") as stream:
        iterator = ArchiveIterator(stream)
        places = [iterator.get_record_offset() for _ in iterator]
    return warcs(folder)[0].stat().st_size - int(places[-3])


def test_a_file_shorter_than_the_index(crashed: tuple[Path, list[Capture]], caplog: pytest.LogCaptureFixture) -> None:
    """A disk that lied about its syncs: rows past the end go, with an error in the log, and their numbers are given again."""
    folder, captures = crashed
    (warc,) = warcs(folder)
    with warc.open("r+b") as stream:
        stream.truncate(captures[1].place.offset + 10)
    (extra,) = written(folder, [exchange(9, b"after")])
    assert read(folder) == [(1, captures[0]), (2, extra)]
    assert "2 captures are lost" in caplog.text
    assert captures[1].id in caplog.text
    assert warcio("check", warc).returncode == 0


def test_an_earlier_file_cut_short_keeps_its_rows(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Numbers that were given stay: what cannot be read says so."""
    captures = written(tmp_path, [exchange(number, os.urandom(900)) for number in range(2)], max_size=500)
    short = tmp_path / "captures" / captures[0].place.file
    with short.open("r+b") as stream:
        stream.truncate(captures[0].place.offset + 100)
    with opened(tmp_path) as site:
        assert [(sequence, one.broken is None) for sequence, one in site.captures()] == [(1, False), (2, True)]
    assert f"{short}: {captures[0].place.length - 100} bytes are missing" in caplog.text


def test_files_that_were_never_indexed(crashed: tuple[Path, list[Capture]]) -> None:
    folder, captures = crashed
    (folder / "captures.db").unlink()
    for end in ("-wal", "-shm"):
        (folder / f"captures.db{end}").unlink(missing_ok=True)
    with opened(folder) as site:
        assert [one for _, one in site.captures()] == captures


def test_an_index_that_is_no_database(tmp_path: Path) -> None:
    captures = written(tmp_path, pages(3))
    (tmp_path / "captures.db").write_bytes(b"nothing of the kind " * 500)
    with pytest.raises(StorageError, match=r"captures\.db: is no database.*move it away"):
        opened(tmp_path)
    assert reindex(tmp_path, SITE) == 3
    assert (tmp_path / "captures.db.broken").exists()
    assert [one for _, one in read(tmp_path)] == captures


def test_reindexing_under_a_reader(tmp_path: Path) -> None:
    captures = written(tmp_path, pages(3))
    with opened(tmp_path, write=False) as reader:
        walking = reader.captures()
        first = next(walking)
        reindex(tmp_path, SITE)
        assert [first, *walking] == list(enumerate(captures, start=1))


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write

    def full(handle: int, data: bytes) -> int:
        if len(data) > 100:
            return real(handle, bytes(data[:100]))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with opened(tmp_path) as site:
        kept = [site.write(one) for one in pages(2)]
        size = warcs(tmp_path)[0].stat().st_size
        with monkeypatch.context() as patched:
            patched.setattr("archive.warc_writer.os.write", full)
            with pytest.raises(StorageError, match=r"warc\.gz: the disk is full"):
                site.write(exchange(5, os.urandom(500)))
        assert warcs(tmp_path)[0].stat().st_size == size
        kept.append(site.write(exchange(6, b"there is room again")))
    assert [one for _, one in read(tmp_path)] == kept
    assert warcio("check", *warcs(tmp_path)).returncode == 0


def test_a_failed_sync_stops_the_writing_and_the_next_opening_finds_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    site = opened(tmp_path)
    written_before = site.write(exchange(1, b"one"))
    with monkeypatch.context() as patched:
        patched.setattr("archive.warc_writer.os.fsync", failing)
        with pytest.raises(StorageError, match="Input/output error"):
            site.sync()
    with pytest.raises(StorageError, match="not written to any more"):
        site.write(exchange(2))
    site.close()
    with opened(tmp_path) as again:
        assert list(again.captures()) == [(1, written_before)]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / SITE).write_text("a file")
    with pytest.raises(StorageError, match=rf"{tmp_path / SITE}"):
        opened(tmp_path / SITE)


# -- damage


def damaged(folder: Path, capture: Capture) -> None:
    path = folder / "captures" / capture.place.file
    data = bytearray(path.read_bytes())
    data[capture.place.offset + 40 : capture.place.offset + 60] = bytes(20)
    path.write_bytes(data)


def test_a_broken_record_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good, bad, after = written(tmp_path, pages(3))
    damaged(tmp_path, bad)
    (_, one), (_, two), (_, three) = read(tmp_path)
    assert (one, three) == (good, after)
    assert (two.id, two.url, two.body) == (bad.id, bad.url, b"")
    assert two.broken
    assert two.broken[0] is Reason.BROKEN_RECORD
    assert f"{bad.place.file} at {bad.place.offset}" in two.broken[1]
    with opened(tmp_path) as site:  # opening to write does not cut what lies before the end of what is indexed
        with pytest.raises(BrokenRecord, match="BrokenRecord: .*" + bad.place.file):
            site.capture(bad.id)
        assert site.latest(bad.url) is None
        assert len(list(site.captures())) == 3


def test_damage_in_the_last_record_is_not_cut_either_while_the_index_knows_it(tmp_path: Path) -> None:
    captures = written(tmp_path, pages(2))
    damaged(tmp_path, captures[1])
    written(tmp_path, [exchange(5, b"five")])
    assert [one.broken is None for _, one in read(tmp_path)] == [True, False, True]
    assert not list((tmp_path / "captures").glob("*.torn-*"))


def test_a_revisit_without_its_original_is_an_orphan(tmp_path: Path) -> None:
    captures = written(tmp_path, [exchange(1, os.urandom(900)), exchange(2, b"two")], max_size=500)
    (again,) = written(tmp_path, [exchange(3, captures[0].body)], max_size=500)
    damaged(tmp_path, captures[0])
    orphan = read(tmp_path)[2][1]
    assert orphan.broken
    assert orphan.broken[0] is Reason.ORPHAN_REVISIT
    assert captures[0].place.file in orphan.broken[1]
    assert (orphan.body, orphan.headers, orphan.refers_to) == (b"", again.headers, captures[0].id)

    (tmp_path / "captures" / captures[0].place.file).unlink()
    assert reindex(tmp_path, SITE) == 2
    (_, two), (_, orphan) = read(tmp_path)
    assert two.body == b"two"
    assert orphan.broken
    assert (orphan.broken[0], orphan.refers_to) == (Reason.ORPHAN_REVISIT, None)
    with opened(tmp_path, write=False) as site, pytest.raises(BrokenRecord, match="OrphanRevisit"):
        site.capture(again.id)


def test_a_file_that_went_missing_is_named_and_its_rows_stay(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    captures = written(tmp_path, [exchange(number, os.urandom(900)) for number in range(2)], max_size=500)
    gone = tmp_path / "captures" / captures[0].place.file
    gone.rename(tmp_path / "elsewhere")
    with opened(tmp_path) as site:
        assert [one.broken is None for _, one in site.captures()] == [False, True]
    assert f"{gone} is missing" in caplog.text
    (tmp_path / "elsewhere").rename(gone)
    assert [one for _, one in read(tmp_path)] == captures
