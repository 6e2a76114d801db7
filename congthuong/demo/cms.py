"""The sample departments as content: articles in files, what is true of each beside it, and the systems that turn them into pages.

A department is a folder `departments/<site>/articles/` of pairs: `NN-slug.html` is the body as its system stores it, `NN-slug.toml` has the
table `page` (what the system prints around it) and the table `truth` (what a careful person would say the page says).
"""

import tomllib
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
    """One article of a sample department on one day. Keys of `page` are its system's own; those of `truth` are in CONTRIBUTING.md."""

    number: int
    page: dict[str, Any]
    truth: dict[str, Any]
    html: str


@dataclass
class Department:
    """A sample department: its system is a subclass with a `respond`. `day` 1 is today, on 2 its editors have been at work."""

    site: str
    day: int = 1
    origin: str = ""  # http://127.0.0.1:port, set when served

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
        return tuple(one for one in reversed(self.all_articles) if one.page.get("from_day", 1) <= self.day <= one.page.get("until_day", 2))

    def render(self, template: str, **values: Any) -> bytes:
        return self.templates.get_template(template).render(department=self, origin=self.origin, **values).encode()

    def file(self, name: str) -> Response | None:
        """A picture or document of the folder `files/`."""
        path = self.folder / "files" / Path(name).name
        kinds = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}
        return Response(body=path.read_bytes(), content_type=kinds[path.suffix]) if path.is_file() else None

    def respond(self, path: str, query: dict[str, str]) -> Response:
        """The answer to GET `path`?`query`; raises nothing: what does not exist is a 404 as its system says it."""
        raise NotImplementedError

    def get(self, target: str) -> Response:
        parts = urlsplit(target)
        return self.respond(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))

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
