"""A reader for pages that no layout describes: it finds the title, and from there the article's lines, by what Vietnamese news pages have in common.

It makes a layout for the one page: what it finds is put under names of its own (`generic:published`) where selectors are looked up, so the rest of
reading is the same as for a page with a layout. All else is cut away around the article. Its finds are guesses and say so.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lxml.html import HtmlElement

from pipelines.layout import Layout
from pipelines.reading import byline, dates
from pipelines.reading.article import Located
from pipelines.reading.blocks import BLOCK, Block, Blocks
from pipelines.reading.links import is_file
from pipelines.reading.names import is_site
from pipelines.reading.select import Hit, Page
from pipelines.reading.structured import Structured
from pipelines.reading.text import folded, is_furniture, normal, opens_comments, opens_related

LAYOUT = Layout()  # for pages of which not even a site is known
LEAST = 150  # letters of running text before a page counts as an article
PARAGRAPH = 60  # letters of a line that is one for certain
BOX = 9  # lines at most of a box of other articles that stands between paragraphs
NEAR = 18  # lines at most between the title and the first paragraph
BESIDE = 40  # letters beside the date in a line that is there to give it
HEADER = 140  # letters at most of a line that gives date, counter or name
ROOTS = frozenset({"html", "body", "form"})
LISTS = 0.5  # share of links above which the lines after a title are a list of others
HEADINGS = {"h1": 5, "h2": 4, "h3": 3, "h4": 2}
TITLED = re.compile(r"title|headline|tieu-?_?de|tde|ten-?_?bai|heading", re.IGNORECASE)
BOXED = re.compile(r"portlet|block|box|widget|khung|group", re.IGNORECASE)
LEADING = re.compile(r"sapo|lead(?!er)|summary|trich|tom-?_?tat|mo-?_?ta|intro|hometext|excerpt|chapeau|descript", re.IGNORECASE)
SIGNING = re.compile(r"author|tac-?_?gia|byline|nguoi-?_?viet|but-?_?danh|signature", re.IGNORECASE)
ASIDE = re.compile(  # one name of a class or id
    r"\S*(?:comment(?!s?-(?:open|closed))|binh-?_?luan|related|lien-?_?quan|sidebar|footer|breadcrumb|other-?_?(?:news|article|item)|tin-?_?khac|tin-?_?cu"
    r"|cung-?_?chuyen|cung-?_?muc|navbar|navigation|captcha|tham-?_?do|thong-?_?ke|quang-?_?cao|duong-?_?dan|sharing|addthis)\S*"
    r"|(?:\S*[_-])?(?:menu|nav|poll|counter|share|social|tags?|path|widget)(?:[_-]?(?:box|list|wrap(?:per)?|area|block|links?|bar|buttons?|icons?|line|items?))?",
    re.IGNORECASE,
)
TRAIL = re.compile(r"breadcrumb|duong-?_?dan|(?:^|[\s_-])path(?:$|[\s_-])|pathway", re.IGNORECASE)
NO_SECTION = re.compile(r"\d{4}|^\W*\d*\W*$|:")
TOOLS = re.compile(
    r"cỡ chữ|(?<!\w)a ?- ?a|a ?\+|lượt (?:xem|đọc)|(?<!\w)in (?:trang|bài)|đọc bài|gửi (?:email|bài)|chia sẻ|đang online", re.IGNORECASE
)
SECTION = re.compile(r"categor|chuyen-?_?muc|cat-?_?(?:name|title|heading)|section|linh-?_?vuc|ptitle|module-?_?title", re.IGNORECASE)
STEPS = re.compile(r"\s*(?:[»›>/|]|::)\s*")
HOME = re.compile(r"(?:trang chủ|trang nhất|home|homepage)", re.IGNORECASE)
KEYWORDS = re.compile(r"(?:từ kh[oó]á?a?|tags?|thẻ)\s*:?", re.IGNORECASE)
FILES = re.compile(r"(?:các )?(?:tệp|file|tài liệu|văn bản|tập tin)(?: tin)? ?(?:đính kèm|kèm theo|gắn kèm)?\s*:?|tải về\s*:?", re.IGNORECASE)
SOURCE = re.compile(r"(?:theo|nguồn)(?: tin)?\s*:?\s", re.IGNORECASE)
FOOT = re.compile(  # two of these stand only in the foot of a page
    r"địa chỉ\s*:|(?:điện thoại|đt|tel|fax|email|e-mail)\s*:|bản quyền|giấy phép (?:số|thiết lập|hoạt động)|chịu trách nhiệm (?:chính|nội dung|xuất bản)"
    r"|ghi rõ nguồn|copyright|©|(?:trang|cổng) thông tin điện tử sở công thương",
    re.IGNORECASE,
)
DATED = re.compile(r"\s*(\d{4}-\d{1,2}-\d{1,2})\s*[-–—:]\s+(?=\S)")  # 2015-03-24 - Thực hiện …, at the head of a lead
PLACED = re.compile(
    r"[^\d:|]{2,40},\s*ngày\s+[\d.…]{1,4}\s+tháng\s+[\d.…]{1,4}\s+năm\s+\d{4}\W*", re.IGNORECASE
)  # of a letter: Hà Nội, ngày 5 tháng 9 năm 2023
UNTITLED = re.compile(
    r"(?:xem )?chi tiết(?: (?:tin|bài viết|tin tức))?|tin(?: tức)?(?: -)? sự kiện|tin tức|trang chủ|đang online.*|online.*", re.IGNORECASE
)
CAPTION = re.compile(r"caption|chu-?_?thich|img-?_?desc|image-?_?desc", re.IGNORECASE)
MAIN = 0.7  # share of the paragraphs that the element of the text holds
POSTED = re.compile(r"(?:người đăng|đăng bởi|bởi|posted by|by)(?!\w)", re.IGNORECASE)  # the account that entered it
DAY_ONLY = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}\s*[-–—:]?\s*")
SEPARATORS = re.compile(r"\s+(?:[-–—|»]|::)\s+|\s*\|\s*")


@dataclass(frozen=True, slots=True)
class _Extent:
    """Where the article stands among the lines: title, first paragraph, last line (its own), and the element around all of it."""

    title: int
    first: int
    last: int
    around: HtmlElement


@dataclass(slots=True)
class _Finds:
    """What was found around the text, by the key a layout would have."""

    elements: dict[str, list[HtmlElement]] = field(default_factory=dict)

    def add(self, key: str, element: HtmlElement) -> None:
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

    def first(self, key: str, element: HtmlElement) -> None:
        self.elements.setdefault(key, [element])


def locate(page: Page, layout: Layout = LAYOUT) -> Located | None:
    """Title and body, with a layout for this page over `layout`; or None where there are no paragraphs under a title. Cuts the page down to them."""
    blocks = Blocks(page.root)
    extent = _extent(page, blocks)
    if extent is None:
        return None
    finds = _Finds()
    lines = blocks.all
    body = _body(lines, extent)
    _before(lines, extent, finds)
    _between(lines, extent, body, finds)
    _after(lines, extent, body, finds)
    title = Hit(lines[extent.title].element, lines[extent.title].text, "title")
    if _within(lines[extent.first].element, title.element):  # words of a box that holds the text too
        _clear(lines[extent.title])
    whole = extent.around if extent.around.tag not in ROOTS else body
    _cut(lines, extent, whole)
    finds.tell_apart()
    names = {key: [f"generic:{key}"] for key in finds.elements}
    page.seen.update({f"generic:{key}": found for key, found in finds.elements.items()})
    return Located(page, title, Hit(whole, None, "lines"), "generic", layout.model_copy(update=names) if names else layout)


# -- where the article is


def _extent(page: Page, blocks: Blocks) -> _Extent | None:
    clues = _clues(page)
    best: tuple[float, _Extent] | None = None
    for block in blocks:
        worth = _as_title(block, clues)
        if not worth or (extent := _from(block, blocks)) is None:
            continue
        if not clues and worth < 1 and block.index and _is_paragraph(blocks.all[block.index - 1]):
            continue  # a line between paragraphs
        worth += min(3.0, _weight(blocks, extent) / 600) if clues else _weight(blocks, extent) / 110 - 0.7 * (extent.first - extent.title)
        if best is None or worth >= best[0]:
            best = worth, extent
    return best[1] if best else None


def _clues(page: Page) -> frozenset[str]:
    """What the page tells machines that it is called, folded; whole, and the parts of its <title> but for the site's name."""
    structured = Structured.of(page.root)
    parts = [value for _, value in structured.values("headline", "og:title", "twitter:title")]
    for title in list(page.root.iter("title"))[:1]:
        whole = normal(title.text or "")
        split = SEPARATORS.split(whole)
        parts += split if any(is_site(part) or UNTITLED.fullmatch(part) for part in split) else [whole, *split]
    return frozenset(
        folded(part)
        for part in parts
        if len(part) > 11 and not is_site(part) and not UNTITLED.fullmatch(part)  # noqa: PLR2004 - shorter ones name sections
    )


