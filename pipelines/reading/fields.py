"""The fields of an article but its body: each by the layout, then by what the page tells machines, with the evidence for it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from archive.records import Evidence, Image, Source
from pipelines.context import Context
from pipelines.layout import Layout
from pipelines.reading import byline, dates
from pipelines.reading.byline import Naming, Signed
from pipelines.reading.links import Link, absolute, image_of
from pipelines.reading.select import Page, first, hits
from pipelines.reading.structured import Structured
from pipelines.reading.styles import CAPTION_CLASS, MARK
from pipelines.reading.text import is_vietnamese, normal
from pipelines.reading.tree import Element, inner_text, spaced_text

TOLD = re.compile(r"^(?:theo|nguồn)\s+", re.IGNORECASE)
PUBLISHED = ("article:published_time", "datepublished")  # names of meta tags
KEYS = {"published_at": "published", "modified_at": "modified", "text": "body"}  # where a field and its key in site files differ


@dataclass(slots=True)
class Notes:
    """Evidence as it gathers, one entry a field: the first that is given."""

    method: str  # layout or generic: how title and body were located
    entries: dict[str, Evidence] = field(default_factory=dict)

    def layout(self, name: str, raw: str, doubt: str | None = None) -> None:
        """By a selector of the layout; its key is the method: `layout:published`."""
        self.add(name, f"{self.method}:{KEYS.get(name, name)}", raw, doubt)

    def found(self, name: str, values: Sequence[str]) -> None:
        """Read off the body."""
        if values:
            self.add(name, "body", " ".join(values))

    def add(self, name: str, method: str, raw: str, doubt: str | None = None) -> None:
        self.entries.setdefault(name, Evidence(name, method, raw, doubt))


def naming_of(context: Context) -> Naming:
    def is_place(name: str) -> bool:
        same = name.casefold()
        return any(same == place.casefold() for one in context.reference.provinces.values() for place in (one.name, *one.variants))

    return Naming(context.site_name, context.lookups.get("author", {}), is_place)


def _printed_dates(page: Page, selectors: Sequence[str]) -> Iterator[str]:
    for found in hits(page, selectors):
        for hit in found:
            yield hit.attribute if hit.attribute is not None else spaced_text(hit.element)


def published_at(page: Page, layout: Layout, structured: Structured, context: Context, notes: Notes, fetched_at: datetime | None) -> datetime | None:
    witnesses = [(method, raw, at) for method, raw in structured.values("datePublished", *PUBLISHED) if (at := dates.structured(raw))]
    other = (witnesses[0][0], witnesses[0][2]) if witnesses else None
    hint = context.hints.get(page.url)
    if other is None and hint and hint.published_at:
        other = ("the feed", hint.published_at)
    for raw in _printed_dates(page, layout.published):
        if at := dates.published(raw, layout.date_order):
            notes.layout("published_at", normal(raw), dates.doubt(at, other=other, fetched_at=fetched_at))
            return at
    for method, raw, at in witnesses:
        notes.add("published_at", method, raw, dates.doubt(at, fetched_at=fetched_at))
        return at
    return None


def modified_at(page: Page, layout: Layout, structured: Structured, notes: Notes, published_at: datetime | None) -> datetime | None:
    """As printed; else as told to machines, if that is later than publication: most systems say both dates of what was never changed."""
    for raw in _printed_dates(page, layout.modified):
        if (at := dates.modified(raw, layout.date_order)) and (published_at is None or at > published_at):
            notes.layout("modified_at", normal(raw))
            return at
    first = next((at for _, raw in structured.values("datePublished", *PUBLISHED) if (at := dates.structured(raw))), None)
    since = first if first and published_at and first.date() == published_at.date() else published_at  # the page may print the day only
    for method, raw in structured.values("dateModified", "article:modified_time", "datemodified"):
        if since and (at := dates.structured(raw)) and at > since:
            notes.add("modified_at", method, raw)
            return at
    return None


def category_of(page: Page, layout: Layout, notes: Notes) -> str | None:
    hit = first(page, layout.category)
    if hit is None:
        return None
    notes.layout("category", hit.text)
    return hit.text


def tags_of(page: Page, layout: Layout, notes: Notes) -> tuple[str, ...]:
    tags = next((tuple(dict.fromkeys(hit.text.lstrip("# ") for hit in found if hit.text.strip("# "))) for found in hits(page, layout.tags)), ())
    if tags:
        notes.layout("tags", ", ".join(tags))
    return tags


def source_of(page: Page, layout: Layout, naming: Naming, notes: Notes) -> Source | None:
    """From where the layout says it is named; a person or office named there is no source."""
    hit = first(page, layout.source)
    if hit is None:
        return None
    signed = byline.parse(hit.text, naming) if ":" in hit.text else byline.parse(f"Nguồn: {TOLD.sub('', hit.text)}", naming)
    if signed is None or signed.source is None:
        return None
    notes.layout("source", hit.text)
    link = next((url for a in hit.element.iter("a") if (url := absolute(a.get("href") or "", page.base))), None)
    return replace(signed.source, url=signed.source.url or link)


def files_of(page: Page, layout: Layout) -> list[Link]:
    found = next(iter(hits(page, layout.attachments)), [])
    anchors = [a for hit in found for a in ([hit.element] if hit.element.tag == "a" else hit.element.iter("a"))]
    return [Link(url, normal(inner_text(a)) or normal(a.get("title") or "")) for a in anchors if (url := absolute(a.get("href") or "", page.base))]


def pictures_of(page: Page, layout: Layout) -> Iterator[Image]:
    """The article's own picture where it stands outside the body, with the caption of its figure or of the element beside it."""
    for hit in next(iter(hits(page, layout.image)), []):
        picture = image_of(hit.element, page.base)
        if picture:
            yield replace(picture, caption=_caption(hit.element))


