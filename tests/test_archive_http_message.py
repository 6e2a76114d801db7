"""HTTP messages as bytes and back, with nothing lost that a server may send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.http_message import parse_message, request_bytes, response_head, safe_url

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True).filter(lambda name: name.lower() not in {"transfer-encoding", "content-length"})
# Every byte a header can have: no line breaks, no blanks at its ends; \xa0 at the end is the second byte of à in UTF-8.
VALUES = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=40).map(lambda value: value.strip(" \t"))


@given(st.lists(st.tuples(NAMES, VALUES)), st.binary(max_size=200))
def test_what_is_written_is_read_back(headers: list[tuple[str, str]], body: bytes) -> None:
    message = parse_message(response_head("GET", 200, "OK", tuple(headers), len(body)) + body)
    assert message.first == ("HTTP/1.1", "200", "OK")
    assert message.headers == (*headers, ("Content-Length", str(len(body))))
    assert message.body == body


def test_a_name_in_vietnamese_survives() -> None:
    name = 'attachment; filename="Khen thưởng à'.encode().decode("latin-1")  # ends with the byte A0
    head = response_head("GET", 200, "", (("Content-Disposition", name),), 0)
    assert b"Khen th\xc6\xb0\xe1\xbb\x9fng \xc3\xa0\r\n" in head
    assert parse_message(head).header("content-disposition") == name


def test_transfer_encoding_goes_and_the_length_is_what_is_kept() -> None:
    headers = (("Content-Length", "7"), ("Transfer-Encoding", "chunked"), ("Server", "x"))
    assert response_head("GET", 200, "OK", headers, 5) == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: x\r\n\r\n"


@pytest.mark.parametrize(("method", "status"), (("HEAD", 200), ("GET", 304), ("GET", 204)))
def test_an_answer_without_a_body_keeps_the_length_it_names(method: str, status: int) -> None:
    assert b"Content-Length: 75000\r\n" in response_head(method, status, "", (("Content-Length", "75000"),), 0)
    assert b"Content-Length" not in response_head(method, status, "", (), 0)


def test_a_header_cannot_begin_another() -> None:
    head = response_head("GET", 200, "OK\r\nX: 1", (("A", "b\r\nEvil: c"),), 0)
    assert [name for name, _ in parse_message(head).headers] == ["A", "Content-Length"]


def test_a_request_names_its_host_once() -> None:
    url = "http://user:secret@example.vn:8080/tin?p=1"
    assert request_bytes("GET", url, (("User-Agent", "x"),), b"") == b"GET /tin?p=1 HTTP/1.1\r\nHost: example.vn:8080\r\nUser-Agent: x\r\n\r\n"
    assert request_bytes("POST", "http://a.vn", (("host", "b.vn"),), b"q=1") == b"POST / HTTP/1.1\r\nhost: b.vn\r\n\r\nq=1"


def test_as_others_write_it() -> None:
    """Bare line feeds, folded lines, chunks kept."""
    message = parse_message(b"HTTP/1.0 200 OK\nServer : old\nX-Long: one\n\ttwo\nnonsense\n\nbody")
    assert message.headers == (("Server", "old"), ("X-Long", "one two"))
    assert message.body == b"body"
    message = parse_message(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxin\r\n5\r\n chao\r\n0\r\n\r\n")
    assert (message.headers, message.body) == ((), b"xin chao")


def test_chunks_that_are_none_are_left_alone() -> None:
    message = parse_message(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>")
    assert message.body == b"<html>"
    assert message.header("transfer-encoding") == "chunked"


@pytest.mark.parametrize("block", (b"", b"\r\n\r\n", b"  \r\nServer: x\r\n\r\n"))
def test_no_message(block: bytes) -> None:
    with pytest.raises(ValueError, match="first line"):
        parse_message(block)


@pytest.mark.parametrize(
    ("url", "safe"),
    (
        ("https://a.vn/tin-tức?p=1&q=ă#x", "https://a.vn/tin-tức?p=1&q=ă#x"),
        ("https://a.vn/a b", "https://a.vn/a%20b"),
        ("https://a.vn/\r\nEvil: 1", "https://a.vn/%0D%0AEvil:%201"),
        ("https://a.vn/<x>\xa0", "https://a.vn/%3Cx%3E%C2%A0"),
    ),
)
def test_a_url_stays_on_its_line(url: str, safe: str) -> None:
    assert safe_url(url) == safe
    assert safe_url(safe) == safe
