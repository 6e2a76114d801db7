"""HTML packed against its text: it comes back as it was, is small, and does not come back from anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import StorageError
from archive.markup import pack, unpack

TEXT = "Cụm thi đua số III họp tổng kết.\n" * 200
HTML = "".join(f"<p>{line}</p>" for line in TEXT.splitlines())

words = st.text(st.characters(exclude_categories=("Cs",)))


@given(words, words)
def test_any_html_comes_back(html: str, text: str) -> None:
    assert unpack(pack(html, text), text) == html


@given(words)
def test_long_texts_too(html: str) -> None:
    text = "Sở Công Thương " * 10_000  # more than the dictionary holds
    assert unpack(pack(text + html, text), text) == text + html


def test_it_is_small() -> None:
    assert len(pack(HTML, TEXT)) < len(HTML.encode()) / 20


@pytest.mark.parametrize(
    ("packed", "text"),
    ((b"\xff\xff\xff", TEXT), (pack(HTML, TEXT), ""), (HTML, TEXT), (None, TEXT)),
    ids=("damaged", "another text", "never packed", "nothing"),
)
def test_what_does_not_unpack_is_named(packed: bytes, text: str) -> None:
    with pytest.raises(StorageError, match="does not unpack"):
        unpack(packed, text)


def test_a_cut_one_gives_no_half() -> None:
    with pytest.raises(StorageError, match="does not unpack"):
        unpack(pack(HTML, TEXT)[:-3], TEXT)
