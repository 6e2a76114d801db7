"""What a box or a table is by its shape: data, or a picture and its caption; else it only places things on the page."""

import re
from itertools import islice

from pipelines.reading.text import normal
from pipelines.reading.tree import Element, inner_text, spaced_text

LETTERHEAD = re.compile(
    r"cộng (?:hòa|hoà) xã hội chủ nghĩa|nơi nhận\s*:|(?:ubnd|ủy ban nhân dân|sở công thương).{0,80},\s*ngày\s.{0,12}tháng", re.IGNORECASE | re.DOTALL
)  # tables that place the parts of a letter
SIMPLE = 6  # elements at most around a picture alone
PICTURE_AND_LINE = 2
BESIDE_PICTURE = 120  # characters at most of a line that is a caption by where it stands alone


def is_data(table: Element) -> bool:
    """Rows and columns of words; else it only places a picture, its caption or the whole text on the page."""
    if table.find(".//table") is not None or (table.find(".//img") is None and LETTERHEAD.search(spaced_text(table)[:1000])):
        return False
    rows = [[(cell, inner_text(cell).strip()) for cell in row.iter("td", "th")] for row in table.iter("tr")]
    if any(len(text) > 300 and len(cell.findall(".//p")) > 1 for row in rows for cell, text in row):  # noqa: PLR2004 - a cell with paragraphs
        return False
    return max((sum(1 for _, text in row if text) for row in rows), default=0) > 1


def is_figure(box: Element) -> bool:
    """A picture and one line below it, in a box of their own."""
    if len(box) != PICTURE_AND_LINE or box[1].tag not in {"div", "p", "span", "dd"} or (box.text or "").strip() or (box[0].tail or "").strip():
        return False
    if sum(1 for _ in islice(box[0].iter(), SIMPLE + 1)) > SIMPLE:
        return False
    pictures = 1 if box[0].tag == "img" else len(box[0].findall(".//img"))
    words = normal(inner_text(box[1])) if pictures == 1 and not inner_text(box[0]).strip() and box[1].find(".//img") is None else ""
    return 0 < len(words) <= BESIDE_PICTURE and not words.endswith(".")