def _as_title(block: Block, clues: frozenset[str]) -> float:
    """How much a line looks like the title; 0 if not at all."""
    element = block.element
    if not (4 if element.tag in HEADINGS else 12) <= block.letters <= 400:  # noqa: PLR2004 - titles of departments have up to 300 letters
        return 0.0
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    heading = HEADINGS.get(element.tag, 0)
    titled = (-2 if BOXED.search(named) else 2) if TITLED.search(named) else 0
    text = folded(block.text)
    told = (
        6 if text in clues else 4 if any(len(text) > 24 and (one.startswith(text) or text.startswith(one)) and len(one) > 24 for one in clues) else 0
    )  # noqa: PLR2004
    mixed = block.linked * 3 > block.letters and not (told or heading)
    if not (heading or titled or told or not clues) or (block.is_link and not (told and heading)) or mixed:
        return 0.0
    if UNTITLED.fullmatch(block.text) or opens_related(block.text) or (not told and is_furniture(block.text)):
        return 0.0
    if is_site(block.text) or dates.published(block.text) and block.letters < 60 and not told or _aside(element):  # noqa: PLR2004 - a line with a date
        return 0.0
    return heading + titled + told + (0 if clues else 0.5 - 3 * block.text.endswith((".", ":", ";")))


def _from(title: Block, blocks: Blocks) -> _Extent | None:
    """The article that begins under this line, if one does."""
    lines = blocks.all
    first = None
    for block in lines[title.index + 1 : title.index + 1 + NEAR]:
        if _ends(block):
            return None
        if _is_paragraph(block) and not block.is_link:
            first = block
            break
    if first is None:
        return None
    around = _common(title.element, first.element)
    inside = around if around.tag not in ROOTS else _branch(around, first.element)
    last = _last(lines, first.index, inside)
    kept = [block for block in lines[first.index : last + 1] if not _aside(block.element)]
    own, linked = sum(one.own for one in kept), sum(one.linked for one in kept)
    if own < LEAST or linked > LISTS * (own + linked):
        return None
    return _Extent(title.index, first.index, last, around)


