"""WARC records and files: read with tools of others, and broken in the ways crashes and disks break them."""

import gzip
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.errors import BrokenRecord
from archive.warc import digest_fits, make_record, named_lines, parse_record, read_head, read_record, sha256, warc_date
from archive.warc_file import cut_torn_tail, walk, warc_files

# Written by hand after the standard's examples; printf xin | sha1sum, base 32 by another tool.
BY_HAND = b"""WARC/1.0\r
WARC-Type: response\r
WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r
WARC-Date: 2019-05-06T07:08:09Z\r
WARC-Target-URI: <http://example.vn/tin>\r
WARC-Payload-Digest: sha1:3O4D34XXODNZLTDYRT4SICI3MQ7O6VED\r
Content-Type: application/http;msgtype=response\r
Content-Length: 47\r
\r
HTTP/1.1 200 OK\r
Content-Type: text/html\r
\r
xin\r
\r
"""
FIELDS = {"WARC-Record-ID": "<urn:uuid:00000000-0000-4000-8000-000000000002>", "WARC-Date": "2026-01-02T03:04:05.000006Z"}


def member(number: int, text: bytes = b"") -> bytes:
    fields = {**FIELDS, "WARC-Record-ID": f"<urn:{number}>", "WARC-Target-URI": f"http://example.vn/{number}"}
    return make_record("response", fields, b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n" + (text or b"body %d" % number))[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three records."""
    path = tmp_path / "bac-kan-20260101000000-00001.warc.gz"
    path.write_bytes(member(1) + member(2) + member(3))
    return path


def ids(path: Path) -> list[str]:
    return [one.record.id for one in walk(path) if one.record]


def test_a_record_made_by_others() -> None:
    record = parse_record(BY_HAND)
    assert record.type == "response"
    assert record.url == "http://example.vn/tin"
    assert record.date == datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert record.is_http
    assert record.http.first == ("HTTP/1.1", "200", "OK")
    assert record.http.headers == (("Content-Type", "text/html"),)
    assert record.http.body == b"xin"


@pytest.mark.parametrize(
    ("wrong", "words"),
    (
        (BY_HAND.replace(b"xin", b"xim"), "payload digest"),
        (BY_HAND.replace(b"Content-Length: 47", b"Content-Length: 470"), "cut off"),
        (BY_HAND.replace(b"Content-Length: 47\r\n", b""), "no Content-Length"),
        (BY_HAND.replace(b"Content-Length: 47", b"Content-Length: x"), "no Content-Length"),
        (BY_HAND * 2, "more follows"),
        (b"<html>", "no WARC record"),
        (b"", "no WARC record"),
    ),
)
def test_a_record_that_is_not_whole_or_not_itself(wrong: bytes, words: str) -> None:
    with pytest.raises(BrokenRecord, match=words):
        parse_record(wrong)


def test_a_block_digest_is_checked() -> None:
    _, data = make_record("metadata", FIELDS, b"kind: article\r\n")
    with pytest.raises(BrokenRecord, match="block digest"):
        parse_record(gzip.decompress(data).replace(b"article", b"listing"))


# printf xin | sha256sum; the same in base 32; printf xin | md5sum
@pytest.mark.parametrize(
    "digest",
    (
        "sha256:8dc6b9afdb1ceb0a973c00659bb686d631dae553c399c581339a711d50b37257",
        "sha256:RXDLTL63DTVQVFZ4ABSZXNUG2YY5VZKTYOM4LAJTTJYR2UFTOJLQ====",
        "SHA-256:8dc6b9afdb1ceb0a973c00659bb686d631dae553c399c581339a711d50b37257",
        "md5:bd04fcc97578ce33ca5fb331f42bc375",
        "blake-of-tomorrow:00",
        "nonsense",
    ),
)
def test_digests_in_every_form(digest: str) -> None:
    assert digest_fits(digest, b"xin")


@pytest.mark.parametrize("digest", ("sha256:00", "sha1:3O4D34XXODNZLTDYRT4SICI3MQ7O6VEDA", "sha256:3O4D34XXODNZLTDYRT4SICI3MQ7O6VED"))
def test_digests_that_do_not_fit(digest: str) -> None:
    assert not digest_fits(digest, b"xin")


def test_what_is_made_is_read_by_warcio(tmp_path: Path) -> None:
    record, data = make_record(
        "response", {**FIELDS, "WARC-Target-URI": "https://example.vn/tin-tức"}, b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n\x00\xff\r\n\r\n"
    )
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data)
    with path.open("rb") as stream:
        (theirs,) = list(ArchiveIterator(stream, check_digests="raise", no_record_parse=True))
    assert theirs.rec_headers.protocol == "WARC/1.1"
    assert theirs.rec_headers.get_header("WARC-Target-URI") == "https://example.vn/tin-tức"
    assert read_record(path, 0, len(data)) == record
    assert record.block.endswith(b"\x00\xff\r\n\r\n")


def test_the_same_record_is_the_same_bytes() -> None:
    assert member(7) == member(7)


