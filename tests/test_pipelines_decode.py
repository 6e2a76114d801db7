"""From bytes to characters: right charset, wrong charset, none."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records import Failure, Reason
from pipelines.reading.decode import decode, held, markup

WORDS = "<p>Sở Công Thương họp giao ban, đánh giá kết quả quý I</p>"
HEAD = '<html><head><meta charset="{}"></head><body>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    (
        (WORDS.encode(), "text/html; charset=utf-8"),
        (WORDS.encode(), ""),
        (WORDS.encode(), "text/html; charset=iso-8859-1"),  # declared wrong
        (WORDS.encode(), "text/html; charset=no-such-thing"),
        (codecs.BOM_UTF8 + WORDS.encode(), "text/html; charset=windows-1258"),
        (codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"), "text/html"),
        (codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"), "text/html; charset=utf-8"),
        (WORDS.encode().replace(b" ", b"\x00 "), "text/html"),
    ),
)
def test_utf8_and_marked_bytes(body: bytes, content_type: str) -> None:
    assert decode(body, content_type) == WORDS


@pytest.mark.parametrize("by_header", (True, False))
def test_windows_1258_as_told(by_header: bool) -> None:
    body = "Sở Công Thương".encode("cp1258", "ignore") + "o\u0323".encode("cp1258")  # ọ: a letter and its mark, as that code page writes it
    page = ("" if by_header else HEAD.format("windows-1258")).encode() + body
    text = decode(page, "text/html; charset=windows-1258" if by_header else "text/html")
    assert isinstance(text, str)
    assert text.endswith("o\u0323")
    assert "Công Thương" in text


def test_a_few_broken_bytes_do_not_lose_a_page() -> None:
    text = decode(WORDS.encode() * 40 + b"\xe1\xbb", "text/html; charset=utf-8")
    assert isinstance(text, str)
    assert text.startswith(WORDS)


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    (
        (b"", "text/html", Reason.EMPTY_BODY),
        (b" \r\n\x00", "text/html", Reason.EMPTY_BODY),
        (b"%PDF-1.4 x", "application/pdf", Reason.NOT_HTML),
        (b"%PDF-1.4 x", "text/html", Reason.NOT_HTML),
        (b"\x89PNG\r\n\x1a\n", "", Reason.NOT_HTML),
        (b"{}", "application/json", Reason.NOT_HTML),
        (bytes(range(256)) * 40, "text/html", Reason.UNDECODABLE),
        (b"\x01\x02\x03\x04 abc", "text/html", Reason.UNDECODABLE),
    ),
)
def test_what_has_no_characters(body: bytes, content_type: str, reason: Reason) -> None:
    failure = decode(body, content_type)
    assert isinstance(failure, Failure)
    assert failure.reason is reason
    assert failure.detail


@given(
    st.binary(),
    st.sampled_from(
        ["", "text/html", "text/html; charset=utf-8", "text/html; charset=windows-1258", "text/html; charset=utf-16", "text/html; charset=base64"]
    ),
)
def test_any_bytes_decode_or_fail_by_name(body: bytes, content_type: str) -> None:
    assert isinstance(decode(body, content_type), str | Failure)


@given(
    st.one_of(
        st.binary(),
        st.text().map(str.encode),
        st.text(alphabet="aộ<Ã¡Âº\ufffd\ufffe\uffff\ufeff\x00\x01\x1b\n").map(str.encode),
        st.text(alphabet="ạộà").map(lambda said: said.encode().decode("cp1252", "ignore").encode() * 6),  # misread and written again
    ),
    st.sampled_from([b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b' \n<?xml version="1.0" encoding="utf-8"?>']),
    st.sampled_from(["", "text/html; charset=windows-1258"]),
)
def test_markup_is_what_the_characters_are_as_utf8(body: bytes, head: bytes, content_type: str) -> None:
    text = decode(head + body, content_type)
    assert markup(head + body, content_type) == (text if isinstance(text, Failure) else held(text))


def test_what_no_tree_can_hold_is_left_out() -> None:
    assert held("a\x00\x0bb\ufffe\uffffc\ud800d") == b"abcd"
    assert markup(WORDS.encode()) == WORDS.encode()
