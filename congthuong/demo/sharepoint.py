"""A sample department on SharePoint: display pages that take an ItemID, news groups by guid, a sitemap that nobody completed.

The pager is plain links; a page past the last shows the last again. The only clock is that of the page header.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from congthuong.demo.cms import Article, Department, Response

PAGE_SIZE = 5
VIETNAM = timezone(timedelta(hours=7))
SERVER = {"MicrosoftSharePointTeamServices": "15.0.0.4569", "X-FRAME-OPTIONS": "SAMEORIGIN", "Cache-Control": "private, max-age=0"}
DISALLOWED = ("/_layouts/", "/_vti_bin/", "/_catalogs/", "/Lists/*/AllItems.aspx", "/noibo/")
IN_SITEMAP_UNTIL = date(2025, 6, 30)  # the job that writes the sitemap stopped then
ENGLISH_ITEM = "212"


@dataclass(frozen=True, slots=True)
class Section:
    """A news group: its guid, and the display page of its items (None: a page of its own for each)."""

    key: str
    title: str
    cid: str
    page: str | None = None


SECTIONS = {
    one.key: one
    for one in (
        Section("tin-so-nganh", "Tin Sở - Ngành", "6f1d2c84-93ab-4e07-b5d8-2f7a41c09e63", "/tintuc/Pages/tin-so-nganh.aspx"),
        Section("thi-dua", "Thi đua - Khen thưởng", "b8407e15-5c2d-4f96-8a31-d60e97bb1c42", "/tintuc/Pages/thi-dua-khen-thuong.aspx"),
        Section("thong-bao", "Thông báo", "2ae95b70-0d46-4c8f-9f13-7c58e4d1a0b9"),
    )
}
HIGHLIGHTS = "/tintuc/Pages/tin-noi-bat.aspx"  # shows any item of the news list: a second address for the same article


def address(article: Article) -> str:
    section = SECTIONS[article.page["section"]]
    return f"{section.page or '/Pages/' + article.page['slug'] + '.aspx'}?ItemID={article.page['id']}"


def american(moment: datetime, *, time: bool = True) -> str:
    """As a server with US settings prints it: month first, no leading zeros."""
    day = f"{moment.month}/{moment.day}/{moment.year}"
    return f"{day} {moment.hour % 12 or 12}:{moment:%M:%S} {moment:%p}" if time else day


def header_clock(now: datetime) -> str:
    weekday = "Chủ nhật" if now.isoweekday() == 7 else f"Thứ {now.isoweekday() + 1}"  # noqa: PLR2004 - Sunday
    return f"{weekday}, ngày {now.day}/{now.month}/{now.year}"


def listing_address(cid: str, page: int = 1) -> str:
    return "/Pages/NewsGroups.aspx?" + urlencode({"cid": cid} | ({"Page": str(page)} if page > 1 else {}))


class SharePoint(Department):
    """Paths and parameter names are read in any case, as IIS does."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        path, query = path.lower(), {name.lower(): value for name, value in query.items()}
        item = query.get("itemid", "")
        routes: dict[str, Callable[[], Response]] = {
            "/": lambda: Response(302, headers={"Location": "/Pages/default.aspx", **SERVER}),
            "/robots.txt": self._robots,
            "/sitemap.xml": self._sitemap,
            "/pages/default.aspx": lambda: self._page("home.html", articles=self.articles),
            "/pages/newsgroups.aspx": lambda: self._listing(query.get("cid", ""), query.get("page", "")),
            "/_forms/default.aspx": lambda: self._page("login.html"),
            "/en/pages/default.aspx": lambda: self._page("english.html", item=None),
            "/en/pages/news-detail.aspx": lambda: self._page("english.html", item=item) if item == ENGLISH_ITEM else self._missing(),
        }
        if path in routes:
            return routes[path]()
        if path.endswith((".png", ".jpg", ".pdf")):
            return self.file(path.rsplit("/", 1)[-1]) or self._missing()
        article = self._item(path, item)
        return self.show(article) if article else self._missing()

    def link(self, article: Article) -> str:
        return address(article)

    def _robots(self) -> Response:
        lines = ("User-agent: *", *(f"Disallow: {one}" for one in DISALLOWED), f"Sitemap: {self.origin}/sitemap.xml")
        return Response(body="\n".join(lines).encode(), content_type="text/plain")

    def _sitemap(self) -> Response:
        listed = [one for one in self.articles if SECTIONS[one.page["section"]].page and one.page["published"].date() <= IN_SITEMAP_UNTIL]
        body = self.render("sitemap.xml", articles=listed, address=address, listing_address=listing_address, sections=SECTIONS)
        return Response(body=body, content_type="text/xml; charset=utf-8", headers=SERVER)

    def _item(self, path: str, item: str) -> Article | None:
        """An item of the news list shows on each display page of that list, others on their own page alone."""
        shows = {page.lower() for page in (HIGHLIGHTS, *(one.page for one in SECTIONS.values() if one.page))}
        for article in self.articles:
            own = address(article).split("?")[0].lower()
            if item == str(article.page["id"]) and (path == own or (own in shows and path in shows)):
                return article
        return None

    def show(self, article: Article) -> Response:
        section = SECTIONS[article.page["section"]]
        others = [one for one in self.articles if one.page["section"] == section.key and one is not article]
        return self._page("news.html" if section.page else "notice.html", article=article, section=section, others=others)

    def _listing(self, cid: str, page: str) -> Response:
        """Without a guid all groups together; with an unknown one a list of nothing, and no error."""
        section = next((one for one in SECTIONS.values() if one.cid == cid.lower()), None)
        found = [one for one in self.articles if not cid or (section and one.page["section"] == section.key)]
        last = max(1, -(-len(found) // PAGE_SIZE))
        current = min(max(int(page) if page.isdecimal() else 1, 1), last)
        shown = found[(current - 1) * PAGE_SIZE : current * PAGE_SIZE]
        beside = self.listed_beside(section.key) if section and current == 1 else ()
        return self._page("listing.html", section=section, cid=cid, articles=shown, beside=beside, current=current, last=last)

    def _missing(self) -> Response:
        return Response(404, self._page("missing.html").body, headers=SERVER)

    def _page(self, template: str, **values: Any) -> Response:
        helpers = {"address": address, "american": american, "listing_address": listing_address, "sections": SECTIONS, "highlights": HIGHLIGHTS}
        clock = header_clock(datetime.now(VIETNAM))
        body = self.render(template, clock=clock, newest=self.articles[:5], english_item=ENGLISH_ITEM, **helpers, **values)
        return Response(body=body, headers=SERVER)
