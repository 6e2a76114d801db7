"""A reader for pages that no layout describes: it finds the title, and from there the article's lines, by what Vietnamese news pages have in common.

It makes a layout for the one page: what it finds is put under names of its own (`generic:published`) where selectors are looked up, so the rest of
reading is the same as for a page with a layout. All else is cut away around the article. Its finds are guesses and say so.

`lines` judges single lines, `title` what they are worth as the title; `extent` says where the article stands, `around`, `section`, `writer` and
`below` what stands around its text.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from pipelines.layout import Layout
from pipelines.reading.article import Located
from pipelines.reading.blocks import Block, Blocks
from pipelines.reading.generic.around import before, between, leads_away, pictures_between, title_of
from pipelines.reading.generic.below import after
from pipelines.reading.generic.extent import LEAST, ROOTS, Extent, body_of, boxes, find_extent
from pipelines.reading.generic.finds import Finds, clear, is_whole, last_part
from pipelines.reading.generic.lines import within
from pipelines.reading.generic.section import category_above, category_told
from pipelines.reading.select import Hit, Page
from pipelines.reading.text import folded
from pipelines.reading.tree import Element, inner_text

LAYOUT = Layout()  # for pages of which not even a site is known
MOST_BEHIND = 20  # lines, elements and pictures behind the last line that are looked at


def locate(page: Page, layout: Layout = LAYOUT) -> Located | None:
    """Title and body, with a layout for this page over `layout`; or None where there are no paragraphs under a title. Cuts the page down to them."""
    blocks = Blocks(page.root)
    extent = find_extent(page, blocks)
    if extent is None:
        return None
    finds = Finds()
    lines = blocks.all
    body = body_of(lines, extent)
    named = title_of(lines[extent.title], finds)
    before(lines, extent, finds)
    between(lines, extent, body, finds)
    if "category" not in finds.elements:
        said = folded(lines[extent.title].text)
        category_above(lines[: extent.title], lines[extent.title].element, said, finds)
        category_told(page.structured.sections, said, finds)
    pictures_between(lines[extent.title].element, body, extent.around, finds)
    after(lines, extent, body, finds)
    for block in boxes(lines, extent):
        clear(block)
    for form in body.iter("form"):
        if len(inner_text(form)) >= LEAST:  # WebForms put the text into one
            form.tag = "div"
    title = Hit(lines[extent.title].element, named, "title")
    if within(lines[extent.first].element, title.element):  # words of a box that holds the text too
        clear(lines[extent.title])
    whole = extent.around if extent.around.tag not in ROOTS else body
    cut(lines, extent, body, whole)
    finds.tell_apart()
    names = {key: [f"generic:{key}"] for key in finds.elements}
    page.seen.update({f"generic:{key}": found for key, found in finds.elements.items()})
    return Located(page, title, Hit(whole, None, "lines"), "generic", layout.model_copy(update=names) if names else layout)


def cut(lines: Sequence[Block], extent: Extent, body: Element, whole: Element) -> None:
    """Take away what stands in `whole` before the title and after the last line."""
    title, last = lines[extent.title].element, last_part(lines[extent.last])
    if last is lines[extent.last].element and not is_whole(lines[extent.last]):  # its words come before all else in it
        for other in list(last):
            _drop(other)
    around = {last, *last.iterancestors()}
    for block in lines[extent.last + 1 :]:
        if block.element in around:  # words behind the last line, in no element of their own
            clear(block)
    pictures = list(_pictures_behind(lines, extent, last, body))
    for edge, preceding in ((title, True), (last, False)):
        for one in _path(edge, whole):
            for other in [other for other in one.itersiblings(preceding=preceding) if other not in pictures]:
                _drop(other)
    inside = [block for block in lines[: extent.last + 1] if block.element is not whole and within(block.element, whole)]
    for block in inside:
        if block.aside if block.index > extent.title else title is whole:
            clear(block)


def _pictures_behind(lines: Sequence[Block], extent: Extent, last: Element, body: Element) -> Iterator[Element]:
    """Elements of the text behind its last line that hold nothing but pictures, up to one that has both."""
    worded: set[Element] = set()
    for block in lines[extent.last + 1 : extent.last + 1 + MOST_BEHIND]:
        worded.update((block.element, *block.element.iterancestors()))
    for one in _path(last, body):
        for other in islice(one.itersiblings(), MOST_BEHIND):
            if other.tag != "img" and other.find(".//img") is None:
                continue
            if other in worded:
                return
            if not any(map(leads_away, islice(other.iter(), MOST_BEHIND))):
                yield other


def _path(element: Element, whole: Element) -> list[Element]:
    """The element and those around it, up to `whole`; none where it does not stand inside."""
    path: list[Element] = []
    for one in (element, *element.iterancestors()):
        if one is whole:
            return path
        path.append(one)
    return []


def _drop(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        element.tail = None
        parent.remove(element)
