"""Pages to measure on: articles of our own composition in the shape of a WordPress theme, 75 kB each as departments' pages are, and the site they stand on."""

import json
import random
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from pathlib import Path

from congthuong.demo.cms import Department, Response

SIZE = 75_000  # bytes of a page
LEAST = 60  # letters of a paragraph
SITE_FILE = """
name = "Sở Công Thương tỉnh Bắc Kạn (đo)"
province = [{{ id = "bac-kan" }}]
home = "{home}/"
family = "wordpress"
status = "seen"
allow_private = true
pace = 0.0001

[discovery]
sitemaps = ["sitemap.xml"]
feeds = []
listings = []
"""

TEXT = 5_200  # bytes of an article's text: the mean of departments' news
KEPT = Path(__file__).parents[1] / "sites"


@lru_cache
def paragraphs() -> tuple[str, ...]:
    """Of all kept pages in Vietnamese, so that words and mentions are as frequent as in news."""
    truths = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(KEPT.glob("*/*/article.json"))]
    lines = (line for one in truths if one["language"] == "vi" for line in one["text"].split("\n"))
    return tuple(dict.fromkeys(line for line in lines if len(line) >= LEAST and line.endswith((".", "./.", ";", ":"))))


def text(number: int) -> list[str]:
    """Paragraphs drawn at random, no two articles with the same."""
    chance = random.Random(number)  # noqa: S311 - the same articles in every run
    drawn: list[str] = []
    while sum(len(one.encode()) for one in drawn) < TEXT:
        drawn.append(chance.choice(paragraphs()))
    return [*drawn, f"Số liệu thứ {number} của năm {1990 + number % 40}."]


def article(number: int, origin: str) -> bytes:
    """One article's page."""
    title = f"Cụm thi đua số III sơ kết phong trào thi đua đợt {number}"
    date = f"{1 + number % 28:02}/{1 + number % 12:02}/2024"
    body = "\n".join(f'<p style="text-align: justify;"><span style="font-size: 14pt;">{escape(one)}</span></p>' for one in text(number))
    address = f"{origin}/{slug(number)}/"
    return padded(
        f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title><link rel="canonical" href="{address}">
<meta property="og:title" content="{title}"></head><body class="post-template-default single single-post">
<article class="post hentry"><header class="entry-header"><h6 class="entry-category"><a href="{origin}/tin/" rel="category tag">Tin hoạt động</a></h6>
<h1 class="entry-title">{title}</h1><span class="posted-on">Ngày đăng: {date}</span></header>
<div class="entry-content single-page">
<p><img class="size-full" src="/anh/{number}.jpg" alt="Quang cảnh hội nghị"></p>
{body}
<p style="text-align: right;"><strong>Nông Thị Hòa</strong></p>
<div class="blog-share">Chia sẻ: <a href="https://www.facebook.com/sharer.php?u={address}">Facebook</a></div></div></article></body></html>""".encode()
    )


def slug(number: int) -> str:
    return f"cum-thi-dua-so-iii-so-ket-dot-{number}"


def padded(page: bytes, size: int = SIZE) -> bytes:
    """The page with menus, boxes, forms and scripts before the end of its body, up to `size` bytes."""
    head, end, rest = page.rpartition(b"</body>")
    return head + _furniture(max(0, size - len(page))) + end + rest if end else page


@lru_cache
def _furniture(size: int) -> bytes:
    pieces, length = [], 0
    for piece in _pieces():
        pieces.append(piece)
        length += len(piece)
        if length >= size:
            return b"\n".join(pieces)
    return b""


def _pieces() -> Iterator[bytes]:
    """A menu's links, a box of news, a form's field, a script of a theme, again and again."""
    number = 0
    while True:
        number += 1
        yield f"""<ul id="menu-{number}" class="nav header-nav">{_links(number)}</ul>
<div class="widget"><h3 class="widget-title"><span>Thông báo {number}</span></h3><div class="textwidget">
<p><a href="/thong-bao-{number}/"><img src="/anh/nho-{number}.jpg" alt="" width="90" height="60"> Thông báo số {number}</a></p></div></div>
<form action="/" method="get"><input type="search" name="s" id="s-{number}" placeholder="Tìm kiếm"><button type="submit">Tìm</button></form>
<script>var theme_{number} = {{"ajaxurl": "/wp-admin/admin-ajax.php", "nonce": "{number:08}", "sticky": true}};
{"window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); } " * 6}</script>""".encode()


def _links(number: int) -> str:
    items = (f'<li id="menu-item-{number}-{i}" class="menu-item"><a href="/muc-{number}-{i}/">Chuyên mục {number}.{i}</a></li>' for i in range(9))
    return "".join(items)


class Articles(Department):
    """So many articles, named in a sitemap; the pages are made once, so that serving costs little."""

    def __init__(self, count: int) -> None:
        super().__init__("articles")
        self._count = count
        self._pages: dict[str, Response] = {}

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if not self._pages:
            self._pages = {f"/{slug(number)}/": Response(body=article(number, self.origin)) for number in range(self._count)}
            addresses = "".join(f"<url><loc>{self.origin}{one}</loc></url>" for one in self._pages)
            sitemap = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{addresses}</urlset>'
            self._pages["/sitemap.xml"] = Response(body=sitemap.encode(), content_type="application/xml")
            self._pages["/robots.txt"] = Response(body=b"User-agent: *\nDisallow:\n", content_type="text/plain")
        return self._pages.get(path, Response(status=404))