def _last(lines: Sequence[Block], first: int, inside: HtmlElement) -> int:
    """The last line before other articles, comments and the foot of the page. A box between paragraphs of one element ends nothing."""
    last = first
    holders = set[object]()  # elements around paragraphs, and what such elements are called: a text may stand in several alike
    for block in lines[first:]:
        if not _within(block.element, inside):
            break
        if (
            block.index > first
            and _ends(block)
            and not any(
                not holders.isdisjoint(_holder(one))
                for one in lines[block.index + 1 : block.index + 1 + BOX]
                if one.own >= PARAGRAPH and not _aside(one.element)
            )
        ):
            break
        if block.own >= PARAGRAPH and block.element.tag == "p":
            holders |= _holder(block)
        last = block.index
    return last


def _is_paragraph(block: Block) -> bool:
    return block.own >= PARAGRAPH and _is_text(block) and not _aside(block.element)


def _holder(block: Block) -> set[object]:
    parent = block.element.getparent()
    if parent is None:
        return set()
    names = (parent.get("class") or "").split()
    return {parent, (parent.getparent(), names[0])} if names else {parent}


def _is_text(block: Block) -> bool:
    """No heading, caption or line of dates and tools."""
    return not (block.element.tag in HEADINGS or TITLED.search(block.element.get("class") or "") or _is_header(block) or _is_caption(block))


