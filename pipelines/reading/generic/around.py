"""What stands above the text of an article and belongs to it: section, date, name, lead. Puts elements under the key that a layout would have for
them, and takes away what is neither that nor text.
"""

import re
from collections.abc import Sequence

from pipelines.reading import dates
from pipelines.reading.blocks import HEADER, Block
from pipelines.reading.generic.extent import ROOTS, Extent
from pipelines.reading.generic.finds import Finds, clear, date_part, dated, is_timed, made, own
from pipelines.reading.generic.lines import (
    PARAGRAPH,
    TOOLS,
    is_called_caption,
    is_caption,
    is_header,
    is_of_else,
    prints_date,
    signs,
    within,
)
from pipelines.reading.generic.section import LONGEST, STEPS, category, category_beside, labelled_section, names_section, trail_of
from pipelines.reading.generic.title import UNTITLED
from pipelines.reading.generic.writer import is_labelled_above, named_in
from pipelines.reading.links import OTHER_ARTICLE, is_picture
from pipelines.reading.text import folded, is_furniture, normal
from pipelines.reading.tree import Element, inner_text, is_block

LEADING = re.compile(
    r"sapo|lead(?!er)|summary|trich|tom-?_?tat|mo-?_?ta|intro|hometext|excerpt|chapeau|descript|abs(?:tract)?(?:$|[\s_-])", re.IGNORECASE
)
DATED = re.compile(r"\s*(\d{4}-\d{1,2}-\d{1,2})\s*[-–—:]\s+(?=\S)")  # 2015-03-24 - Thực hiện …, at the head of a lead
SHORT = 40  # letters of a line between title and text that is no part of it, where it stands outside the element of the text
POSTING = re.compile(r"(?:ngày|thời gian) (?:đăng|xuất bản)|đăng (?:lúc|ngày)|xuất bản|gửi lúc", re.IGNORECASE)
ADDRESSED = re.compile(r"kính gửi", re.IGNORECASE)
MOST_PICTURES = 20  # between title and text that are looked at
BADGE = re.compile(r"(?:tin )?mới!*|new!*|hot!*", re.IGNORECASE)
BRACKETED = re.compile(r"(?P<title>.*\S)\s*\((?P<day>[^()]{10,60})\)")
VIEWS = re.compile(r"(?:lượt|lần|người) (?:xem|đọc)", re.IGNORECASE)
GOES_ON = re.compile(r"(?:(?<!\w)(?:ngày|đến|từ|tuần|tháng|năm|quý|và)|[,–-])$", re.IGNORECASE)  # a title to which the date belongs
ABOVE = 8  # lines above the title that may tell of it
DAY_ONLY = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}\s*[-–—:]?\s*")


def title_of(block: Block, finds: Finds) -> str:
    """The words of the title's line, without a date, a counter or a badge beside them in an element of its own, or a day and time in brackets."""
    text = block.text
    for part in dict.fromkeys(kept for kept, behind in block.places if not behind and kept is not block.element):
        said = normal(inner_text(part))
        dated = dates.letters_beside(said) == 0 if said and said != text else False
        if not dated and not (said and said != text and (BADGE.fullmatch(said) or is_furniture(said))):
            continue
        rest = text.removesuffix(said).rstrip() if text.endswith(said) else text.removeprefix(said).lstrip() if text.startswith(said) else text
        if rest != text and (not dated or said.startswith("(") or not GOES_ON.search(rest)):
            if dated:
                finds.add("published", part)
            text = rest
    if (told := BRACKETED.fullmatch(text)) and dates.letters_beside(told["day"]) == 0 and dates.CLOCK.search(told["day"]):
        finds.add("published", made(told["day"]))
        text = told["title"]
    return text


def before(lines: Sequence[Block], extent: Extent, finds: Finds) -> None:
    """Category and, in the same box or with its label, a date above the title."""
    title, head = folded(lines[extent.title].text), lines[extent.title].element
    for block in reversed(lines[max(0, extent.title - ABOVE) : extent.title]):
        text = block.text
        inside = within(block.element, extent.around) and extent.around.tag not in ROOTS
        inside = inside or (block.element is head.getparent() and block.element.tag not in ROOTS)
        near = extent.title - block.index < 4  # noqa: PLR2004 - right above it
        if folded(text) == title:
            continue
        crumbs = trail_of(block) is not None
        trail = crumbs or (near and len(STEPS.split(text)) > 1)
        part = date_part(block) if near and (inside or (crumbs and is_timed(block.spaced))) else None
        if prints_date(block) and not (crumbs and part is not None):
            beside = inside or _has_views_beside(lines, block, head)
            if (beside and near and not is_of_else(lines, block)) or (not block.aside and says_when_posted(lines, block)):
                named_in(lines, block, title, finds)
                finds.first("published", dated(lines, block))
                category_beside(block, title, finds)
            continue
        if part is not None:
            finds.first("published", part)
        sectioned = near and names_section(block)
        if labelled_section(lines, block, finds) or _is_no_section(block, sectioned=sectioned):
            continue
        if (trail or inside or sectioned) and "category" not in finds.elements:
            category(block, trail=trail, title=title, finds=finds)


