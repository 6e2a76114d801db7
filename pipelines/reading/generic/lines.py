"""Single lines of a page judged by their words and by the names of the elements around them: paragraph, caption, date, box beside the article."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, takewhile

from pipelines.reading import byline, dates
from pipelines.reading.blocks import BESIDE, HEADER, Block
from pipelines.reading.text import is_furniture, normal, opens_comments, opens_related
from pipelines.reading.tree import Element, inner_text

PARAGRAPH = 60  # letters of a line that is one for certain
LISTED = 4  # lines of an address at most behind what announces it
HEADINGS = {"h1": 5, "h2": 4, "h3": 3, "h4": 2}
TITLED = re.compile(
    r"(?<!sub)title|headline|tieu-?_?de|tde|ten-?_?(?:bai|tin)|heading|(?:^|[\s_-])tit(?:$|[\s_-])"
    r"|(?:news|post|article|tin|bai)[_-]?name|name[_-]?(?:news|post)",
    re.IGNORECASE,
)
CAPTION = re.compile(
    r"caption|chu-?_?thich|(?:^|[\s_-])(?:ct|chu)-?_?anh|img-?_?desc|image-?_?desc|(?:img|image|photo|hero|fig|pic|block|row)[_-](?:cap|note)(?![a-z])",
    re.IGNORECASE,
)
IMPRINT = (
    *("bản quyền", "giấy phép số", "giấy phép thiết lập", "giấy phép hoạt động"),
    *("chịu trách nhiệm chính", "chịu trách nhiệm nội dung", "chịu trách nhiệm xuất bản", "ghi rõ nguồn", "copyright", "©"),
    *("thông tin điện tử sở công thương",),
)
FOOT = ("địa chỉ:", "điện thoại:", "đt:", "tel:", "fax:", "email:", "e-mail:", *IMPRINT)  # two of these stand only in the foot of a page
ASKING = re.compile(
    r"liên hệ|gửi (?:về|đến|tới|qua)|đăng ký|nộp|phản ánh|góp ý|tiếp nhận|tổ chức|đầu mối", re.IGNORECASE
)  # what a text gives an address for
POSTED = re.compile(r"(?:người đăng|đăng bởi|viết bởi|bởi|posted by|by)(?!\w)", re.IGNORECASE)  # the account that entered it
TOOLS = re.compile(
    r"cỡ chữ|(?<!\w)a ?- ?a|a ?\+|lượt (?:xem|đọc)|(?<!\w)in (?:trang|bài|ấn)|đọc bài|gửi (?:email|bài)|chia sẻ|đang online", re.IGNORECASE
)
SIGNING = re.compile(
    r"author|tac-?_?gia|byline|(?:^|[\s_-])by(?:$|[\s_-])|nguoi-?_?viet|but-?_?danh|signature|(?:^|[\s_-])tg(?:$|[\s_-])|(?:^|[\s_-])sign(?:$|[\s_-])",
    re.IGNORECASE,
)
OFFICE = re.compile(r"[^–-]+ [–-] (?:văn phòng|phòng|ban|trung tâm|chi cục|thanh tra) .+", re.IGNORECASE)  # behind a name
PLACED = re.compile(
    r"[^\d:|]{2,40},\s*ngày\s+[\d.…]{1,4}\s+tháng\s+[\d.…]{1,4}\s+năm\s+\d{4}\W*", re.IGNORECASE
)  # of a letter: Hà Nội, ngày 5 tháng 9 năm 2023


def is_paragraph(block: Block) -> bool:
    return block.own >= PARAGRAPH and is_text(block) and not block.aside


def is_text(block: Block) -> bool:
    """No heading, caption or line of dates and tools. A lead may stand in a heading, but is a sentence."""
    heading = block.element.tag in HEADINGS and (block.element.tag == "h1" or not block.text.endswith("."))
    return not (heading or TITLED.search(block.element.get("class") or "") or is_header(block) or is_caption(block))


def is_caption(block: Block) -> bool:
    """By what its element is called, or the box that holds it alone."""
    around = block.element.getparent()
    return is_called_caption(block.element) or (around is not None and len(around) == 1 and is_called_caption(around))


def is_called_caption(element: Element) -> bool:
    return element.tag in {"figcaption", "caption"} or CAPTION.search(element.get("class") or "") is not None


def is_header(block: Block) -> bool:
    """A line of date, counter, font size, name: not yet text."""
    if block.is_header is None:
        block.is_header = prints_date(block) or is_furniture(block.text)
    return block.is_header


def prints_date(block: Block) -> bool:
    """Is this line there to give a date? Not one of a letter, nor a sentence with a date in it."""
    text = block.spaced
    if len(text) > HEADER or block.is_link or PLACED.fullmatch(text):
        return False
    beside = dates.letters_beside(text)
    return beside is not None and beside <= (BESIDE / 2 if block.linked * 2 > block.letters else BESIDE)


def is_of_else(lines: Sequence[Block], block: Block) -> bool:
    """Does the line before a date say that it is of something else?"""
    return block.index > 0 and dates.is_label_of_else(lines[block.index - 1].text)


def ends(block: Block) -> bool:
    """Does what is no more the article begin here?"""
    if block.letters > 60:  # noqa: PLR2004 - headings are short
        listed = block.linked * 2 > block.letters and opens_related(block.text.partition(":")[0])
        return block.aside or listed or is_foot(block)
    text = block.text
    return opens_related(text) or opens_comments(text) or (block.linked * 2 > block.letters and opens_related(text.partition(":")[0]))


def is_foot(block: Block) -> bool:
    return block.letters < 1000 and _is_imprint(block.lower) and not _gives_address(block)  # noqa: PLR2004 - imprints are short


def _gives_address(block: Block) -> bool:
    """A paragraph of a text that says where to ask or to send something: right behind another, or in a list that was announced."""
    tag = block.element.tag
    above = [inner_text(one).strip() for one in islice(takewhile(lambda one: one.tag == tag, block.element.itersiblings(preceding=True)), LISTED)]
    if not above or any(mark in block.lower for mark in IMPRINT):
        return False
    asked = block.lower[: min(place for mark in FOOT if (place := block.lower.find(mark)) >= 0)]
    announced = any(words.endswith(":") and ASKING.search(words) for words in above)
    return announced or (len(above[0]) >= PARAGRAPH and ASKING.search(asked) is not None)


@lru_cache(maxsize=4096)  # asked of the same line for several reasons, and of the same line on every page
def _is_imprint(lower: str) -> bool:
    return len([mark for mark in FOOT if mark in lower]) > 1


def within(element: Element, around: Element) -> bool:
    return element is around or around in element.iterancestors()


def signs(block: Block) -> bool:
    """A name on a line of its own: labelled, or in an element called after its author."""
    named = f"{block.element.get('class') or ''} {block.element.get('id') or ''}"
    signed = None if POSTED.match(block.text) else names_in(block.text)
    return signed is not None and (
        bool(signed.method)
        or OFFICE.fullmatch(block.text) is not None
        or (SIGNING.search(named) is not None and signed_by(block.element) is not None)
    )


def signed_by(element: Element) -> byline.Signed | None:
    """What a line or box of its own says of who wrote it; nothing where it names the account that entered it."""
    text = normal(inner_text(element))
    return None if POSTED.match(text) else names_in(text)


@lru_cache(maxsize=1024)  # asked of the same line for several reasons, and of some on every page
def names_in(text: str) -> byline.Signed | None:
    """Whom a line names, of whatever site."""
    return byline.parse(text, byline.Naming())
