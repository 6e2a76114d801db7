"""The sample departments as content: articles in files, what is true of each beside it, and the systems that turn them into pages.

A department is a folder `departments/<site>/articles/` of pairs: `NN-slug.html` is the body as its system stores it, `NN-slug.toml` has the
table `page` (what the system prints around it) and the table `truth` (what a careful person would say the page says). `beside.toml` has what
its pages lead to and no archive should hold.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape

HERE = Path(str(files("congthuong.demo")))


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Article:
    """One article of a sample department on one day. Keys of `page` are its system's own; those of `truth` are in CONTRIBUTING.md.

    Two keys every system knows: `formerly` are addresses that lead to it now; `then` is where its address leads once it was removed.
    """

    number: int
    page: dict[str, Any]
    truth: dict[str, Any]
    html: str


@dataclass(frozen=True)
class Beside:
    """What a department's pages lead to beside its published articles. `reason`: how an archive names it, None where it must not even ask."""

    what: str  # draft, protected, internal, foreign, away (redirects to another host), english
    path: str  # path and query; of a foreign one those on the other host
    title: str
    reason: str | None = None
    listed: str = ""  # the section whose first page links it
    in_sitemap: bool = False
    leads_to: str = ""  # where its address redirects; `{elsewhere}` is the other host
    page: dict[str, Any] = field(default_factory=dict)  # of one that is shown to who asks for it, as of an article
    html: str = ""

    @property
    def article(self) -> Article:
        return Article(0, self.page | {"title": self.title}, {"title": self.title, "tags": []}, self.html)


@dataclass
class Department:
    """A sample department: its system is a subclass that says how it answers. `day` 1 is today, on 2 its editors have been at work."""

    site: str
    day: int = 1
    origin: str = ""  # http://127.0.0.1:port, set when served
    elsewhere: str = "https://bao.example"  # another host, which its pages link to

    @property
    def folder(self) -> Path:
        return HERE / "departments" / self.site

    @cached_property
    def templates(self) -> Environment:
        folder = HERE / "templates" / type(self).__name__.lower()
        return Environment(loader=FileSystemLoader(folder), autoescape=select_autoescape(["html", "xml"]), trim_blocks=True, lstrip_blocks=True)

    @cached_property
    def _loaded(self) -> dict[int, tuple[Article, ...]]:
        return {day: tuple(_load(path, day) for path in sorted((self.folder / "articles").glob("*.toml"))) for day in (1, 2)}

    @property
    def all_articles(self) -> tuple[Article, ...]:
        """Every article as of `day`, the removed ones too, by number."""
        return self._loaded[self.day]

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles published on `day`, newest number first, as its listings have them."""
        return tuple(one for one in reversed(self.all_articles) if self._published(one))

    def _published(self, article: Article) -> bool:
        return bool(article.page.get("from_day", 1) <= self.day <= article.page.get("until_day", 2))

    @cached_property
    def beside(self) -> tuple[Beside, ...]:
        """What its pages lead to beside the articles, the same on both days."""
        path = self.folder / "beside.toml"
        return tuple(Beside(**one) for one in tomllib.loads(path.read_text(encoding="utf-8"))["beside"]) if path.exists() else ()

    def listed_beside(self, section: str) -> Sequence[Beside]:
        """What the first page of a section's listing links beside its articles."""
        return [one for one in self.beside if one.listed == section]

    def href(self, beside: Beside) -> str:
        return f"{self.elsewhere if beside.what == 'foreign' else self.origin}{beside.path}"

    def render(self, template: str, **values: Any) -> bytes:
        return self.templates.get_template(template).render(department=self, origin=self.origin, **values).encode()

    def file(self, name: str) -> Response | None:
        """A picture or document of the folder `files/`."""
        path = self.folder / "files" / Path(name).name
        kinds = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}
        return Response(body=path.read_bytes(), content_type=kinds[path.suffix]) if path.is_file() else None

    def link(self, article: Article) -> str:
        """Path and query of an article."""
        raise NotImplementedError

    def respond(self, path: str, query: dict[str, str]) -> Response:
        """The answer to GET `path`?`query`; raises nothing: what does not exist is a 404 as its system says it."""
        raise NotImplementedError

    def show(self, article: Article) -> Response:
        """The page of an article, published or not."""
        raise NotImplementedError

    def protect(self, beside: Beside) -> Response:
        """What stands in the place of a page that is not for everybody."""
        raise NotImplementedError

    def get(self, target: str) -> Response:
        if answer := self._instead(target) or self._onward(target):
            return answer
        parts = urlsplit(target)
        return self.respond(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))

    def _instead(self, target: str) -> Response | None:
        """What stands at an address beside the articles; None where the system answers as to any address it does not know."""
        beside = next((one for one in self.beside if one.path == target), None)
        if beside is None:
            return None
        if beside.leads_to:
            return Response(302, headers={"Location": beside.leads_to.format(elsewhere=self.elsewhere)})
        if beside.html:
            return self.show(beside.article)
        return self.protect(beside) if beside.what == "protected" else None

    def _onward(self, target: str) -> Response | None:
        """The redirect of an address that was an article's."""
        for one in self.all_articles:
            if self._published(one) and target in one.page.get("formerly", ()):
                return Response(301, headers={"Location": f"{self.origin}{self.link(one)}"})
            if "then" in one.page and not self._published(one) and target == self.link(one):
                return Response(302, headers={"Location": f"{self.origin}{one.page['then']}"})
        return None

    def ask(self, target: str, headers: dict[str, str]) -> Response:  # noqa: ARG002 - for systems that answer conditional requests
        """The answer to a GET with these headers; most systems send the whole page whatever they say."""
        return self.get(target)

    def post(self, path: str, body: bytes) -> Response:  # noqa: ARG002 - for systems whose pagers post
        """The answer to a form posted to `path`; most systems take none."""
        return Response(405, b"", headers={"Allow": "GET"})


def _load(path: Path, day: int) -> Article:
    """The pair of files; on day 2 the tables `day2.page` and `day2.truth` and the file `NN-slug.day2.html` are laid over it."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    later = data.get("day2", {}) if day > 1 else {}
    body = path.with_suffix(".day2.html")
    if day == 1 or not body.exists():
        body = path.with_suffix(".html")
    return Article(
        number=int(path.name.split("-", 1)[0]),
        page=data["page"] | later.get("page", {}),
        truth=data["truth"] | later.get("truth", {}),
        html=body.read_text(encoding="utf-8"),
    )
