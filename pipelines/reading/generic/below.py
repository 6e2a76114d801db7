"""What stands below the text and still belongs to the article: name, source, files, keywords, a date. All else there goes."""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import islice, takewhile

from pipelines.reading import dates
from pipelines.reading.blocks import HEADER, Block
from pipelines.reading.byline import Signed
from pipelines.reading.generic.around import says_when_posted
from pipelines.reading.generic.extent import Extent
from pipelines.reading.generic.finds import Finds, clear, date_part, dated, is_whole, links_of, made, own
from pipelines.reading.generic.lines import (
    PARAGRAPH,
    SIGNING,
    TOOLS,
    ends,
    is_caption,
    is_foot,
    is_header,
    is_of_else,
    is_paragraph,
    names_in,
    prints_date,
    signs,
    within,
)
from pipelines.reading.generic.writer import is_labelled_above, named_in
from pipelines.reading.links import OTHER_ARTICLE, is_file, names_file
from pipelines.reading.names import kind_of
from pipelines.reading.text import normal
from pipelines.reading.tree import Element, inner_text

KEYWORDS = re.compile(r"(?:từ kh[oó]á?a?|tags?)(?!\w)\s*:?|(?:thẻ|chủ đề)\s*(?::|$)", re.IGNORECASE)
LABELS = re.compile(r"(?:^|[\s_-])(?:tags?|keywords?|tu-?_?khoa)(?:$|[\s_-])", re.IGNORECASE)
LABEL_PATH = re.compile(r"/(?:tags?|the|tu-?khoa|chu-?de|hashtag)/", re.IGNORECASE)
OTHER_LINK = 15  # letters of the title of another article, beside whose date it stands
MOST_TOOLS = 6  # lines of tools below the name
SIGNERS = re.compile(r"giám đốc|chủ tịch|trưởng phòng|trưởng ban|chánh|đã ký|nơi nhận", re.IGNORECASE)
MOST_KEYWORDS = 20  # elements behind their label that are looked at
ADDRESSED = re.compile(r"(?:ông|bà|mr|mrs|ms)\.?\s", re.IGNORECASE)
SIZES = 30  # letters at most beside a file that tell its size
FURTHER = 11  # lines below the element around the article that may still tell of it
FILES = re.compile(
    r"(?:các )?(?:tệp|file|tài liệu|văn bản|tập tin|biểu mẫu|phụ lục)(?:(?: \w+){0,3} (?:đính kèm|kèm theo|gắn kèm|gửi kèm))?(?: tin)?"
    r"\s*(?:\(\d+\))?\s*:?"
    r"|tải về\s*:?",
    re.IGNORECASE,
)
FILE_BOX = re.compile(r"attachments-?_?(?:list|container|box)|(?:tep|file)-?_?dinh-?_?kem|file-?_?list", re.IGNORECASE)
SOURCE_INSIDE = re.compile(r"nguồn(?: tin)?\s*:", re.IGNORECASE)
SOURCE = re.compile(r"(?:theo|nguồn)(?: tin)?\s*:?\s", re.IGNORECASE)


def after(lines: Sequence[Block], extent: Extent, body: Element, finds: Finds) -> None:
    """What stands below the text but still belongs to the article: name, source, files, keywords, a date. All else there goes."""
    further = takewhile(lambda block: not ends(block), (one for one in lines[extent.last + 1 : extent.last + 1 + FURTHER] if not one.aside))
    _files([*lines[extent.first : extent.last + 1], *further], finds)
    paragraphs = [one.index for one in lines[extent.first : extent.last + 1] if is_paragraph(one)]
    end, second = (max(paragraphs), min(paragraphs[1:], default=0)) if paragraphs else (extent.last, 0)
    _file_boxes(lines[end + 1 : extent.last + 1], body, finds)
    start = next((one.index for one in lines[extent.first : extent.last + 1] if within(one.element, body)), extent.first)
    for block in lines[extent.first : extent.last + 1]:
        text = block.text
        if not within(block.element, body):
            short = (block.own < PARAGRAPH or is_header(block)) and not is_caption(block) and not start < block.index < end
            if short or block.aside or is_foot(block):
                _place(lines, block, finds)
        elif block.index > end and KEYWORDS.match(block.spaced):
            _keywords(block, finds)
            clear(block)
        elif block.index > end and SIGNING.search(block.names) and (signed := names_in(text)) and not signed.method:
            finds.first("byline", own(block))
        elif not second <= block.index <= end and _is_published(lines, block, finds, below=block.index > end):
            named_in(lines, block, "", finds)
            finds.add("published", dated(lines, block))  # below the text, or between a lead and the text
    for block in _behind_name([one for one in lines[end + 1 : extent.last + 1] if within(one.element, body) and not one.aside]):
        clear(block)
    _keywords_below(lines[end + 1 : extent.last + 1 + FURTHER], extent.last, finds)
    if "published" not in finds.elements:
        _day_elsewhere(lines, end, extent.last, finds)