def _weight(blocks: Blocks, extent: _Extent) -> int:
    """Letters of the paragraphs in the element that holds most of them."""
    mass = _mass(blocks.all, extent)
    return mass[_deepest(mass)] if mass else 0


def _mass(lines: Sequence[Block], extent: _Extent) -> dict[HtmlElement, int]:
    """Letters of the article's paragraphs, by each element around them."""
    mass: dict[HtmlElement, int] = {}
    for one in lines[extent.first : extent.last + 1]:
        if one.own >= PARAGRAPH and not _aside(one.element) and not _is_foot(one):
            for element in (one.element, *one.element.iterancestors()):
                mass[element] = mass.get(element, 0) + one.own
    return mass


def _ends(block: Block) -> bool:
    """Does what is no more the article begin here?"""
    if block.letters > 60:  # noqa: PLR2004 - headings are short
        listed = block.linked * 2 > block.letters and opens_related(block.text.partition(":")[0])
        return _aside(block.element) or listed or _is_foot(block)
    text = block.text
    return opens_related(text) or opens_comments(text) or (block.linked * 2 > block.letters and opens_related(text.partition(":")[0]))


def _is_foot(block: Block) -> bool:
    return block.letters < 1000 and len(FOOT.findall(block.text)) > 1  # noqa: PLR2004 - imprints are short


def _aside(element: HtmlElement) -> bool:
    """Does it stand in a box beside the article, by the names of the elements around it?"""
    for one in (element, *element.iterancestors()):
        if one.tag in {"body", "html"}:
            return False
        if one.tag in {"nav", "footer", "aside"}:
            return True
        named = f"{one.get('class') or ''} {one.get('id') or ''}"
        if len(named) > 1 and _names_aside(named):
            return True
    return False


@lru_cache(maxsize=4096)
def _names_aside(named: str) -> bool:
    return any(ASIDE.fullmatch(name) for name in named.split())


def _common(one: HtmlElement, other: HtmlElement) -> HtmlElement:
    """The nearest element around both."""
    around = {other, *other.iterancestors()}
    return next(each for each in (one, *one.iterancestors()) if each in around)


def _branch(around: HtmlElement, inside: HtmlElement) -> HtmlElement:
    """The child of `around` that holds `inside`."""
    below = inside
    for one in (inside, *inside.iterancestors()):
        if one is around:
            return below
        below = one
    return inside


def _within(element: HtmlElement, around: HtmlElement) -> bool:
    return element is around or around in element.iterancestors()


def _body(lines: Sequence[Block], extent: _Extent) -> HtmlElement:
    """The element around most of the paragraphs: a lead may stand before it, names and files after it."""
    mass = _mass(lines, extent)
    body = _deepest(mass) if mass else lines[extent.first].element
    parent = body.getparent()
    return parent if body.tag in {"p", "li", "h1", "h2", "h3", "h4"} and parent is not None else body


def _deepest(mass: dict[HtmlElement, int]) -> HtmlElement:
    """The innermost element that holds its share."""
    least = MAIN * max(mass.values())
    return max((element for element, held in mass.items() if held >= least), key=lambda element: sum(1 for _ in element.iterancestors()))


