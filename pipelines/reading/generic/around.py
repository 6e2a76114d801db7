"""What stands around the text and belongs to the article: category, date, name, lead, source, files, keywords. Puts elements under the key that a
layout would have for them, and takes away what is neither that nor text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.reading import byline, dates
from pipelines.reading.blocks import BLOCK, Block
from pipelines.reading.generic.extent import ROOTS, UNTITLED, Extent
from pipelines.reading.generic.lines import HEADER, PARAGRAPH, is_caption, is_foot, is_header, is_paragraph, prints_date, within
from pipelines.reading.links import is_file
from pipelines.reading.names import is_site
from pipelines.reading.text import folded, is_furniture, normal
from pipelines.reading.tree import Element, inner_text

LEADING = re.compile(r"sapo|lead(?!er)|summary|trich|tom-?_?tat|mo-?_?ta|intro|hometext|excerpt|chapeau|descript", re.IGNORECASE)
SIGNING = re.compile(r"author|tac-?_?gia|byline|nguoi-?_?viet|but-?_?danh|signature", re.IGNORECASE)
TRAIL = re.compile(r"breadcrumb|duong-?_?dan|(?:^|[\s_-])path(?:$|[\s_-])|pathway", re.IGNORECASE)
BLOCK_OF_TRAIL = frozenset({"table", "section", "article", "main", "body"})
NO_SECTION = re.compile(r"\d{4}|^\W*\d*\W*$|:")
TOOLS = re.compile(
    r"cỡ chữ|(?<!\w)a ?- ?a|a ?\+|lượt (?:xem|đọc)|(?<!\w)in (?:trang|bài)|đọc bài|gửi (?:email|bài)|chia sẻ|đang online", re.IGNORECASE
)
SECTION = re.compile(r"categor|chuyen-?_?muc|cat-?_?(?:name|title|heading)|section|linh-?_?vuc|ptitle|module-?_?title", re.IGNORECASE)
STEPS = re.compile(r"\s*(?:[»›>/|]|::)\s*")
HOME = re.compile(r"(?:trang chủ|trang nhất|home|homepage)", re.IGNORECASE)
KEYWORDS = re.compile(r"(?:từ kh[oó]á?a?|tags?|thẻ|chủ đề\s*:)\s*:?", re.IGNORECASE)
FILES = re.compile(r"(?:các )?(?:tệp|file|tài liệu|văn bản|tập tin)(?: tin)? ?(?:đính kèm|kèm theo|gắn kèm)?\s*:?|tải về\s*:?", re.IGNORECASE)
FILE_BOX = re.compile(r"attachments-?_?(?:list|container|box)|(?:tep|file)-?_?dinh-?_?kem|file-?_?list", re.IGNORECASE)
SOURCE = re.compile(r"(?:theo|nguồn)(?: tin)?\s*:?\s", re.IGNORECASE)
POSTED = re.compile(r"(?:người đăng|đăng bởi|bởi|posted by|by)(?!\w)", re.IGNORECASE)  # the account that entered it
DATED = re.compile(r"\s*(\d{4}-\d{1,2}-\d{1,2})\s*[-–—:]\s+(?=\S)")  # 2015-03-24 - Thực hiện …, at the head of a lead
DATE = re.compile(r"date|ngay|time|created|publish", re.IGNORECASE)  # names of elements
DAY_ONLY = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}\s*[-–—:]?\s*")


@dataclass(slots=True)
class Finds:
    """What was found around the text, by the key a layout would have."""

    elements: dict[str, list[Element]] = field(default_factory=dict)

    def add(self, key: str, element: Element) -> None:
        self.elements.setdefault(key, []).append(element)

    def tell_apart(self) -> None:
        """Of several lines with dates, those that say they are of an update."""
        found = self.elements.get("published", [])
        updated = [one for one in found if dates.is_update(normal("".join(one.itertext())))]
        if updated and len(updated) < len(found):
            self.elements["published"] = [one for one in found if one not in updated]
            self.elements["modified"] = updated
        elif found and len(found) == 1:
            self.elements["modified"] = found  # a line may give both

    def first(self, key: str, element: Element) -> None:
        self.elements.setdefault(key, [element])


def title_of(block: Block, finds: Finds) -> str:
    """The words of the title's line, without a date that stands beside them in an element of its own."""
    text = block.text
    for part in block.element.iterdescendants():
        said = normal(inner_text(part)) if isinstance(part.tag, str) else ""
        named = dates.is_labelled(said) or DATE.search(f"{part.get('class') or ''} {part.get('id') or ''}")
        if said and said != text and said in text and named and dates.letters_beside(said) == 0:
            finds.add("published", part)
            text = normal(text.replace(said, " "))
    return text


