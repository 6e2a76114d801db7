"""Signposts alone: what listings, feeds and sitemaps point at, and that broken ones are said to be broken."""

import contextlib
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Response, TextResponse

from crawler.discovery import Step, UnreadableSignpost
from crawler.discovery.feed import read_feed
from crawler.discovery.listing import read_listing
from crawler.discovery.sitemap import read_sitemap
from crawler.site import Site
from crawler.urls import is_article

HOME = "https://sct.example.vn/"


def site(**discovery: object) -> Site:
    return Site.model_validate(
        {
            "id": "mau",
            "name": "Mẫu",
            "province": [{"id": "bac-kan"}],
            "home": HOME,
            "hosts": ["tin.example.vn"],
            "family": "mau",
            "status": "seen",
            "discovery": {"article": r"/tin-\d+\.html$", "exclude": "/in-bai/", "next": ["a.sau"]} | discovery,
            "layout": [{"body": ["div"]}],
        }
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    (
        (f"{HOME}tin-1.html", True),
        (f"{HOME}muc/tin-22.html", True),
        ("https://TIN.example.vn/tin-1.html", True),
        (f"{HOME}tin-1.html?x=1", False),
        (f"{HOME}in-bai/tin-1.html", False),
        ("https://khac.example.vn/tin-1.html", False),
        ("https://sct.example.vn:8443/tin-1.html", False),
        ("ftp://sct.example.vn/tin-1.html", False),
        ("javascript:alert('/tin-1.html')", False),
        ("https://sct.example.vn.xau.example/tin-1.html", False),
    ),
)
def test_an_article_is_known_by_host_and_pattern(url: str, expected: bool) -> None:
    assert is_article(url, site()) is expected


def test_a_listing_gives_each_article_once_in_order_with_its_title() -> None:
    page = """<a href="/tin-2.html"> Phiên  chợ <b>vùng cao</b></a><a href="tin-1.html" title="Thứ hai"></a>
    <a href="/tin-2.html">Xem tiếp</a><a href="https://khac.example.vn/tin-9.html">khác</a><a class="sau" href="?trang=2">Sau</a>"""
    signs = read_listing(page, f"{HOME}muc/", site())
    assert [(one.url, one.hint.get("title")) for one in signs.pointers] == [
        (f"{HOME}tin-2.html", "Phiên chợ vùng cao"),
        (f"{HOME}muc/tin-1.html", "Thứ hai"),
    ]
    assert signs.next == Step(f"{HOME}muc/?trang=2")


def test_a_listing_takes_its_items_only_from_where_the_site_says() -> None:
    page = '<div class="ds"><h3><a href="/tin-1.html">một</a></h3></div><aside><a href="/tin-2.html">hai</a></aside>'
    assert [one.url for one in read_listing(page, HOME, site(items=["div.ds"])).pointers] == [f"{HOME}tin-1.html"]


def test_an_empty_listing_points_at_nothing() -> None:
    assert read_listing("", HOME, site()).pointers == ()


SITEMAP = f"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>{HOME}tin-1.html</loc><lastmod>2024-01-02</lastmod></url><url><loc>{HOME}lien-he</loc></url><url><loc>{HOME}tin-2.html</loc></url></urlset>""".encode()


@pytest.mark.parametrize("body", (SITEMAP, gzip.compress(SITEMAP)), ids=["plain", "gzip"])
def test_a_sitemap_gives_articles_with_their_lastmod(body: bytes) -> None:
    signs = read_sitemap(Response(f"{HOME}sitemap.xml", body=body), site())
    assert [(one.url, one.kind, one.sign) for one in signs.pointers] == [
        (f"{HOME}tin-1.html", "article", "2024-01-02"),
        (f"{HOME}tin-2.html", "article", None),
    ]


def test_a_sitemap_index_gives_its_parts() -> None:
    body = f"<sitemapindex><sitemap><loc>{HOME}part-1.xml</loc></sitemap></sitemapindex>".encode()
    assert [(one.url, one.kind) for one in read_sitemap(Response(HOME, body=body), site()).pointers] == [(f"{HOME}part-1.xml", "sitemap")]


@pytest.mark.parametrize("body", (b"", b"<html><body>404", b"\x1f\x8b\x08broken", b"\x00\x01", b"<rss></rss>"))
def test_what_is_no_sitemap_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(UnreadableSignpost, match="no sitemap"):
        read_sitemap(TextResponse(HOME, body=body), site())


def test_entities_of_a_sitemap_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("tin-7.html")
    body = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><urlset><url><loc>{HOME}&e;</loc></url></urlset>'.encode()
    assert read_sitemap(Response(HOME, body=body), site()).pointers == ()


@given(st.binary(max_size=400))
def test_any_bytes_are_a_sitemap_or_are_said_to_be_none(body: bytes) -> None:
    with contextlib.suppress(UnreadableSignpost):
        read_sitemap(Response(HOME, body=body), site())


RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Tin</title>
<item><title>Một</title><link>{HOME}tin-1.html</link><pubDate>Mon, 15 Jan 2024 08:30:00 +0700</pubDate></item>
<item><title>Liên hệ</title><link>{HOME}lien-he</link></item></channel></rss>""".encode()
ATOM = f"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Tin</title>
<entry><title>Hai</title><link href="{HOME}tin-2.html"/><updated>2024-02-01T00:00:00Z</updated></entry></feed>""".encode()


def test_rss_gives_articles_and_no_sign_of_freshness() -> None:
    [pointer] = read_feed(RSS, site()).pointers
    assert (pointer.url, pointer.sign, pointer.hint["title"]) == (f"{HOME}tin-1.html", None, "Một")


def test_atom_gives_its_updated_as_the_sign() -> None:
    [pointer] = read_feed(ATOM, site()).pointers
    assert (pointer.url, pointer.sign) == (f"{HOME}tin-2.html", "2024-02-01T00:00:00Z")


@pytest.mark.parametrize("body", (b"", b"<html><body>404", b"nothing of the kind"))
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(UnreadableSignpost, match="no feed"):
        read_feed(body, site())
