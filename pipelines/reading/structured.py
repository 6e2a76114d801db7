"""What a page says of itself to machines: JSON-LD, meta tags, its language. A witness, weaker than what it prints."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml.etree import XPath

from pipelines.reading.text import normal
from pipelines.reading.tree import Element

ARTICLES = frozenset({"Article", "NewsArticle", "BlogPosting", "Report", "WebPage"})
SCRIPTS = XPath("//script[@type='application/ld+json']")
DATED = XPath("//@itemprop[. = 'datePublished' or . = 'dateModified']/..")  # from the attributes to their elements it is half the way


@dataclass(frozen=True)
class Structured:
    """Values as found, each with the method that evidence records: `json-ld`, `meta:article:published_time`."""

    root: Element
    source: bytes

    @cached_property
    def metas(self) -> Mapping[str, str]:
        metas: dict[str, str] = {}
        for meta in self.root.iter("meta"):
            name = meta.get("property") or meta.get("name") or meta.get("itemprop")
            if name and (content := normal(meta.get("content") or "")):
                metas.setdefault(name.lower(), content)
        return metas

    @cached_property
    def objects(self) -> Sequence[Mapping[str, Any]]:
        """All that JSON-LD describes."""
        return [one for script in (SCRIPTS(self.root) if b"ld+json" in self.source else ()) for one in _objects(script.text or "")]

    @property
    def sections(self) -> Sequence[str]:
        """The names of the breadcrumb, or the section that is told."""
        crumbs: Any = next((one.get("itemListElement") for one in self.objects if "BreadcrumbList" in _kinds(one)), None)
        items = [(one, one.get("item")) for one in _dicts(crumbs)]
        found = [one.get("name") or (item.get("name") if isinstance(item, dict) else None) for one, item in items]
        names = [normal(name) for name in found if isinstance(name, str)]
        return names or [text for _, text in self.values("articleSection", "article:section")]

    @cached_property
    def json_ld(self) -> Mapping[str, Any]:
        """The one object that describes the article; of several kinds the most telling. Empty where there is none or it is no JSON."""
        found = [one for one in self.objects if _kinds(one) & ARTICLES]
        return min(found, key=lambda one: _kinds(one) == {"WebPage"}, default={})

    @property
    def says_article(self) -> bool:
        return bool(self.json_ld and _kinds(self.json_ld) != {"WebPage"}) or self.metas.get("og:type") == "article"

    @cached_property
    def microdata(self) -> Mapping[str, str]:
        """The dates that elements of the page carry as properties."""
        found: dict[str, str] = {}
        for one in DATED(self.root) if b"itemprop" in self.source else ():
            if value := normal(one.get("content") or one.get("datetime") or one.text or ""):
                found.setdefault(one.get("itemprop") or "", value)
        return found

    def values(self, key: str, *metas: str) -> Iterator[tuple[str, str]]:
        """(method, value) from JSON-LD, then from microdata, then from the meta tags named."""
        value = self.json_ld.get(key)
        if isinstance(value, str) and (text := normal(value)):
            yield "json-ld", text
        if key in self.microdata:
            yield "microdata", self.microdata[key]
        yield from ((f"meta:{name}", self.metas[name]) for name in metas if name in self.metas)

    @property
    def author(self) -> str | None:
        """Nearly always the site or its account; read only where the layout says that it can be believed."""
        author: Any = self.json_ld.get("author")
        author = author[0] if isinstance(author, list) and author else author
        name = author.get("name") if isinstance(author, dict) else author
        return normal(name) if isinstance(name, str) and normal(name) else self.metas.get("author")

    @property
    def language(self) -> str | None:
        html = self.root.getroottree().getroot()
        return (html.get("lang") or html.get("xml:lang") or "").partition("-")[0].lower() or None


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _objects(text: str) -> Iterator[dict[str, Any]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    waiting = [data]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            yield one
            waiting.extend(one[key] for key in ("@graph", "mainEntity") if key in one)


def _kinds(one: Mapping[str, Any]) -> set[str]:
    kind = one.get("@type")
    return {str(name) for name in kind} if isinstance(kind, list) else {str(kind)}
