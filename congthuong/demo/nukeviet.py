"""A sample department on NukeViet 4.5: the news module with its categories, tags, feeds, sitemap, and the print and save views beside each article.

The only clock is that of the page header. Its sitemap gives the day of publication as `lastmod`, so an edit does not show in it.
"""

import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cached_property
from typing import Any
from unicodedata import combining, normalize

from congthuong.demo.cms import Article, Beside, Department, Response

VIETNAM = timezone(timedelta(hours=7))
PAGE_SIZE = 5
FEED_SIZE = 10
RELATED = 4  # titles in each of the boxes of newer and older articles
DAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
SERVER = {"X-Powered-By": "NukeViet", "Cache-Control": "no-store, no-cache, must-revalidate", "Vary": "Accept-Encoding"}
ARTICLE = re.compile(r"/vi/news/(?:(?P<view>savefile|print)/)?(?P<category>[\w-]+)/(?P<alias>[\w-]+)-(?P<id>\d+)\.html")
LISTING = re.compile(r"/vi/news/(?P<base>(?:tag/)?[\w-]+)(?:/page-(?P<page>\d{1,4}))?/")
FEED = re.compile(r"/vi/news/rss/(?:(?P<category>[\w-]+)/)?")
ABOUT = re.compile(r"/vi/about/(?P<alias>[\w-]+)\.html")
UPLOAD = re.compile(r"/uploads/news/\d{4}_\d{2}/(?P<name>[\w.-]+)")
PAGES = {"/vi/": ("home.html", "Trang nhất"), "/vi/news/": ("front.html", "Tin tức"), "/vi/feeds/": ("feeds.html", "Kênh RSS")}
SITEMAPS = {"/sitemap.xml": "sitemapindex.xml", "/sitemap-vi.news.xml": "sitemap.xml"}
ROBOTS = (
    "User-agent: *",
    *(f"Disallow: /{one}/" for one in ("admin", "config", "data/cache", "includes", "install", "modules", "vendor", "vi/news/Noi-bo")),
)


def printed(moment: datetime) -> str:
    """As the news module prints a date: "Thứ sáu - 15/08/2025 21:40"."""
    return f"{DAYS[moment.weekday()]} - {moment:%d/%m/%Y %H:%M}"


def rfc_date(moment: datetime) -> str:
    """For feeds, in GMT."""
    return format_datetime(moment.replace(tzinfo=VIETNAM).astimezone(UTC), usegmt=True)


def slug(words: str) -> str:
    """As tags stand in addresses: "cum-thi-dua-so-iii"."""
    plain = "".join(one for one in normalize("NFD", words.lower().replace("đ", "d")) if not combining(one))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


