"""Which of a home page's links are sections: pages that list articles of their own. Asks for nothing; who surveys fetches what it names."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from archive.search import fold
from crawler.site import Site
from crawler.survey.page import Link, Page
from crawler.urls import is_article
from pipelines.urls import clean

NO_NEWS = re.compile(
    r"\b(?:trang chu|trang nhat|home|gioi thieu|lien he|so do|co cau|chuc nang|nhiem vu|dang nhap|dang ky|login|english|tieng viet|tim kiem|search"
    r"|rss|feeds?|thu dien tu|webmail|email|gop y|thu vien|hinh anh|video|thu tuc hanh chinh|dich vu cong|van ban|lich cong tac|facebook|zalo)\b"
)
NEWS = re.compile(r"\b(?:tin|tin tuc|su kien|hoat dong|thong bao|thi dua|cong nghiep|thuong mai|thi truong|khuyen cong|xuc tien)\b")
FOREIGN = re.compile(r"(?i)^/(?:en|en-us|english)(?:/|$)")
FILES = re.compile(r"(?i)\.(?:pdf|docx?|xlsx?|zip|rar|jpe?g|png|gif|xml|mp[34])$")
OPEN = "*"


def candidates(home: Page, site: Site) -> list[Link]:
    """Links that may lead to sections, the likeliest first: those that stand above articles, then those of menus, then those with words of news."""
    best: dict[str, tuple[int, Link]] = {}
    barred = {clean(home.url), clean(site.home), *(one.url for one in home.links if NO_NEWS.search(fold(one.text)))}
    for at, link in enumerate(home.links):
        words = fold(link.text)
        if link.url in barred or not words or _is_elsewhere(link.url) or (link.like_title and not link.in_menu) or is_article(link.url, site):
            continue
        follows = home.links[at + 1 : at + 2]
        head = not link.in_menu and bool(follows) and not follows[0].in_menu and is_article(follows[0].url, site)
        weight = 2 * head + link.in_menu + (NEWS.search(words) is not None)
        if weight and weight > best.get(link.url, (0, link))[0]:
            best[link.url] = weight, link
    return [link for _, link in sorted(best.values(), key=lambda one: -one[0])]


def _is_elsewhere(url: str) -> bool:
    """A file, or another language's edition."""
    path = urlsplit(url).path
    return FILES.search(path) is not None or FOREIGN.match(path) is not None


def own_articles(page: Page, furniture: Page, site: Site) -> list[str]:
    """The articles a page lists itself: not those that stand at the same place of another page, as "newest" boxes do."""
    everywhere = {(one.place, one.url) for one in furniture.links}
    listed = (one.url for one in page.links if is_article(one.url, site) and (one.place, one.url) not in everywhere)
    return list(dict.fromkeys(listed))


def form(url: str) -> str:
    """What the addresses of sections of one kind have in common: `/category/*/`, `/Pages/NewsGroups.aspx?cid=*`."""
    parts = urlsplit(url)
    if parts.query:
        query = urlencode([(name, OPEN) for name, _ in parse_qsl(parts.query)], safe=OPEN)
        return urlunsplit(parts._replace(query=query, fragment=""))
    folders, slash, _ = parts.path.rstrip("/").rpartition("/")
    return urlunsplit(parts._replace(path=f"{folders}{slash}{OPEN}{'/' if parts.path.endswith('/') else ''}", fragment=""))


def telling(shape: str) -> bool:
    """Does a form tell sections from other pages? `/*` does not."""
    parts = urlsplit(shape)
    return bool(parts.query) or len(parts.path.strip("/").split("/")) > 1


def alike(links: Sequence[Link], shape: str) -> list[Link]:
    return [one for one in links if form(one.url) == shape]