def _is_caption(block: Block) -> bool:
    element = block.element
    return element.tag in {"figcaption", "caption"} or CAPTION.search(f"{element.get('class') or ''}") is not None


# -- what stands around the text


def _prints_date(block: Block) -> bool:
    """Is this line there to give a date? Not one of a letter, nor a sentence with a date in it."""
    text = block.text
    if len(text) > HEADER or block.is_link or PLACED.fullmatch(text):
        return False
    beside = dates.letters_beside(text)
    return beside is not None and beside <= (BESIDE / 2 if block.linked * 2 > block.letters else BESIDE)


def _is_header(block: Block) -> bool:
    """A line of date, counter, font size, name: not yet text."""
    text = block.text
    return _prints_date(block) or is_furniture(text)


def _before(lines: Sequence[Block], extent: _Extent, finds: _Finds) -> None:
    """Category and, in the same box, a date above the title."""
    title = folded(lines[extent.title].text)
    for block in reversed(lines[max(0, extent.title - 8) : extent.title]):
        text = block.text
        inside = _within(block.element, extent.around) and extent.around.tag not in ROOTS
        near = extent.title - block.index < 4  # noqa: PLR2004 - right above it
        if folded(text) == title:
            continue
        if _prints_date(block):
            if inside and near:
                finds.first("published", block.element)
            continue
        if TOOLS.search(text) or UNTITLED.fullmatch(text) or is_furniture(text):
            continue
        trail = _trail(block) is not None or (near and len(STEPS.split(text)) > 1)
        sectioned = near and len(text) <= 40 and SECTION.search(block.element.get("class") or "") is not None  # noqa: PLR2004 - names of sections are short
        if (trail or inside or sectioned) and "category" not in finds.elements:
            _category(block, trail=trail, title=title, finds=finds)


def _trail(block: Block) -> HtmlElement | None:
    """The breadcrumb it is part of."""
    for one in (block.element, *block.element.iterancestors()):
        if TRAIL.search(f"{one.get('class') or ''} {one.get('id') or ''}"):
            return one
        if one.tag in BLOCK_OF_TRAIL:
            break
    parts = STEPS.split(block.text)
    return block.element if len(parts) > 1 and HOME.fullmatch(parts[0].strip()) else None


BLOCK_OF_TRAIL = frozenset({"table", "section", "article", "main", "body"})


def _category(block: Block, *, trail: bool, title: str, finds: _Finds) -> None:
    """The last section that is named: a link of the breadcrumb, or the line itself; it is kept as an element of its own."""
    said = [normal(part) for part in STEPS.split(block.text)]
    said = [one for one in said if one and not HOME.fullmatch(one) and folded(one) != title and not is_site(one)]
    if said and len(said[-1]) <= 60 and not NO_SECTION.search(said[-1]) and (trail or block.is_link or block.letters <= 40):  # noqa: PLR2004 - names of sections are short
        named = block.element.makeelement("span")
        named.text = said[-1]
        finds.first("category", named)


def _between(lines: Sequence[Block], extent: _Extent, body: HtmlElement, finds: _Finds) -> None:
    """What stands between title and text: date, name, lead, tools."""
    title = folded(lines[extent.title].text)
    for block in lines[extent.title + 1 : extent.first + 1]:
        text = block.text
        element = block.element
        if folded(text) == title or _aside(element):
            _clear(block)
        elif block.index >= extent.first or (block.own >= PARAGRAPH and not _is_header(block)):
            _lead(block, body, finds)
        elif _prints_date(block):
            finds.add("published", element)
        elif is_furniture(text) or (len(text) <= HEADER and (TOOLS.search(text) or _trail(block) is not None)):
            _clear(block)
        elif _signs(block):
            finds.first("byline", element)
        elif block.is_link and "category" not in finds.elements and len(text) <= 60 and not _within(element, body):  # noqa: PLR2004
            _category(block, trail=False, title=title, finds=finds)
            _clear(block)
        elif block.linked * 3 > block.letters and not _within(element, body):
            _clear(block)
    _dated_lead(lines[extent.first], finds)


