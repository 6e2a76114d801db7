"""What changed between two versions: by word, shortened where nothing did, and nothing invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.versions import Piece, changes, paragraphs, readable, words

SAME, GONE, NEW, OUT = "same", "gone", "new", "left out"


def flat(pieces: tuple[Piece, ...] | list[Piece]) -> list[tuple[str, str]]:
    return [(piece.text, piece.kind) for piece in pieces]


def test_words_that_went_and_came() -> None:
    assert flat(list(words("chấm theo ba nhóm.", "chấm theo bốn nhóm."))) == [("chấm theo ", SAME), ("ba ", GONE), ("bốn ", NEW), ("nhóm.", SAME)]


def test_what_is_hardly_alike_stands_one_after_the_other() -> None:
    assert [flat(line) for line in paragraphs(["Một câu về chợ."], ["Hội nghị khác hẳn, ở nơi khác."])] == [
        [("Một câu về chợ.", GONE)],
        [("Hội nghị khác hẳn, ở nơi khác.", NEW)],
    ]


def test_unchanged_paragraphs_and_long_stretches_are_left_out() -> None:
    long = " ".join(f"từ{n}" for n in range(60))
    found = list(paragraphs(["Đầu", f"{long} cũ"], ["Đầu", f"{long} mới", "Thêm"]))
    assert flat(found[0]) == [("…", OUT)]
    assert flat(found[1])[0] == (" … ", OUT)
    assert flat(found[1])[1][0].endswith("từ59 ")
    assert flat(found[1])[2:] == [("cũ", GONE), ("mới", NEW)]
    assert flat(found[2]) == [("Thêm", NEW)]


def test_fields_that_differ_are_named_and_arrays_shown_by_line() -> None:
    old = {"title": "A", "text": "x y", "lead": "x", "images": "[]", "byline": None}
    new = {"title": "A", "text": "x z", "lead": None, "images": '[["https://a.example/1.jpg", "", "Hội nghị"]]', "byline": "Lý Thu Hà"}
    found = {change.field: [flat(line) for line in change.paragraphs] for change in changes(old, new)}
    assert list(found) == ["text", "byline", "images"]  # the lead is in the text
    assert found["images"] == [[("https://a.example/1.jpg · Hội nghị", NEW)]]
    assert [change.field for change in changes(old, {**old, "lead": None})] == ["lead"]
    assert changes(old, dict(old)) == ()


@pytest.mark.parametrize("value", ("[", "[1, null]", '{"a": 1}', "[[[]]]"))
def test_no_column_breaks_it(value: str) -> None:
    assert [change.field for change in changes({"images": value}, {"images": "[]"})] == ["images"]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    (
        (["a"] * 3000, ["a", "b"] * 1500, 1),  # the first paragraph is the same, and set aside
        (["a", "b"] * 1500, ["b", "a"] * 1500, 0),
        ([str(n) for n in range(5995)], [str(n if n % 9 else -n - 1) for n in range(5995)], 0),
    ),
)
def test_texts_made_to_be_costly_are_shown_whole(old: list[str], new: list[str], same: int) -> None:
    found = [piece for line in paragraphs(["x", *old, "y"], ["x", *new, "y"]) for piece in line]
    assert {piece.kind for piece in found} == {OUT, GONE, NEW}
    assert [piece.text for piece in found if piece.kind == NEW] == new[same:]


TEXT = st.lists(st.sampled_from(["Cụm", "thi", "đua", "số", "3", ",", "\n"]), max_size=30).map(" ".join)


@given(old=TEXT, new=TEXT)
def test_the_new_text_can_be_read_from_it(old: str, new: str) -> None:
    found = list(words(old, new))
    kept = "".join(piece.text for piece in found if piece.kind != GONE)
    went = "".join(piece.text for piece in found if piece.kind != NEW)
    if not any(piece.kind == OUT for piece in found):
        assert kept == new
        assert went.rstrip("\n") == old.rstrip("\n")


def test_changes_as_plain_text() -> None:
    old = {"title": "A", "text": "Chấm theo ba nhóm.", "published_at": "2024-01-12T00:00:00+07:00"}
    new = {"title": "A", "text": "Chấm theo bốn nhóm.", "published_at": "2024-01-13T00:00:00+07:00"}
    assert readable(changes(old, new)) == "text:\n  Chấm theo [-ba -]{+bốn +}nhóm.\npublished_at:\n  2024-01-[-12-]{+13+}"