def _day_elsewhere(lines: Sequence[Block], end: int, last: int, finds: Finds) -> None:
    """The day in a line below the text that names the writer too, or with its label on a card of what is known of the article."""
    for block in lines[end + 1 : last + 1]:
        sourced = SOURCE_INSIDE.search(block.text) is not None
        if not (prints_date(block) or sourced) or _is_of_another(lines, block) or is_of_else(lines, block):
            continue
        if (part := date_part(block)) is not None:
            named_in(lines, block, "", finds)
            for one in block.element if sourced else ():
                if (signed := names_in(normal(inner_text(one)))) and signed.source:
                    finds.add("source", deepcopy(one))
            finds.add("published", made(normal(inner_text(part))))
            clear(block)
            return
    posted = (one for one in lines[end + 1 : last + 1 + FURTHER] if says_when_posted(lines, one))
    for block in islice(posted, 1):
        finds.add("published", dated(lines, block))


def _keywords_below(lines: Sequence[Block], last: int, finds: Finds) -> None:
    """Keywords below the element around the article, or without a word before them."""
    for block in lines:
        if block.index > last and KEYWORDS.match(block.spaced):
            _keywords(block, finds)
        elif block.is_link and "tags" not in finds.elements:
            _labels(block, finds)


def _behind_name(tail: Sequence[Block]) -> Iterator[Block]:
    """Short lines behind whoever wrote the article are tools, whatever they say; not below who signed a letter."""
    if any(SIGNERS.search(block.text) for block in tail):
        return
    for place, block in enumerate(tail):
        signed = names_in(block.text)
        if signed and (signed.method or _is_set_apart(block) or any(one.kind != "person" for one in signed.authors)):
            rest = tail[place + 1 :]
            if len(rest) <= MOST_TOOLS and all(one.letters < PARAGRAPH for one in rest):
                yield from (one for one in rest if not _tells(one))
            return


def _is_set_apart(block: Block) -> bool:
    """At the right, or bold: so names stand below a text."""
    element = block.element
    looks = f"{element.get('align') or ''} {element.get('style') or ''} {element.get('class') or ''}".lower()
    return "right" in looks or (len(element) == 1 and element[0].tag in {"b", "strong"} and normal(inner_text(element[0])) == block.text)


def _tells(block: Block) -> bool:
    """Does a line name somebody, a source, a day, a file or keywords, or stand under a picture?"""
    before = block.element.getprevious()
    under = is_caption(block) or (before is not None and before.find(".//img") is not None)
    named = names_in(block.text) is not None or SOURCE.match(block.text) is not None or KEYWORDS.match(block.spaced) is not None
    return under or named or prints_date(block) or any(map(_is_file, links_of(block)))


def _is_published(lines: Sequence[Block], block: Block, finds: Finds, *, below: bool) -> bool:
    """Does a line of the text's element give the article's date? Labelled, below the text; or a date and nothing else, where none stands above it
    and no other stands near, as in a list of days.
    """
    if not prints_date(block) or is_of_else(lines, block):
        return False
    if below and dates.is_labelled(block.text):
        return True
    days = [
        one for one in lines[max(0, block.index - 3) : block.index + 4] if one is not block and prints_date(one) and not one.aside and not one.linked
    ]
    announced = block.index > 0 and lines[block.index - 1].text.endswith(":")
    return "published" not in finds.elements and dates.letters_beside(block.spaced) == 0 and not days and not announced


def _files(lines: Sequence[Block], finds: Finds) -> None:
    """The files listed under a heading of their own."""
    heading = next((block for block in lines if FILES.fullmatch(block.text)), None)
    listed = False
    for block in lines[lines.index(heading) + 1 :] if heading is not None else ():
        links = [link for link in links_of(block) if _is_file(link)]
        if links and (block.linked * 2 > block.letters or (block.own <= SIZES and any(map(str.isdigit, block.text)))):
            listed = True
            for link in links:
                finds.add("attachments", link)
            clear(block)
    if listed and heading is not None:
        clear(heading)


def _is_file(link: Element) -> bool:
    return is_file(link.get("href") or "") or names_file(normal(inner_text(link)))