def _lead(block: Block, body: HtmlElement, finds: _Finds) -> None:
    """The sapo, by the name of its element, or because it stands outside the text."""
    element = block.element
    named = " ".join(
        f"{one.get('class') or ''} {one.get('id') or ''}" for one in (element, element.getparent()) if one is not None and one is not body
    )
    if element is not body and not _is_caption(block) and (LEADING.search(named) or not _within(element, body)):
        finds.add("lead", element)


def _dated_lead(block: Block, finds: _Finds) -> None:
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
    return signed is not None and (bool(signed.method) or SIGNING.search(named) is not None)


def _after(lines: Sequence[Block], extent: _Extent, body: HtmlElement, finds: _Finds) -> None:
    """What stands below the text but still belongs to the article: name, source, files, keywords, a date. All else there goes."""
    files = False
    end = max((one.index for one in lines[extent.first : extent.last + 1] if _is_paragraph(one)), default=extent.last)
    for block in lines[extent.first : extent.last + 1]:
        text = block.text
        if FILES.fullmatch(text):
            files = True
            _clear(block)
        elif files and (links := [link for link in block.element.iter("a") if is_file(link.get("href") or "")]) and block.linked * 2 > block.letters:
            for link in links:
                finds.add("attachments", link)
            _clear(block)
        elif not _within(block.element, body):
            if block.own < PARAGRAPH or _aside(block.element) or _is_foot(block):
                _place(block, finds)
        elif block.index > end and KEYWORDS.match(text):
            _keywords(block, finds)
            _clear(block)
        elif block.index > end and _prints_date(block) and dates.is_labelled(text):
            finds.add("published", block.element)
    for block in lines[extent.last + 1 : extent.last + 12]:
        if KEYWORDS.match(block.text):
            _keywords(block, finds)


def _place(block: Block, finds: _Finds) -> None:
    text, element = block.text, block.element
    files = [link for link in element.iter("a") if is_file(link.get("href") or "")]
    if files:
        for link in files:
            finds.add("attachments", link)
    elif KEYWORDS.match(text):
        _keywords(block, finds)
    elif _prints_date(block) and not block.is_link:
        finds.add("published", element)
        return
    elif SOURCE.match(text):
        signed = byline.parse(text, byline.Naming())
        finds.add("byline" if signed and signed.authors else "source", element)
        return
    elif _signs(block) or (byline.parse(text, byline.Naming()) and not block.linked):
        finds.add("byline", element)
        return
    _clear(block)


def _keywords(block: Block, finds: _Finds) -> None:
    around = block.element if block.linked else block.element.getparent()
    for link in around.iter("a") if around is not None else ():
        finds.add("tags", link)


# -- cutting


def _clear(block: Block) -> None:
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


def _cut(lines: Sequence[Block], extent: _Extent, whole: HtmlElement) -> None:
    """Take away what stands in `whole` before the title and after the last line."""
    title, last = lines[extent.title].element, lines[extent.last].element
    if title is not whole and _within(title, whole):
        for one in _path(title, whole):
            for other in list(one.itersiblings(preceding=True)):
                _drop(other)
    if last is not whole and _within(last, whole):
        for one in _path(last, whole):
            for other in list(one.itersiblings()):
                _drop(other)
    if title is whole:
        for block in lines[: extent.title]:
            if _within(block.element, whole):
                _clear(block)
    for block in lines[extent.title + 1 : extent.last + 1]:
        if _aside(block.element) and block.element is not whole and _within(block.element, whole):
            _clear(block)


def _path(element: HtmlElement, whole: HtmlElement) -> Iterator[HtmlElement]:
    for one in (element, *element.iterancestors()):
        if one is whole:
            return
        yield one


def _drop(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is not None:
        element.tail = None
        parent.remove(element)
