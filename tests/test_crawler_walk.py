"""Where a walk over the pages of a listing goes next; whole walks on a made-up listing, broken off at any page."""

from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import Pointer, Signs, Step
from crawler.frontier_form import Reached, Row
from crawler.walk import Walk

HOME = "http://site/tin"


def row(*, walked: bool = False, reached: Reached | None = None) -> Row:
    return Row(1, "listing", "GET", HOME, b"", {}, walked=walked, reached=reached)


def page(number: int, articles: list[int], each: int) -> Signs:
    here = articles[(number - 1) * each : number * each]
    following = Step(f"{HOME}?trang={number + 1}") if number * each < len(articles) else None
    return Signs(tuple(Pointer(f"http://site/{one}", "article") for one in here), following)


def walk(articles: list[int], each: int, known: set[int], at: Row, *, until: int | None = None) -> tuple[list[int], Reached | None]:
    """Walk a listing of these articles, newest first; killed while it takes the page asked for as number `until`. The pages asked for, and where it was."""
    asked: list[int] = []
    here: Walk | None = Walk.of(at)
    while here is not None:
        asked.append(int(here.steps[-1].url.partition("=")[2] or 1))
        if len(asked) == until:
            return asked, here.here
        signs = page(asked[-1], articles, each)
        named = {int(one.url.rpartition("/")[2]) for one in signs.pointers}
        news = bool(named - known)
        known |= named
        here = here.onward(signs, news=news, known=at.walked)
    return asked, None


@given(st.integers(1, 40), st.integers(1, 7), st.integers(0, 9), st.data())
def test_a_walk_broken_off_anywhere_and_gone_on_with_finds_all(count: int, each: int, newer: int, data: st.DataObject) -> None:
    known: set[int] = set()
    old = list(range(count, 0, -1))
    pages = -(-count // each)
    broken = data.draw(st.integers(1, pages))
    _, reached = walk(old, each, known, row(), until=broken)
    now = list(range(count + newer, 0, -1))
    asked, _ = walk(now, each, known, row(reached=reached))
    assert known == set(now)
    assert len(asked) == len(set(asked))


@given(st.integers(2, 40), st.integers(1, 7))
def test_it_leaps_over_what_it_knows(count: int, each: int) -> None:
    known: set[int] = set()
    articles = list(range(count, 0, -1))
    pages = -(-count // each)
    _, reached = walk(articles, each, known, row(), until=pages)
    asked, _ = walk(articles, each, known, row(reached=reached))
    assert asked[0] == 1
    assert asked[-1] == pages
    assert len(asked) <= 3


def test_a_later_walk_ends_at_the_first_page_without_news() -> None:
    known = set(range(1, 31))
    assert walk(list(range(34, 0, -1)), 3, known, row(walked=True)) == ([1, 2, 3], None)


def test_a_first_walk_goes_on_over_a_page_that_another_section_has_named_too() -> None:
    assert walk(list(range(9, 0, -1)), 3, set(range(1, 10)), row())[0] == [1, 2, 3]


def test_pages_past_the_last() -> None:
    first = Walk.of(row())
    second = first.onward(page(1, list(range(9)), 3), news=True, known=False)
    assert second
    assert second.is_past_last(404, f"{HOME}?trang=2")
    assert second.is_past_last(200, HOME)
    assert not second.is_past_last(200, f"{HOME}?trang=2")
    assert not first.is_past_last(404, HOME)