def _has_views_beside(lines: Sequence[Block], block: Block, head: Element) -> bool:
    """How often an article was read is told on a card of it beside its title, never beside a page's clock."""
    box = block.element.getparent()
    if box is None or box in head.iterancestors():
        return False
    around = lines[max(0, block.index - ABOVE) : block.index + ABOVE]
    return not block.aside and any(VIEWS.search(one.text) for one in around if one.element is block.element or one.element.getparent() is box)


def _is_no_section(block: Block, *, sectioned: bool) -> bool:
    text = block.text
    return TOOLS.search(text) is not None or is_furniture(text) or (UNTITLED.fullmatch(text) is not None and not sectioned)


def says_when_posted(lines: Sequence[Block], block: Block) -> bool:
    """Ngày đăng, in the line or in one of its own before it: no clock of a page's head has that. Beside another article's title it is that one's."""
    first = block.index - dates.is_label(lines[max(0, block.index - 1)].text)
    if block.linked or not prints_date(block) or not POSTING.match(lines[first].text):
        return False
    return not any(
        one.is_link and one.letters >= OTHER_ARTICLE for one in (*lines[max(0, first - 1) : first], *lines[block.index + 1 : block.index + 2])
    )


def between(lines: Sequence[Block], extent: Extent, body: Element, finds: Finds) -> None:
    """What stands between title and text: date, name, lead, tools."""
    title = folded(lines[extent.title].text)
    for block in lines[extent.title + 1 : extent.first + 1]:
        text = block.text
        element = block.element
        if folded(text) == title or (block.aside and not _is_date_beside(block)):
            clear(block)
        elif block.index >= extent.first or (block.own >= PARAGRAPH and not is_header(block)):
            _lead(block, body, finds)
        elif prints_date(block) or (block.is_link and dates.letters_beside(block.spaced) == 0):  # a blog links its days
            _dated(lines, block, title, finds)
        elif (part := date_part(block)) is not None:
            finds.add("published", part)
            clear(block)
        elif labelled_section(lines, block, finds) or _is_tool(block):
            clear(block)
        elif signs(block) or is_labelled_above(lines, block):
            finds.first("byline", own(block))
        elif block.is_link and "category" not in finds.elements and len(text) <= LONGEST and not within(element, body):
            category(block, trail=False, title=title, finds=finds)
            clear(block)
        elif (
            not within(element, body)
            and not ADDRESSED.match(text)
            and (block.linked * 3 > block.letters or (block.letters < SHORT and not is_caption(block)))
        ):
            clear(block)
    _dated_lead(lines[extent.first], finds)


def _is_tool(block: Block) -> bool:
    return is_furniture(block.text) or (len(block.text) <= HEADER and (TOOLS.search(block.text) is not None or trail_of(block) is not None))


def _dated(lines: Sequence[Block], block: Block, title: str, finds: Finds) -> None:
    """A line of the date, and what else is named in it: whoever wrote the article, and its section."""
    if is_of_else(lines, block):
        clear(block)
        return
    category_beside(block, title, finds)
    named_in(lines, block, title, finds)
    finds.add("published", dated(lines, block))


def pictures_between(title: Element, body: Element, around: Element, finds: Finds) -> None:
    """A picture between title and text, alone in its box."""
    above, pictures = False, 0
    for one in around.iter():
        if one is body or pictures == MOST_PICTURES:
            return
        above = above or one is title
        if above and one.tag == "img":
            pictures += 1
            if not _is_icon(one):
                finds.add("image", one)


def leads_away(one: Element) -> bool:
    """Is an element around a picture hidden, or a link to anything but a picture?"""
    return one.get("hidden") is not None or (one.tag == "a" and not is_picture(one.get("href") or ""))


def _is_icon(picture: Element) -> bool:
    """Does it stand with words that are no caption, in a link to elsewhere, or in what was taken away?"""
    for one in picture.iterancestors():
        if leads_away(one):
            return True
        if is_block(str(one.tag)):
            words = normal(inner_text(one)) if one.tag != "figure" else ""
            return bool(words) and not any(is_called_caption(part) and normal(inner_text(part)) == words for part in one.iterdescendants("*"))
    return True


def _is_date_beside(block: Block) -> bool:
    """T3, a frame for Joomla's themes, has what is known of an article in an <aside> between title and text, Drupal in a <footer>."""
    return prints_date(block) and any(one.tag in {"aside", "footer"} for one in (block.element, *block.element.iterancestors()))


def _lead(block: Block, body: Element, finds: Finds) -> None:
    """The sapo, by the name of its element, or because it stands outside the text."""
    element = block.element
    named = " ".join(
        f"{one.get('class') or ''} {one.get('id') or ''}" for one in (element, element.getparent()) if one is not None and one is not body
    )
    if element is not body and not is_caption(block) and (LEADING.search(named) or not within(element, body)):
        finds.add("lead", own(block))


def _dated_lead(block: Block, finds: Finds) -> None:
    """A lead that begins with the day it came out; the day is no word of it."""
    found = DATED.match(block.text)
    if found is None or "published" in finds.elements:
        return
    for one in block.element.iter():
        if one.text and one.text.strip():
            if said := DATED.match(one.text):
                one.text = one.text[said.end() :]
            elif DAY_ONLY.fullmatch(one.text):
                one.text = ""
                one.tail = re.sub(r"^\s*[-–—:]\s+", "", one.tail or "")
            break
    finds.first("published", made(found[1]))