def before(lines: Sequence[Block], extent: Extent, finds: Finds) -> None:
    """Category and, in the same box, a date above the title."""
    title = folded(lines[extent.title].text)
    for block in reversed(lines[max(0, extent.title - 8) : extent.title]):
        text = block.text
        inside = within(block.element, extent.around) and extent.around.tag not in ROOTS
        near = extent.title - block.index < 4  # noqa: PLR2004 - right above it
        if folded(text) == title:
            continue
        if prints_date(block):
            if inside and near:
                finds.first("published", block.element)
            continue
        if TOOLS.search(text) or UNTITLED.fullmatch(text) or is_furniture(text):
            continue
        trail = trail_of(block) is not None or (near and len(STEPS.split(text)) > 1)
        sectioned = near and len(text) <= 40 and SECTION.search(block.element.get("class") or "") is not None  # noqa: PLR2004 - names of sections are short
        if (trail or inside or sectioned) and "category" not in finds.elements:
            _category(block, trail=trail, title=title, finds=finds)


def trail_of(block: Block) -> Element | None:
    """The breadcrumb it is part of."""
    for one in (block.element, *block.element.iterancestors()):
        if TRAIL.search(f"{one.get('class') or ''} {one.get('id') or ''}"):
            return one
        if one.tag in BLOCK_OF_TRAIL:
            break
    parts = STEPS.split(block.text)
    return block.element if len(parts) > 1 and HOME.fullmatch(parts[0].strip()) else None


def _category(block: Block, *, trail: bool, title: str, finds: Finds) -> None:
    """The last section that is named: a link of the breadcrumb, or the line itself; it is kept as an element of its own."""
    links = [normal(inner_text(link)) for link in block.element.iter("a")] if trail else []
    said = [normal(part) for part in STEPS.split(block.text)] if len(links) < 2 else links  # noqa: PLR2004 - links need no signs between them
    said = [one for one in said if one and not HOME.fullmatch(one) and folded(one) != title and not is_site(one)]
    if said and len(said[-1]) <= 60 and not NO_SECTION.search(said[-1]) and (trail or block.is_link or block.letters <= 40):  # noqa: PLR2004 - names of sections are short
        named = block.element.makeelement("span")
        named.text = said[-1]
        finds.first("category", named)


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
        elif prints_date(block):
            finds.add("published", element)
            _signed_beside(element, finds)
        elif is_furniture(text) or (len(text) <= HEADER and (TOOLS.search(text) or trail_of(block) is not None)):
            clear(block)
        elif _signs(block):
            finds.first("byline", element)
        elif block.is_link and "category" not in finds.elements and len(text) <= 60 and not within(element, body):  # noqa: PLR2004
            _category(block, trail=False, title=title, finds=finds)
            clear(block)
        elif block.linked * 3 > block.letters and not within(element, body):
            clear(block)
    _dated_lead(lines[extent.first], finds)


def _is_date_beside(block: Block) -> bool:
    """T3, a frame for Joomla's themes, has what is known of an article in an <aside> between title and text."""
    return prints_date(block) and any(one.tag == "aside" for one in block.element.iterancestors())


def _signed_beside(element: Element, finds: Finds) -> None:
    """A name in the line of the date, in a part of it that is labelled or called after its author."""
    for part in element.iterdescendants():
        signed = _signed(part)
        if signed and (signed.method or SIGNING.search(part.get("class") or "")):
            finds.first("byline", part)


def _signed(element: Element) -> byline.Signed | None:
    """What a line or box of its own says of who wrote it; nothing where it names the account that entered it."""
    text = normal(inner_text(element))
    return None if POSTED.match(text) else byline.parse(text, byline.Naming())