def _file_boxes(lines: Sequence[Block], body: Element, finds: Finds) -> None:
    """Boxes below the text that are called after the files in them."""
    boxes = dict.fromkeys(
        one for block in lines for one in block.element.iterancestors() if FILE_BOX.search(one.get("class") or "") and within(one, body)
    )
    for box in boxes:
        for link in box.iter("a"):
            if _is_file(link) and normal(inner_text(link)):  # not the one around its icon
                finds.add("attachments", link)
        box.set("hidden", "")


def _place(lines: Sequence[Block], block: Block, finds: Finds) -> None:
    text = block.text
    files = [link for link in links_of(block) if _is_file(link)]
    if files:
        for link in files:
            finds.add("attachments", link)
    elif KEYWORDS.match(block.spaced):
        _keywords(block, finds)
    elif prints_date(block) and not (_is_of_another(lines, block) or is_of_else(lines, block)):
        named_in(lines, block, "", finds)
        finds.add("published", dated(lines, block))
        return
    elif parts := _named_parts(block):
        for part, names in parts:
            finds.add("byline" if names.authors else "source", deepcopy(part))
    elif SOURCE.match(text) and (signed := names_in(text)):
        finds.add("byline" if signed.authors else "source", own(block))
        return
    elif signs(block) or is_labelled_above(lines, block) or _follows_text(lines, block):
        finds.add("byline", own(block))
        return
    clear(block)


def _follows_text(lines: Sequence[Block], block: Block) -> bool:
    """A name without a label, right below the text; not in boxes of whom to ask or of what readers say."""
    if block.linked or ADDRESSED.match(block.text) or names_in(block.text) is None:
        return False
    for before in reversed(lines[max(0, block.index - MOST_TOOLS) : block.index]):
        if before.own >= PARAGRAPH or (before.element is block.element):
            return True
        if not (is_header(before) or TOOLS.search(before.text) or is_caption(before) or names_in(before.text) or SOURCE.match(before.text)):
            return before.text.endswith((".", "/"))
    return True


def _named_parts(block: Block) -> list[tuple[Element, Signed]]:
    """A name and a source side by side, each in an element of its own; nothing where one of these names nobody."""
    element = block.element
    if not is_whole(block) or len(element) < 2 or normal(element.text or "") or any(normal(one.tail or "") for one in element):  # noqa: PLR2004
        return []
    parts = [(one, said) for one in element if (said := normal(inner_text(one)))]
    if normal(inner_text(element)) != block.text:  # words that are not seen
        return []
    named = [(one, signed) for one, said in parts if (signed := names_in(said))]
    return named if len(named) == len(parts) > 1 else []


def _is_of_another(lines: Sequence[Block], dated: Block) -> bool:
    """Does a date stand beside the title of another article, in its line or in the one before or behind it?"""
    linked = (normal(inner_text(link)) for link in links_of(dated))
    if any(len(dates.words_beside(words)) >= OTHER_LINK and kind_of(words) != "agency" for words in linked):
        return True
    beside = (one for one in lines[max(0, dated.index - 1) : dated.index + 2] if one is not dated and one.is_link and one.letters >= OTHER_ARTICLE)
    own = (TOOLS.search(one.text) or KEYWORDS.match(one.spaced) or any(map(_is_file, links_of(one))) for one in beside)
    return not all(own)


def _keywords(block: Block, finds: Finds) -> None:
    """The links behind their label, or the words where they are no links."""
    element, words = block.element, KEYWORDS.sub("", block.spaced, count=1)
    links = links_of(block) if block.linked else list(element.iter("a"))
    if not links and words:
        parts = [said for one in element if (said := normal(inner_text(one))) and not KEYWORDS.fullmatch(said)] if is_whole(block) else []
        links = [made(said) for part in parts or re.split(r"[;,]", words[:HEADER]) if (said := normal(part))]
    behind = list(islice(element.itersiblings(), MOST_KEYWORDS)) if not links and "tags" not in finds.elements else []
    links = links or [link for one in behind for link in one.iter("a")]
    links = links or [part for one in behind[:1] for part in one.iter() if len(part) == 0 and normal(part.text or "")]
    for link in links:
        finds.add("tags", link)


def _is_label(link: Element) -> bool:
    return (
        "tag" in (link.get("rel") or "").split() or normal(inner_text(link)).startswith("#") or LABEL_PATH.search(link.get("href") or "") is not None
    )


def _labels(block: Block, finds: Finds) -> None:
    """Keywords without a word before them, by what their box or their links are called, or by a #."""
    links = links_of(block)
    around = block.element.getparent() if block.element.tag == "li" else block.element
    named = around is not None and LABELS.search(around.get("class") or "") is not None
    if named or all(_is_label(link) for link in links):
        for link in around.iter("a") if named and around is not None else links:
            finds.add("tags", link)
        clear(block)
