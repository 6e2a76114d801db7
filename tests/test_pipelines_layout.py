"""Layouts as data: what is wrong in one is said when it is loaded, and its selectors find what CSS says."""

import lxml.html
import pytest
from cssselect import SelectorError
from hypothesis import given
from hypothesis import strategies as st
from lxml.cssselect import CSSSelector
from pydantic import ValidationError

from pipelines.layout import Layout, compiled, split
from pipelines.reading.select import Page, elements, first, hits, needed
from pipelines.reading.tree import spaced_text

HTML = """<html><body class="single page"><div class="main"><header class="entry-header"><h1 id="t">Tin</h1><span class="date big">08:30</span><em>15/01/2024</em>
<a rel="category tag" class="cat" href="/c">Mục</a></header><div class="entry"><p class="sapo">Một</p><div class="date">x</div><p>Tác giả: Hà</p><p>Hai</p>
<div class="entry"><p class="date">y</p></div></div></div><aside class="side"><p class="date">z</p><meta name="d" content="2024"></aside></body></html>"""

SELECTORS = [
    "h1", "#t", "h1#t", ".date", "p.date", ".entry .date", ".entry > .date", "body.single .entry .date", ".entry-header .date, .side .date", "h1 ~ .date", "h1 + span",
    "[rel~='category']", "a[rel~='tag'].cat", ".main > .entry p:first-child", ".entry p:not(.sapo)", ".none", "div.entry > div > p", ".entry .entry p", "p:nth-child(2)",
    "header > *", ".entry-header  em", ".main .entry > p ~ p",
]  # fmt: skip


def page(html: str = HTML) -> Page:
    return Page(lxml.html.fromstring(html), html.encode(), "https://sct.example.gov.vn/tin")


@pytest.mark.parametrize("selector", tuple(SELECTORS))
def test_selectors_find_what_the_standard_translation_finds(selector: str) -> None:
    one = page()
    assert elements(one, selector) == CSSSelector(selector, translator="html")(one.root)
    assert elements(one, selector) == elements(one, selector)  # remembered


@given(
    st.lists(st.sampled_from([".entry", ".date", "p", ".main", "h1", ".entry-header", "body.single"]), min_size=1, max_size=3),
    st.sampled_from([" ", " > ", " ~ ", " + "]),
)
def test_combined_selectors_find_what_the_standard_translation_finds(parts: list[str], joint: str) -> None:
    one, selector = page(), joint.join(parts)
    assert elements(one, selector) == CSSSelector(selector, translator="html")(one.root)


def test_inside_an_element_ancestors_outside_it_count() -> None:
    one = page()
    entry = elements(one, ".entry")[0]
    assert [each.text for each in elements(one, ".date", within=entry)] == ["x", "y"]
    assert [each.text for each in elements(one, ".main .date", within=entry)] == ["x", "y"]
    assert elements(one, ".side .date", within=entry) == []
    assert entry not in elements(one, ".main .entry", within=entry)


def test_contains_tells_case_and_works_again_and_again() -> None:
    one = page()
    for _ in range(3):
        assert [each.text for each in compiled("p:contains('Tác giả')")(one.root)] == ["Tác giả: Hà"]
    assert compiled("p:contains('tác giả')")(one.root) == []


def test_hits_take_attributes_and_skip_what_is_empty() -> None:
    one = page()
    assert first(one, [".none", "meta[name='d']::attr(content)"]).text == "2024"  # type: ignore[union-attr]
    assert first(one, ["aside::attr(title)"]) is None
    assert [[hit.text for hit in found] for found in hits(one, ["h1", ".none", ".sapo"])] == [["Tin"], ["Một"]]
    assert spaced_text(elements(one, ".entry-header")[0]) == "Tin 08:30 15/01/2024 Mục"


def test_names_a_selector_cannot_do_without() -> None:
    assert needed("body.single .entry-content") == (("single", "entry-content"), ())
    assert needed("a.x[href$='.pdf']:not(.y)") == (("x",), ())
    assert needed("#tin > p.sapo") == (("sapo",), ("tin",))
    assert needed(".a, .b") == needed("article") == ((), ())


def test_ids_that_stand_twice_or_in_other_letters_are_found() -> None:
    one = page("<div id='tin'></div><div id='tin'><p id='&#116;hân'>Một</p></div><a name='neo'>Hai</a>")
    assert [each.tag for each in elements(one, "#tin")] == ["div", "div"]
    assert first(one, ["#tin"]).text == first(one, ["#tin #thân"]).text == "Một"  # type: ignore[union-attr]
    assert elements(one, "#neo") == elements(one, "#nowhere") == []


def test_split() -> None:
    assert split("time::attr(datetime)") == ("time", "datetime")
    assert split("a.x") == ("a.x", None)


@pytest.mark.parametrize(
    ("data", "place"),
    (
        ({"title": ["h1.tin"]}, "body"),
        ({"body": ["div["]}, "body"),
        ({"body": "div"}, "body"),
        ({"body": ["div"], "titel": ["h1"]}, "titel"),
        ({"body": ["div"], "identity": "("}, "identity"),
        ({"body": ["div"], "date_order": "ymd"}, "date_order"),
    ),
)
def test_a_wrong_layout_is_refused_with_its_key(data: dict[str, object], place: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Layout.model_validate(data)
    assert place in str(raised.value)


def test_a_layout_may_know_nothing_but_the_name_of_an_article() -> None:
    layout = Layout.model_validate({"identity": r"-(\d+)\.html", "date_order": "mdy"})
    assert layout.body == []
    assert Layout.model_validate_json(layout.model_dump_json()) == layout


def test_a_layout_does_not_change_once_loaded() -> None:
    layout = Layout(body=["div"], identity=r"-(\d+)\.html")
    assert layout.identity_pattern is not None
    with pytest.raises(ValidationError):
        layout.language = "en"  # type: ignore[misc]
    with pytest.raises(SelectorError):
        compiled("a[")