def _lead(block: Block, body: Element, finds: Finds) -> None:
    """The sapo, by the name of its element, or because it stands outside the text."""
    element = block.element
    named = " ".join(
        f"{one.get('class') or ''} {one.get('id') or ''}" for one in (element, element.getparent()) if one is not None and one is not body
    )
    if element is not body and not is_caption(block) and (LEADING.search(named) or not within(element, body)):
        finds.add("lead", element)


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
    day = block.element.makeelement("span")
    day.text = found[1]
    finds.first("published", day)


def _signs(block: Block) -> bool:
    """A name on a line of its own: labelled, or in an element called after its author."""
    named = f"{block.element.get('class') or ''} {block.element.get('id') or ''}"
    signed = None if POSTED.match(block.text) else byline.parse(block.text, byline.Naming())
    return signed is not None and (bool(signed.method) or (SIGNING.search(named) is not None and _signed(block.element) is not None))


def after(lines: Sequence[Block], extent: Extent, body: Element, finds: Finds) -> None:
    """What stands below the text but still belongs to the article: name, source, files, keywords, a date. All else there goes."""
    _files(lines[extent.first : extent.last + 1], finds)
    end = max((one.index for one in lines[extent.first : extent.last + 1] if is_paragraph(one)), default=extent.last)
    _file_boxes(lines[end + 1 : extent.last + 1], body, finds)
    for block in lines[extent.first : extent.last + 1]:
        text = block.text
        if not within(block.element, body):
            if block.own < PARAGRAPH or block.aside or is_foot(block):
                _place(block, finds)
        elif block.index > end and KEYWORDS.match(text):
            _keywords(block, finds)
            clear(block)
        elif block.index > end and prints_date(block) and dates.is_labelled(text):
            finds.add("published", block.element)
    for block in lines[extent.last + 1 : extent.last + 12]:
        if KEYWORDS.match(block.text):
            _keywords(block, finds)


def _files(lines: Sequence[Block], finds: Finds) -> None:
    """The files listed under a heading of their own."""
    heading = next((block for block in lines if FILES.fullmatch(block.text)), None)
    if heading is None:
        return
    clear(heading)
    for block in lines[heading.index - lines[0].index + 1 :]:
        links = [link for link in block.element.iter("a") if is_file(link.get("href") or "")]
        if links and block.linked * 2 > block.letters:
            for link in links:
                finds.add("attachments", link)
            clear(block)


def _file_boxes(lines: Sequence[Block], body: Element, finds: Finds) -> None:
    """Boxes below the text that are called after the files in them."""
    boxes = dict.fromkeys(
        one for block in lines for one in block.element.iterancestors() if FILE_BOX.search(one.get("class") or "") and within(one, body)
    )
    for box in boxes:
        for link in box.iter("a"):
            if is_file(link.get("href") or "") and normal(inner_text(link)):  # not the one around its icon
                finds.add("attachments", link)
        box.set("hidden", "")


def _place(block: Block, finds: Finds) -> None:
    text, element = block.text, block.element
    files = [link for link in element.iter("a") if is_file(link.get("href") or "")]
    if files:
        for link in files:
            finds.add("attachments", link)
    elif KEYWORDS.match(text):
        _keywords(block, finds)
    elif prints_date(block) and not block.is_link:
        finds.add("published", element)
        return
    elif SOURCE.match(text):
        signed = byline.parse(text, byline.Naming())
        finds.add("byline" if signed and signed.authors else "source", element)
        return
    elif _signs(block) or (byline.parse(text, byline.Naming()) and not block.linked):
        finds.add("byline", element)
        return
    clear(block)


def _keywords(block: Block, finds: Finds) -> None:
    around = block.element if block.linked else block.element.getparent()
    for link in around.iter("a") if around is not None else ():
        finds.add("tags", link)


def clear(block: Block) -> None:
    """Take a line away; blocks inside its element stay."""
    element = block.element
    if not any(one.tag in BLOCK for one in element.iterdescendants()):
        element.set("hidden", "")
        return
    element.text = None
    for child in element:
        child.tail = None
        if isinstance(child.tag, str) and child.tag not in BLOCK and not any(one.tag in BLOCK for one in child.iterdescendants()):
            child.set("hidden", "")
