"""One article from its located pages: the fields, then the body, cut free of furniture, byline and captions. Changes the pages it is given."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from archive.records import Article, Attachment, Byline
from pipelines.context import Context
from pipelines.layout import Layout, split
from pipelines.reading import byline, fields
from pipelines.reading.body import html_of, images_of, text_of, with_captions, with_lead, without_furniture, without_name_above, without_title
from pipelines.reading.byline import Naming, Signed
from pipelines.reading.fields import Notes
from pipelines.reading.fragment import Paragraph, walk
from pipelines.reading.links import Link
from pipelines.reading.select import Hit, Page, elements, first, hits
from pipelines.reading.styles import MARK
from pipelines.reading.text import folded
from pipelines.reading.tree import Element, bound, drop, inner_text

HEADER_LINE = 200  # characters at most of a date or category line that is taken out of the body


@dataclass(frozen=True, slots=True)
class Located:
    """A page on which title and body were found, and the layout that found them; `method` is `layout` or `generic`."""

    page: Page
    title: Hit
    body: Hit
    method: str
    layout: Layout


def locate(page: Page, layout: Layout) -> tuple[Hit | None, Hit | None]:
    """Title and body by the layout, each None where no selector finds words."""
    return first(page, layout.title), first(page, layout.body)


def assemble(located: Sequence[Located], context: Context, *, fetched_at: datetime | None, doubt: str | None = None) -> Article:
    """The article on one page, or on several in order: all but the body is read from the first."""
    head = located[0]
    page, layout, notes = head.page, head.layout, Notes(head.method)
    structured, naming = page.structured, fields.naming_of(context)
    title = head.title.text
    notes.layout("title", title, doubt)
    published_at = fields.published_at(page, layout, structured, context, notes, fetched_at)
    modified_at = fields.modified_at(page, layout, structured, notes, published_at)
    category, tags = fields.category_of(page, layout, notes), fields.tags_of(page, layout, notes)
    source = fields.source_of(page, layout, naming, notes)
    files = fields.files_of(page, layout)
    signed = fields.signed_of(page, layout, naming, notes)
    lead, paragraphs, links = _paragraphs(located, title, notes)
    if layout.byline_in_body:
        signed, paragraphs = _signed_at_end(signed, paragraphs, naming, notes)
    signed = signed or fields.signed_by_meta(structured, layout, naming, notes)
    paragraphs = with_captions(paragraphs)
    text, attachments = text_of(paragraphs), _attachments(links, files)
    images = fields.merged([*fields.pictures_of(page, layout), *images_of(paragraphs)])
    notes.layout("text", head.body.selector)
    notes.found("images", [one.url for one in images])
    notes.found("attachments", [one.url for one in attachments])
    return Article(
        site=context.site,
        url=page.url,
        title=title,
        text=text,
        html=html_of(paragraphs),
        lead=_still_first(lead, text),
        byline=Byline(signed.raw, signed.authors) if signed and signed.authors else None,
        published_at=published_at,
        modified_at=modified_at,
        category=category,
        tags=tags,
        language=fields.language_of(text, structured, layout, notes),
        source=source or (signed.source if signed else None),
        images=images,
        attachments=attachments,
        evidence=tuple(notes.entries.values()),
    )


def _paragraphs(located: Sequence[Located], title: str, notes: Notes) -> tuple[str | None, list[Paragraph], list[Link]]:
    """(lead, paragraphs with the lead first, links) of all pages, captions and byline still inside."""
    outside = _mark_lead(located[0])
    paragraphs: list[Paragraph] = []
    links: list[Link] = []
    for one in located:
        bound(one.body.element)
        for element in _each(one.page, one.layout.caption, one.body.element):
            element.set(MARK, "caption")
        _strip(one)
        some, more = walk(one.body.element, one.page.base)
        paragraphs += without_title([each for each in without_furniture(some) if "byline" not in each.style.marks], title)
        links += more
    lead, paragraphs = with_lead(outside, without_name_above(paragraphs))
    if lead:
        notes.layout("lead", lead)
    return lead, paragraphs, links


def _still_first(lead: str | None, text: str) -> str | None:
    """The lead without what turned out to be a byline or a caption: it is how the text begins."""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip((lead or "").split("\n"), text.split("\n"), strict=False))
    return "\n".join(line for line, _ in alike) or None


def _mark_lead(head: Located) -> list[Paragraph]:
    """Mark the lead inside the body; one that stands outside it comes back as paragraphs."""
    body, layout = head.body.element, head.layout
    for found in hits(head.page, layout.lead):
        inside = [hit.element for hit in found if body in hit.element.iterancestors()]
        for element in inside:
            element.set(MARK, "lead")
        for hit in [] if inside else found:
            if hit.element is not body and hit.element not in body.iterancestors():
                _drop(_each(head.page, layout.remove, hit.element))
                return [one for one in without_furniture(walk(hit.element, head.page.base)[0]) if one.lines]
        return []
    return []


def _strip(located: Located) -> None:
    """Take the layout's furniture out of the body, and the title, date and category lines that stand inside it."""
    page, body, layout = located.page, located.body.element, located.layout
    _drop(_each(page, layout.remove, body))
    headers = [
        hit.element for selectors in (layout.published, layout.modified, layout.category, layout.tags) for hit in next(hits(page, selectors), [])
    ]
    _drop(one for one in [located.title.element, *headers] if body in one.iterancestors() and len(inner_text(one)) <= HEADER_LINE)


def _each(page: Page, selectors: Sequence[str], within: Element) -> Iterator[Element]:
    for selector in selectors:
        yield from elements(page, split(selector)[0], within=within)


def _drop(found: Iterable[Element]) -> None:
    for element in list(found):
        drop(element)


def _signed_at_end(signed: Signed | None, paragraphs: list[Paragraph], naming: Naming, notes: Notes) -> tuple[Signed | None, list[Paragraph]]:
    """The end of the body, searched even where the byline is known: the same name printed again there is no text either."""
    found, rest = byline.at_end(paragraphs, naming)
    if found is None:
        return signed, paragraphs
    known = {folded(author.name) for author in signed.authors} if signed else set()
    if known and found.authors and known.isdisjoint(folded(author.name) for author in found.authors):
        return signed, paragraphs
    if found.authors:
        notes.add("byline", found.method, found.raw)
    if found.source:
        notes.add("source", found.method, found.raw)
    if signed and signed.authors:  # printed above the text too; the end may name more
        others = tuple(one for one in signed.authors if folded(one.name) not in {folded(each.name) for each in found.authors})
        raw = found.raw if found.authors else signed.raw
        return replace(signed, raw=raw, authors=(*found.authors, *others), source=signed.source or found.source), rest
    return replace(found, source=found.source or (signed.source if signed else None)), rest


def _attachments(links: Sequence[Link], files: Sequence[Link]) -> tuple[Attachment, ...]:
    """Each file once, under the first name it has. Where the layout points at attachments they need no file's ending."""
    named: dict[str, Attachment] = {}
    for link in [*(one for one in links if one.is_file), *files]:
        if link.url not in named or not named[link.url].name:
            named[link.url] = Attachment(link.url, link.name)
    return tuple(named.values())