def test_dates_are_utc_and_to_the_microsecond() -> None:
    hanoi = timezone(timedelta(hours=7))
    assert warc_date(datetime(2026, 1, 1, 6, 59, 59, 1, tzinfo=hanoi)) == "2025-12-31T23:59:59.000001Z"
    with pytest.raises(ValueError, match="no time zone"):
        warc_date(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_named_lines_cannot_begin_another() -> None:
    record, _ = make_record("metadata", FIELDS, named_lines({"kind": "article", "via": "a\r\nkind: b\x85c", "run": None}))
    assert record.named == {"kind": "article", "via": "a kind: b c"}


def test_reading_at_a_place(file: Path) -> None:
    places = [(one.offset, one.length) for one in walk(file)]
    assert read_record(file, *places[1]).http.body == b"body 2"
    assert read_head(file, *places[1]).headers == (("Server", "x"),)
    assert read_head(file, *places[1]).body == b""


def test_reading_the_head_of_a_long_record(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 40_000 + b"\r\n\r\n"
    _, data = make_record("response", {**FIELDS, "WARC-Target-URI": "http://example.vn/"}, head + b"body")
    (tmp_path / "x.warc.gz").write_bytes(data)
    message = read_head(tmp_path / "x.warc.gz", 0, len(data))
    assert [len(value) for _, value in message.headers] == [40_000]
    assert message.body == b""


def test_a_wrong_place_is_named(file: Path) -> None:
    for offset, length in ((1, 50), (0, 20), (0, 10**6)):
        with pytest.raises(BrokenRecord, match=rf"{file} at {offset}: "):
            read_record(file, offset, length)
    with pytest.raises(BrokenRecord, match="missing"):
        read_record(file.with_name("gone.warc.gz"), 0, 1)


def test_walking_leaves_no_gap(file: Path) -> None:
    members = list(walk(file))
    assert [one.offset for one in members] == [0, members[0].length, members[0].length + members[1].length]
    assert sum(one.length for one in members) == file.stat().st_size
    assert ids(file) == ["<urn:1>", "<urn:2>", "<urn:3>"]
    assert [one.record.id for one in walk(file, members[1].offset) if one.record] == ["<urn:2>", "<urn:3>"]


def test_walking_a_file_that_is_not_compressed(tmp_path: Path) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(BY_HAND + BY_HAND.replace(b"xin", b"xim") + BY_HAND + BY_HAND[:200])
    first, second, third, fourth = walk(path)
    assert (first.record and first.record.http.body, first.length) == (b"xin", len(BY_HAND))
    assert second.record is None
    assert "payload digest" in (second.trouble or "")
    assert third.record
    assert third.offset == 2 * len(BY_HAND)
    assert (fourth.torn, fourth.length) == (True, 200)
    assert read_record(path, 0, len(BY_HAND)).http.body == b"xin"


@pytest.mark.parametrize("damage", (b"\0" * 40, b"\xff" * 40, b"\x1f\x8b\x08" * 13 + b"!"))
def test_damage_in_the_middle_is_passed_over_and_never_cut(file: Path, damage: bytes) -> None:
    data = file.read_bytes()
    start = len(member(1))
    file.write_bytes(data[: start + 30] + damage + data[start + 70 :])
    first, broken, third = walk(file)
    assert first.record
    assert third.record
    assert (broken.offset, broken.length, broken.record, broken.torn) == (start, len(member(2)), None, False)
    assert broken.trouble
    assert cut_torn_tail(file) == 0
    assert ids(file) == ["<urn:1>", "<urn:3>"]


def test_every_cut_is_found_and_what_is_cut_is_kept(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = file.read_bytes()
    ends = [0, *(one.offset + one.length for one in walk(file))]
    for size in range(len(whole) + 1):
        file.write_bytes(whole[:size])
        good = max(end for end in ends if end <= size)
        assert cut_torn_tail(file) == size - good
        assert file.read_bytes() == whole[:good]
        aside = file.with_name(f"{file.name}.torn-{good}")
        assert aside.exists() == (size > good)
        if size > good:
            assert aside.read_bytes() == whole[good:size]
            assert str(file) in caplog.text
            aside.unlink()


def test_warcio_alone_would_not_notice(file: Path) -> None:
    """Why lengths are checked here: a cut-off file reads without an error elsewhere."""
    file.write_bytes(file.read_bytes()[:-20])
    with file.open("rb") as stream:
        assert len([one.content_stream().read() for one in ArchiveIterator(stream)]) == 3
    assert [one.torn for one in walk(file)] == [False, False, True]


def test_a_tail_of_zeros_is_torn_too(file: Path) -> None:
    """What some file systems leave after a power cut: the length is there, the bytes are not."""
    whole = file.read_bytes()
    file.write_bytes(whole + bytes(5000))
    assert cut_torn_tail(file) == 5000
    assert file.read_bytes() == whole


def test_cutting_twice_at_one_place_keeps_both(file: Path) -> None:
    whole = file.read_bytes()
    for tail in (b"\x1f\x8b\x08one", b"\x1f\x8b\x08two"):
        file.write_bytes(whole + tail)
        assert cut_torn_tail(file) == 6
    assert file.with_name(f"{file.name}.torn-{len(whole)}").read_bytes() == b"\x1f\x8b\x08one\x1f\x8b\x08two"


def test_a_gzip_member_with_many_records_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(gzip.compress(BY_HAND * 3))
    (only,) = walk(path)
    assert only.record is None
    assert "warcio recompress" in (only.trouble or "")
    assert cut_torn_tail(path) == 0


def test_files_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    names = [
        "bac-kan-20260301000000-00001.warc.gz",
        "bac-kan-20260101000000-00002.warc.gz",  # the clock went back
        "bac-kan-20260201000000-00003-from-elsewhere.warc",
        "another.warc.gz",
    ]
    for name in (*names[::-1], "bac-kan-20260101000000-00002.warc.gz.torn-17", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [one.name for one in warc_files(tmp_path)] == names


def test_sha256_is_named_and_in_base_16() -> None:
    assert sha256(b"xin") == "sha256:8dc6b9afdb1ceb0a973c00659bb686d631dae553c399c581339a711d50b37257"
