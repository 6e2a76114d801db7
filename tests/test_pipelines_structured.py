"""What a page tells machines, with whatever nonsense stands there."""

import lxml.html
import pytest

from pipelines.reading.structured import Structured


def of(head: str, attributes: str = "") -> Structured:
    page = f"<html {attributes}><head>{head}</head><body><p>x</p></body></html>"
    return Structured(lxml.html.document_fromstring(page), page.encode())


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def test_json_ld_before_meta_and_every_method_named() -> None:
    told = of(
        ld('{"@type":"NewsArticle","datePublished":"2024-01-15"}')
        + '<meta property="article:published_time" content="2024-01-16"><meta name="empty" content=" ">'
    )
    assert list(told.values("datePublished", "article:published_time", "empty")) == [
        ("json-ld", "2024-01-15"),
        ("meta:article:published_time", "2024-01-16"),
    ]


def test_the_article_is_found_in_lists_and_graphs_before_its_page() -> None:
    graph = ld('[{"@graph":[{"@type":"WebSite","name":"Sở"},{"@type":"WebPage","headline":"trang"},{"@type":["Article","Thing"],"headline":"bài"}]}]')
    assert list(of(graph).values("headline")) == [("json-ld", "bài")]
    assert list(of(ld('{"@type":"WebPage","headline":"trang"}')).values("headline")) == [("json-ld", "trang")]


@pytest.mark.parametrize("text", ("", "{", "null", "[[[]]]", '"x"', '{"@type":5}', '{"@type":"Article","headline":{"a":1}}', "[" * 100_000))
def test_nonsense_says_nothing(text: str) -> None:
    assert list(of(ld(text)).values("headline")) == []


def test_author_and_language() -> None:
    assert of(ld('{"@type":"Article","author":[{"name":"An"},{"name":"Bình"}]}')).author == "An"
    assert of(ld('{"@type":"Article","author":"An"}')).author == "An"
    assert of('<meta name="author" content="admin">').author == "admin"
    assert of("").author is None
    assert of("", 'lang="vi-VN"').language == "vi"
    assert of("").language is None
