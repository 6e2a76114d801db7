"""A sample department on WordPress with a Flatsome-like theme: permalinks of slugs, archives in pages of five, RSS and the core sitemap. Only GET."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from math import ceil
from typing import Any

from congthuong.demo.cms import Article, Beside, Department, Response

VIETNAM = timezone(timedelta(hours=7))
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
PER_PAGE = 5
IN_FEED = 10  # as WordPress has it
ARCHIVE = re.compile(r"/(category|tag|author)/([^/]+)/(?:page/(\d+)/)?")
UPLOADS = "/wp-content/uploads/"


@dataclass(frozen=True)
class Section:
    """A category. `dates` is the format its theme template prints dates in; an empty one prints none."""

    slug: str
    name: str
    dates: str = "%d/%m/%Y - %H:%M"


SECTIONS = {
    one.slug: one
    for one in (
        Section("tin-hoat-dong", "Tin hoạt động"),
        Section("thi-dua-khen-thuong", "Thi đua – Khen thưởng"),
        Section("thi-truong", "Thị trường – Thương mại"),
        Section("thong-bao", "Thông báo", dates="%d/%m/%Y"),
        Section("huong-dan", "Hướng dẫn – Hỏi đáp", dates=""),
    )
}
PAGES = {"gioi-thieu": "Giới thiệu", "co-cau-to-chuc": "Cơ cấu tổ chức", "lien-he": "Liên hệ"}  # pages, which are no posts
ACCOUNTS = {"admin": "admin", "bientap": "Biên tập viên"}  # login name to display name
XML = "application/xml; charset=UTF-8"
DOCUMENTS = {  # path to template and content type
    "/robots.txt": ("robots.txt", "text/plain; charset=utf-8"),
    "/feed/": ("feed.xml", "application/rss+xml; charset=UTF-8"),
    "/wp-sitemap.xml": ("wp-sitemap.xml", XML),
    "/wp-sitemap-posts-post-1.xml": ("wp-sitemap-posts-post-1.xml", XML),
    "/wp-sitemap-posts-page-1.xml": ("wp-sitemap-posts-page-1.xml", XML),
    "/wp-sitemap-taxonomies-category-1.xml": ("wp-sitemap-taxonomies-category-1.xml", XML),
}


class WordPress(Department):
    """`page` has id, slug, section, published, account; and may have modified, author_line, excerpt (printed as sapo), tags (slug to name)."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path == "/":
            return self._shortlink(query["p"]) if "p" in query else self._page("home.html")
        if path in DOCUMENTS:
            template, content_type = DOCUMENTS[path]
            return Response(body=self.render(template, articles=self.articles, in_feed=IN_FEED, **self._names()), content_type=content_type)
        if path.startswith(UPLOADS):
            return self.file(path) or self._missing()
        if not path.endswith("/"):
            found = self.respond(f"{path}/", query).status == Response().status
            return self._moved(f"{path}/") if found else self._missing()
        if archive := ARCHIVE.fullmatch(path):
            return self._archive(*archive.groups())
        return self._single(path.strip("/"))

    def _single(self, slug: str) -> Response:
        if slug in PAGES:
            return self._page("page.html", slug=slug, title=PAGES[slug])
        article = next((one for one in self.articles if one.page["slug"] == slug), None)
        return self.show(article) if article else self._missing()

    def link(self, article: Article) -> str:
        return f"/{article.page['slug']}/"

    def show(self, article: Article) -> Response:
        related = [one for one in self.articles if one.page["section"] == article.page["section"] and one is not article][:PER_PAGE]
        link = {"Link": f"<{self.origin}/?p={article.page['id']}>; rel=shortlink"}
        return self._page("single.html", headers=link, article=article, title=article.truth["title"], related=related)

    def protect(self, beside: Beside) -> Response:
        """A post under a password: status 200, its title after "Bảo mật:", a form where the text would be."""
        return self._page("protected.html", title=f"Bảo mật: {beside.title}", beside=beside)

    def _archive(self, kind: str, slug: str, number: str | None) -> Response:
        """One page of a category, tag or account; a page past the last is a 404, page 1 has one address only."""
        if number == "1":
            return self._moved(f"/{kind}/{slug}/")
        name, chosen = self._chosen(kind, slug)
        page, last = int(number or 1), ceil(len(chosen) / PER_PAGE)
        if not 1 <= page <= last:
            return self._missing()
        shown = chosen[(page - 1) * PER_PAGE : page * PER_PAGE]
        beside = self.listed_beside(slug) if kind == "category" and page == 1 else ()
        return self._page("archive.html", title=name, kind=kind, base=f"/{kind}/{slug}/", shown=shown, beside=beside, page=page, last=last)

    def _chosen(self, kind: str, slug: str) -> tuple[str, list[Article]]:
        if kind == "category":
            return SECTIONS[slug].name if slug in SECTIONS else "", [one for one in self.articles if one.page["section"] == slug]
        if kind == "author":
            return ACCOUNTS.get(slug, ""), [one for one in self.articles if one.page["account"] == slug]
        chosen = [one for one in self.articles if slug in one.page.get("tags", {})]
        return chosen[0].page["tags"][slug] if chosen else "", chosen

    def _shortlink(self, number: str) -> Response:
        article = next((one for one in self.articles if str(one.page["id"]) == number), None)
        return self._moved(f"/{article.page['slug']}/") if article else self._missing()

    def _moved(self, path: str) -> Response:
        return Response(status=301, headers={"Location": f"{self.origin}{path}", "X-Redirect-By": "WordPress"})

    def _missing(self) -> Response:
        return self._page("404.html", status=404, title="Không tìm thấy trang")

    def _page(self, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Response:
        now = datetime.now(VIETNAM)
        clock = f"{WEEKDAYS[now.weekday()]}, ngày {now:%d/%m/%Y}"
        body = self.render(template, clock=clock, articles=self.articles, newest=self.articles[:PER_PAGE], **self._names(), **values)
        return Response(status=status, body=body, headers=headers or {})

    @staticmethod
    def _names() -> dict[str, Any]:
        return {"sections": SECTIONS, "pages": PAGES, "accounts": ACCOUNTS, "uploads": UPLOADS}
