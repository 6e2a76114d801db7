"""A sample department on Liferay: a news portlet with view-article addresses, asset publishers with a pager, no feed and no sitemap."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from congthuong.demo.cms import Article, Beside, Department, Response

VIETNAM = timezone(timedelta(hours=7))
DELTA = 5  # items on a listing page
MOST = 75  # what Liferay allows for `delta`
DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
SERVER = {"Liferay-Portal": "Liferay Community Edition Portal 6.2 CE GA6"}
SESSION = re.compile(r";jsessionid=[0-9A-F]+$")
ARTICLE = re.compile(r"/chi-tiet-tin/-/view-article/1/\d{13,14}/(\d{13})")
DOCUMENT = re.compile(r"/documents/\d+/\d+/([^/]+)")
ROBOTS = "User-agent: *\nDisallow: /c/\nDisallow: /group/\nDisallow: /*p_p_state=pop_up\n"


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the menu with its asset publisher. `news`: its articles also stand on /tin-tuc."""

    slug: str
    title: str
    category: int
    instance: str
    date: str  # strftime form in which its articles print their date
    news: bool = True


class Liferay(Department):
    """Answers every unknown address with 404, but every unknown article with 200 and a sentence, as its news portlet does."""

    @cached_property
    def portal(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "portal.toml").read_text(encoding="utf-8"))

    @cached_property
    def sections(self) -> dict[str, Section]:
        return {one["slug"]: Section(**one) for one in self.portal["sections"]}

    def section(self, article: Article) -> Section:
        return self.sections[article.page["section"]]

    def date(self, article: Article, form: str | None = None) -> str | None:
        """As the article's section prints it, or in another form; None where the page prints none."""
        published = article.page.get("published")
        return published.strftime(form or self.section(article).date) if published else None

    def link(self, article: Article) -> str:
        return f"/chi-tiet-tin/-/view-article/1/{self.section(article).category}/{article.page['id']}"

    @staticmethod
    def with_session(target: str) -> str:
        """The address as Liferay writes it for a visitor without a cookie; here each address has a session of its own."""
        return f"{target};jsessionid={sha256(target.encode()).hexdigest()[:32].upper()}"

    def clock(self) -> str:
        now = datetime.now(VIETNAM)
        return f"{DAYS[now.weekday()]}, {now:%d/%m/%Y}"

    def respond(self, path: str, query: dict[str, str]) -> Response:
        path = SESSION.sub("", path)
        slug = path.strip("/")
        if path in {"/", "/trang-chu"}:
            return self._page("home.html", title="Trang chủ")
        if found := ARTICLE.fullmatch(path):
            return self._article(int(found[1]))
        if slug == "tin-tuc":
            news = [one for one in self.articles if self.section(one).news]
            return self._listing("Tin tức - Sự kiện", slug, self.portal["page_instance"], news, query)
        if section := self.sections.get(slug):
            own = [one for one in self.articles if self.section(one) == section]
            return self._listing(section.title, slug, section.instance, own, query)
        if page := self.portal["pages"].get(slug):
            return self._page("static.html", title=page["title"], text=page["text"])
        return self._file(path) or self._page("404.html", status=404, title="Không tìm thấy trang", path=path)

    def _file(self, path: str) -> Response | None:
        if path == "/robots.txt":
            return Response(body=ROBOTS.encode(), content_type="text/plain; charset=utf-8", headers=SERVER)
        document = DOCUMENT.fullmatch(path)
        return self.file(document[1]) if document else None

    def _page(self, template: str, *, status: int = 200, title: str, **values: Any) -> Response:
        newest = [one for one in self.articles if self.date(one)][:DELTA]
        return Response(status, self.render(template, page_title=title, newest=newest, **values), headers=SERVER)

    def _article(self, number: int) -> Response:
        """A removed article is a page like any other: status 200, the name of the page in its title, a sentence where the text was."""
        article = next((one for one in self.articles if one.page["id"] == number), None)
        return self.show(article) if article else self._page("gone.html", title="Chi tiết tin")

    def show(self, article: Article) -> Response:
        related = [one for one in self.articles if one is not article and self.date(one)][:DELTA]
        return self._page("article.html", title="Chi tiết tin", article=article, section=self.section(article), related=related)

    def protect(self, beside: Beside) -> Response:
        """An article that guests may not view: status 200 and the portlet to sign in, under the title of the page as ever."""
        return self._page("login.html", title="Chi tiết tin", beside=beside)

    def _listing(self, title: str, slug: str, instance: str, articles: Sequence[Article], query: dict[str, str]) -> Response:
        prefix = f"_101_INSTANCE_{instance}_"
        current = max(_number(query.get(f"{prefix}cur"), 1), 1)
        delta = min(max(_number(query.get(f"{prefix}delta"), DELTA), 1), MOST)
        pages = max(-(-len(articles) // delta), 1)

        def target(page: int) -> str:
            return f"{self.origin}/{slug}?{urlencode(_parameters(instance, page, delta))}"

        shown = articles[(current - 1) * delta : current * delta]
        beside = self.listed_beside(slug) if current == 1 else ()
        place: dict[str, Any] = {"current": current, "pages": pages, "total": len(articles), "target": target, "instance": instance}
        return self._page("listing.html", title=title, shown=shown, beside=beside, **place)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else default


def _parameters(instance: str, page: int, delta: int) -> dict[str, str | int]:
    """The query of a pager link, in the order Liferay writes it."""
    prefix = f"_101_INSTANCE_{instance}_"
    return {
        "p_p_id": f"101_INSTANCE_{instance}",
        "p_p_lifecycle": 0,
        "p_p_state": "normal",
        "p_p_mode": "view",
        "p_p_col_id": "column-2",
        "p_p_col_count": 1,
        f"{prefix}delta": delta,
        f"{prefix}keywords": "",
        f"{prefix}advancedSearch": "false",
        f"{prefix}andOperator": "true",
        "p_r_p_564233524_resetCur": "false",
        f"{prefix}cur": page,
    }
