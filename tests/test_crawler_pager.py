"""Pagers of the field, each by a small page of our own in its shape: where the next page is, and when there is none."""

from urllib.parse import parse_qs

import pytest
from lxml import html

from crawler.discovery import Step
from crawler.discovery.pager import next_page

URL = "https://sct.example.vn/tin-tuc"

NEXT = {
    "rel=next in the head": ('<head><link rel="next" href="/tin-tuc/page/2/"></head><body></body>', "https://sct.example.vn/tin-tuc/page/2/"),
    "rel=next on a link": ('<a rel="nofollow next" href="?page=2">2</a>', "https://sct.example.vn/tin-tuc?page=2"),
    "WordPress": (
        '<div class="nav-links"><span class="page-numbers current">1</span><a href="/c/page/2/">2</a><a href="/c/page/9/">9</a></div>',
        "https://sct.example.vn/c/page/2/",
    ),
    "words": ('<div class="paging"><a href="?p=0">Trang đầu</a><a href="?p=3">Trang tiếp</a></div>', "https://sct.example.vn/tin-tuc?p=3"),
    "an arrow": ('<ul class="pagination"><li><a href="?p=1">«</a></li><li><a href="?p=3">»</a></li></ul>', "https://sct.example.vn/tin-tuc?p=3"),
    "a label": ('<ul class="pagination"><li><a href="?p=5" aria-label="Trang sau"><i></i></a></li></ul>', "https://sct.example.vn/tin-tuc?p=5"),
    "NukeViet": (
        '<ul class="pagination"><li class="active"><a href="#">2</a></li><li><a href="/vi/news/Tin/">1</a></li><li><a href="/vi/news/Tin/page-3/">3</a></li></ul>',
        "https://sct.example.vn/vi/news/Tin/page-3/",
    ),
    "Liferay": (
        '<ul class="lfr-pagination-buttons"><li class="active"><a>1</a></li><li><a href="?_101_cur=2&_101_delta=5">2</a></li></ul>',
        "https://sct.example.vn/tin-tuc?_101_cur=2&_101_delta=5",
    ),
    "Plone": (
        '<div class="listingBar"><span>[1]</span><a href="?b_start:int=20">Tiếp theo »</a></div>',
        "https://sct.example.vn/tin-tuc?b_start:int=20",
    ),
    "a number in bold": (
        '<div class="pager"><b>3</b> <a href="?trang=2">2</a> <a href="?trang=4">4</a></div>',
        "https://sct.example.vn/tin-tuc?trang=4",
    ),
    "SharePoint": (
        '<div class="ms-bottompaging"><span class="current">1</span><a href="?cid=1&Page=2">2</a></div>',
        "https://sct.example.vn/tin-tuc?cid=1&Page=2",
    ),
}


@pytest.mark.parametrize(("page", "expected"), NEXT.values(), ids=NEXT)
def test_the_next_page_is_found(page: str, expected: str) -> None:
    assert next_page(html.document_fromstring(page), URL) == Step(expected)


LAST = {
    "no pager": '<a href="/khac">Tiếp</a><a href="/tin-1.html">2</a>',
    "the last number is current": '<div class="pagination"><a href="?p=1">1</a><span class="current">2</span></div>',
    "next is disabled": '<ul class="pagination"><li><a class="disabled" href="?p=3">»</a></li></ul>',
    "next leads here": f'<ul class="pagination"><li><a href="{URL}#top">»</a></li></ul>',
    "next is a script": '<ul class="pagination"><li><a href="javascript:next()">»</a></li></ul>',
    "only back": '<ul class="pagination"><li><a href="?p=1">«</a></li><li><a href="?p=1">Trang trước</a></li></ul>',
    "mail": '<div class="pagination"><a href="mailto:a@example.vn">»</a></div>',
}


@pytest.mark.parametrize("page", LAST.values(), ids=LAST)
def test_where_there_is_none_there_is_none(page: str) -> None:
    assert next_page(html.document_fromstring(page), URL) is None


def test_the_sites_own_selector_comes_first() -> None:
    page = '<a rel="next" href="?p=9">x</a><div class="cua-minh"><a href="?p=2">tới</a></div>'
    assert next_page(html.document_fromstring(page), URL, ["div.cua-minh"]) == Step(f"{URL}?p=2")


def test_a_post_back_carries_the_state_of_the_page() -> None:
    page = """<form><input type="hidden" name="__VIEWSTATE" value="abc+/="><input name="__EVENTVALIDATION" value="ev">
    <input name="q" value="do not send"><div class="pager"><span>1</span><a href="javascript:__doPostBack('ctl00$grid','Page$2')">2</a></div></form>"""
    step = next_page(html.document_fromstring(page), URL)
    assert step
    assert (step.url, step.method) == (URL, "POST")
    assert parse_qs(step.body.decode()) == {
        "__EVENTTARGET": ["ctl00$grid"],
        "__EVENTARGUMENT": ["Page$2"],
        "__VIEWSTATE": ["abc+/="],
        "__EVENTVALIDATION": ["ev"],
    }
