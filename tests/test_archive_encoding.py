"""Content-Encoding undone, as servers really send it."""

import gzip
import zlib
from datetime import UTC, datetime

import pytest

from archive import encoding
from archive.encoding import content, content_digest, decode
from archive.errors import BrokenEncoding, TooLargeUnpacked
from archive.records import Capture, Place

PLAIN = b"Cum thi dua so III " * 50
BARE = zlib.compressobj(wbits=-15)
BARE_DEFLATE = BARE.compress(PLAIN) + BARE.flush()


@pytest.mark.parametrize(
    ("header", "body"),
    (
        (None, PLAIN),
        ("", PLAIN),
        ("identity", PLAIN),
        ("utf-8", PLAIN),  # seen on misconfigured servers; browsers pass it over
        ("gzip", gzip.compress(PLAIN, mtime=0)),
        ("GZIP", gzip.compress(PLAIN, mtime=0)),
        ("x-gzip", gzip.compress(PLAIN, mtime=0)),
        ("gzip", gzip.compress(PLAIN[:100], mtime=0) + gzip.compress(PLAIN[100:], mtime=0)),
        ("gzip", gzip.compress(PLAIN, mtime=0) + b"\0\0\0\0"),
        ("deflate", zlib.compress(PLAIN)),
        ("deflate", BARE_DEFLATE),
        ("deflate, gzip", gzip.compress(zlib.compress(PLAIN), mtime=0)),
    ),
)
def test_undone(header: str | None, body: bytes) -> None:
    assert decode(body, header) == PLAIN


def test_brotli_and_zstd_where_their_packages_are() -> None:
    brotli = pytest.importorskip("brotli")
    assert decode(brotli.compress(PLAIN), "br") == PLAIN
    with pytest.raises(BrokenEncoding, match="cut off"):
        decode(brotli.compress(PLAIN)[:-3], "br")
    zstd = pytest.importorskip("backports.zstd")
    assert decode(zstd.compress(PLAIN), "zstd") == PLAIN


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(encoding.importlib, "import_module", missing)
    with pytest.raises(BrokenEncoding, match="'brotli'"):
        decode(b"x", "br")


@pytest.mark.parametrize(
    ("header", "body"),
    (
        ("gzip", gzip.compress(PLAIN, mtime=0)[:-1]),
        ("gzip", PLAIN),
        ("deflate", PLAIN),
        ("gzip", gzip.compress(PLAIN, mtime=0)[:-8] + b"12345678"),
        ("br", b"no brotli"),
    ),
)
def test_what_is_not_what_it_says_is_an_error_with_a_name(header: str, body: bytes) -> None:
    with pytest.raises(BrokenEncoding, match=header):
        decode(body, header)


@pytest.mark.parametrize("header", ("gzip", "deflate", "br", "zstd"))
def test_an_empty_body_is_empty_in_every_encoding(header: str) -> None:
    assert decode(b"", header) == b""


def test_a_small_body_that_unpacks_without_end_is_refused() -> None:
    assert decode(gzip.compress(bytes(1000)), "gzip", 1000) == bytes(1000)
    for body in (gzip.compress(bytes(1001)), gzip.compress(bytes(600)) * 2):
        with pytest.raises(TooLargeUnpacked, match="1000 bytes"):
            decode(body, "gzip", 1000)


def test_the_content_of_a_capture_goes_by_its_header() -> None:
    capture = Capture(
        id="0" * 16,
        site="bac-kan",
        url="https://example.vn/",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        method="GET",
        status=200,
        headers=(("content-ENCODING", "gzip"),),
        body=gzip.compress(b"xin"),
        kind="article",
        place=Place("x", 0, 1),
        payload_digest="",
        content_digest="",
    )
    assert content(capture) == b"xin"


def test_digest_of_the_content_and_of_what_cannot_be_unpacked() -> None:
    # printf xin | sha256sum
    xin = "sha256:8dc6b9afdb1ceb0a973c00659bb686d631dae553c399c581339a711d50b37257"
    assert content_digest(gzip.compress(b"xin"), "gzip") == content_digest(b"xin", None)
    assert content_digest(b"xin", "gzip") == content_digest(b"xin", None) == xin