class NukeViet(Department):
    """Says 404 for what it does not know, and sends the reader of a removed article back to the home page after three seconds."""

    @cached_property
    def portal(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "portal.toml").read_text(encoding="utf-8"))

    @cached_property
    def categories(self) -> dict[str, str]:
        """Title by alias, in the order of the menu."""
        return {one["alias"]: one["title"] for one in self.portal["categories"]}

    def link(self, article: Article, view: str = "") -> str:
        """Path of an article, or of its `savefile` or `print` view."""
        page = article.page
        return f"/vi/news/{view + '/' if view else ''}{page['section']}/{page['slug']}-{page['id']}.html"

    def inside(self, alias: str) -> list[Article]:
        """The articles a category lists: its own and those that are also put there."""
        return [one for one in self.articles if alias in (one.page["section"], *one.page.get("also", []))]

    def tagged(self, tag: str) -> list[Article]:
        return [one for one in self.articles if tag in map(slug, one.page.get("tags", []))]

    def uploaded(self, article: Article, name: str) -> str:
        return f"/uploads/news/{article.page['folder']}/{name}"

    def respond(self, path: str, query: dict[str, str]) -> Response:  # noqa: ARG002 - no address of this system needs a parameter
        routes = ((ARTICLE, self._article), (FEED, self._feed), (UPLOAD, self._upload), (ABOUT, self._about), (LISTING, self._listing))
        if answer := self._standing(path):
            return answer
        for pattern, route in routes:
            if found := pattern.fullmatch(path):
                return route(found)
        return self._redirect(f"{path}/", 301) if LISTING.fullmatch(f"{path}/") else self._missing()

    def _standing(self, path: str) -> Response | None:
        """The addresses that are there whatever the editors do."""
        if path in PAGES:
            template, title = PAGES[path]
            return self._page(template, title=title)
        if path in SITEMAPS:
            return self._xml(SITEMAPS[path], "text/xml")
        if path == "/robots.txt":
            lines = (*ROBOTS, f"Sitemap: {self.origin}/sitemap.xml", "")
            return Response(body="\n".join(lines).encode(), content_type="text/plain; charset=utf-8")
        return self._redirect("/vi/", 302) if path == "/" else None

    def _about(self, found: re.Match[str]) -> Response:
        page = next((one for one in self.portal["pages"] if one["alias"] == found["alias"]), None)
        return self._page("about.html", title=page["title"], text=page["text"]) if page else self._missing()

    def _upload(self, found: re.Match[str]) -> Response:
        return self.file(found["name"]) or self._missing()

    def _article(self, found: re.Match[str]) -> Response:
        """A known number under another alias or category leads to its right address."""
        article = next((one for one in self.articles if str(one.page["id"]) == found["id"]), None)
        if article is None:
            return self._missing()
        if (right := self.link(article, found["view"] or "")) != found.string:
            return self._redirect(right, 301)
        if found["view"]:
            name = f"{article.page['slug']}-{article.page['id']}.html"
            sent = {"Content-Disposition": f'attachment; filename="{name}"'} if found["view"] == "savefile" else {}
            return self._page("print.html", title=article.truth["title"], headers=sent, article=article, view=found["view"])
        return self.show(article)

    def show(self, article: Article) -> Response:
        same = self.inside(article.page["section"])
        at = same.index(article) if article in same else 0
        newer, older = same[max(at - RELATED, 0) : at], same[at + 1 : at + 1 + RELATED]
        return self._page("detail.html", title=article.truth["title"], article=article, newer=newer, older=older)

    def protect(self, beside: Beside) -> Response:
        """An article for members of the staff only: status 200 and the box to log in."""
        return self._page("login.html", title="Đăng nhập", beside=beside)

    def _listing(self, found: re.Match[str]) -> Response:
        """Page 1 has no number; a number that is not one of its pages leads back to it."""
        base, page = found["base"], found["page"]
        kind, _, name = base.rpartition("/")
        articles, title = (self.tagged(name), name.replace("-", " ")) if kind else (self.inside(name), self.categories.get(name))
        if title is None or (kind and not articles):
            return self._missing()
        last = max(-(-len(articles) // PAGE_SIZE), 1)
        current = int(page) if page else 1
        if page and not 1 < current <= last:
            return self._redirect(f"/vi/news/{base}/", 302)
        shown = articles[(current - 1) * PAGE_SIZE : current * PAGE_SIZE]
        beside = self.listed_beside(name) if current == 1 else ()
        place: dict[str, Any] = {"base": f"/vi/news/{base}/", "current": current, "last": last, "feed": None if kind else name}
        return self._page("listing.html", title=title, shown=shown, beside=beside, **place)

    def _feed(self, found: re.Match[str]) -> Response:
        category = found["category"]
        if category and category not in self.categories:
            return self._missing()
        articles = self.inside(category) if category else self.articles
        title = self.categories[category] if category else self.portal["name"]
        return self._xml("rss.xml", "application/rss+xml", title=title, category=category, articles=articles[:FEED_SIZE])

    def _missing(self) -> Response:
        return self._page("404.html", status=404, title="Không tìm thấy trang")

    @staticmethod
    def _redirect(target: str, status: int) -> Response:
        return Response(status, headers={"Location": target, **SERVER})

    def _xml(self, template: str, kind: str, **values: Any) -> Response:
        return Response(body=self.render(template, **self._helpers, **values), content_type=f"{kind}; charset=utf-8", headers=SERVER)

    def _page(self, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Response:
        now = datetime.now(VIETNAM)
        clock = f"{DAYS[now.weekday()]}, {now:%d/%m/%Y, %H:%M}"
        body = self.render(template, clock=clock, newest=self._newest, **self._helpers, **values)
        return Response(status, body, headers=SERVER | (headers or {}))

    @property
    def _newest(self) -> Sequence[Article]:
        return [one for one in self.articles if "published" in one.page][:RELATED]

    @property
    def _helpers(self) -> dict[str, Any]:
        return {"portal": self.portal, "categories": self.categories, "link": self.link, "printed": printed, "rfc_date": rfc_date, "slug": slug}