def merged(images: Sequence[Image]) -> tuple[Image, ...]:
    """Each picture once, in order, with the first words that any of its places gives."""
    found: dict[str, Image] = {}
    for one in images:
        same = found.get(one.url, one)
        found[one.url] = replace(same, alt=same.alt or one.alt, caption=same.caption or one.caption)
    return tuple(found.values())


def _caption(image: Element) -> str:
    for around in image.iterancestors("figure", "div", "td"):
        for one in around.iter():
            if one.tag == "figcaption" or CAPTION_CLASS.search(str(one.get("class") or "")):
                return normal(inner_text(one))
        if around.tag == "figure" or len(normal(inner_text(around))) > 0:
            break
    return ""


def signed_of(page: Page, layout: Layout, naming: Naming, notes: Notes) -> Signed | None:
    for found in hits(page, layout.byline):
        labelled = notes.method == "layout"
        lines = [signed for hit in found if (signed := byline.parse(hit.text, naming, labelled=labelled))]
        if lines:
            for hit in found:
                hit.element.set(MARK, "byline")
            signed = byline.merged(lines)
            notes.layout("byline", signed.raw)
            return signed
    return None


def signed_by_meta(structured: Structured, layout: Layout, naming: Naming, notes: Notes) -> Signed | None:
    """The author told to machines, only where the layout says that it can be believed."""
    said = structured.author if layout.meta_author else None
    signed = byline.parse(said, naming, labelled=True) if said else None
    if signed:
        notes.add("byline", "meta:author", signed.raw)
    return signed


def language_of(text: str, structured: Structured, layout: Layout, notes: Notes) -> str:
    """By the letters of the text before what the template declares: themes in English carry Vietnamese articles."""
    declared = structured.language
    if is_vietnamese(text):
        language, method = "vi", "letters"
    else:
        language = declared if declared and declared != "vi" else layout.language
        method = "html:lang" if declared == language else "layout:language"
    notes.add("language", method, declared or "")
    return language
