"""Who wrote an article, where that is said in the line of its date or beside it. An account, a section, a place or the title is nobody."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from archive.records import Author
from pipelines.reading import dates
from pipelines.reading.blocks import Block
from pipelines.reading.generic.finds import Finds, clear, is_whole, links_of, made
from pipelines.reading.generic.lines import POSTED, SIGNING, names_in, signed_by
from pipelines.reading.names import is_full_name, is_person, kind_of
from pipelines.reading.text import folded, normal
from pipelines.reading.tree import Element, inner_text

LABELLED = re.compile(r"(?:tác giả|người viết|bút danh|tin,? ảnh|bài(?: và ảnh|, ảnh)?)\s*:\s*[^\s|•·][^|•·]*", re.IGNORECASE)
LABEL = re.compile(r"(?:tác giả|người viết|bút danh)\s*:?", re.IGNORECASE)
TAKEN_FROM = re.compile(r"(?:^|[\s_-])(?:src|source|nguon(?:-?_?tin)?)(?:$|[\s_-])", re.IGNORECASE)
BARS = re.compile(r"\s*[|•·]\s*")
OFFICE = re.compile(r"chức vụ|chức danh", re.IGNORECASE)  # whoever signed a document has one
NESTED = 3  # elements around a value, up to that of its label
GIVEN = 2  # words of a name without its surname


def named_in(lines: Sequence[Block], dated: Block, title: str, finds: Finds) -> None:
    """Whoever is named in the line of the date, or on a line of its own beside it."""
    _labelled(dated, finds)
    before = lines[dated.index - 1].text if dated.index else ""
    linked = {normal(inner_text(link)) for link in links_of(dated)}
    for part in _parts(dated):
        account = POSTED.match(part) is not None or POSTED.fullmatch(before.rstrip(": ")) is not None
        signed = names_in(part) if part not in linked and not account else None
        before = part
        if signed and signed.authors and (signed.method or all(_is_office(one) or _is_writer(one.name, finds) for one in signed.authors)):
            finds.first("byline", made(part))
    for beside in lines[max(0, dated.index - 1) : dated.index + 2]:
        if beside is dated or beside.linked or folded(beside.text) == title or _is_someone_else(lines, beside):
            continue
        if _stands_beside(beside, dated, finds):
            finds.first("byline", made(beside.text))
            clear(beside)


def _is_someone_else(lines: Sequence[Block], block: Block) -> bool:
    """An account, by the label before it, or who signed a document, by the office behind it."""
    account = POSTED.fullmatch(lines[max(0, block.index - 1)].text.rstrip(": ")) is not None
    return account or OFFICE.match(lines[min(block.index + 1, len(lines) - 1)].text) is not None


def is_labelled_above(lines: Sequence[Block], block: Block) -> bool:
    """Does the line before it, in the same box, say that here is a name?"""
    before = lines[block.index - 1]
    field = before.element.getparent()  # Drupal has the value in boxes of its own
    if field is None or LABEL.fullmatch(before.text) is None:
        return False
    return field in list(islice(block.element.iterancestors(), NESTED)) and names_in(block.text) is not None


def _labelled(dated: Block, finds: Finds) -> None:
    """In a part of the line that has a label, or is called after its author or source."""
    for part in dated.element.iterdescendants() if is_whole(dated) else ():
        signed = signed_by(part)
        if signed and (signed.method or SIGNING.search(part.get("class") or "")):
            finds.first("byline", part)
        elif TAKEN_FROM.search(part.get("class") or "") and kind_of(normal(inner_text(part))) == "agency":
            finds.first("source", part)
    if (found := LABELLED.search(dated.spaced)) and names_in(found[0]):
        finds.first("byline", made(found[0]))


def _parts(dated: Block) -> Iterator[str]:
    """What stands between bars, or in elements of its own side by side."""
    yield from BARS.split(dated.spaced) if BARS.search(dated.spaced) else ()
    element = dated.element
    if not is_whole(dated) or normal(element.text or ""):
        return
    for one in element:
        behind = normal(one.tail or "")
        if (not behind and len(element) > 1) or dates.letters_beside(behind) == 0:
            yield normal(inner_text(one))


def _stands_beside(block: Block, dated: Block, finds: Finds) -> bool:
    signed = names_in(block.text) if _is_beside(block.element, dated.element) and not POSTED.match(block.text) else None
    if signed is None or len(signed.authors) != 1:
        return False
    kind = signed.authors[0].kind
    if kind == "person":
        return _is_writer(signed.authors[0].name, finds)
    unit = kind == "unit" and (block.element is dated.element or signed.authors[0].name.endswith("PV"))
    return unit or (kind == "initials" and "." in block.text)


def _is_writer(words: str, finds: Finds) -> bool:
    """A person's name, where nothing else says so; sections are written with capitals too."""
    section = any(words == one.text for one in finds.elements.get("category", ()))
    return not section and not words.isupper() and (is_full_name(words) or (len(words.split()) == GIVEN and is_person(words)))


def _is_office(author: Author) -> bool:
    """Phòng Quản lý thương mại, Nhóm PV; not Thanh tra, which may be a section."""
    return author.kind == "unit" and (len(author.name.split()) > GIVEN or author.name.endswith("PV"))


def _is_beside(one: Element, other: Element) -> bool:
    """Do two lines stand in one box, or in the same element?"""
    return one is other or one.getparent() is other or one.getparent() is other.getparent()
