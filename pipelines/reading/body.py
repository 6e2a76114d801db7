"""From the paragraphs of a located body to those of the article: furniture out, captions to their pictures, the lead first, never twice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby, pairwise

from archive.records import Image
from pipelines.reading.fragment import Paragraph
from pipelines.reading.links import OTHER_ARTICLE
from pipelines.reading.text import folded, is_furniture, opens_related

LONGEST_CAPTION = 250
LONGEST_NAME = 60  # characters
SHORTEST_LEAD = 60  # characters of a bold first paragraph that is no heading
LONGEST_PLAIN_CAPTION = 160
CAPTION = re.compile(
    r"[(\[]?\s*(?:(?:toàn|quang) cảnh|(?:hình )?ảnh\b|các đại biểu|đại biểu|đồng chí|đ/c|lãnh đạo|một góc|gian hàng|ông|bà)\b.*",
    re.IGNORECASE | re.DOTALL,
)
ADDRESSED = re.compile(r"kính gửi", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.;:!?…/]$")
POINTER = re.compile(r"(?:[>»\s]+(?=\w)|(?:[>»\s]*)(?:xem thêm|đọc thêm|tin liên quan|bài liên quan|xem chi tiết bài)\s*:)", re.IGNORECASE)
OFFER = re.compile(r"[>»\s]*(?:tải|download)[^:]{0,40}:.*\.(?:pdf|docx?|xlsx?|zip|rar)", re.IGNORECASE)
LINKED = re.compile(r"<a [^>]*>(.*?)</a>", re.DOTALL)
POINTED = re.compile(r"(?:xem|đọc) thêm\s*:?\s*<a [^>]*>(?:(?!</a>).)*</a>", re.IGNORECASE)
COUNTER = re.compile(r"[\d.,\s]{1,20}")
FILE_LINK = re.compile(r"""\.(?:pdf|docx?|xlsx?|zip|rar)["?&]""", re.IGNORECASE)


def without_furniture(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Without share lines, residue and boxes of other articles."""
    kept: list[Paragraph] = []
    in_box = False
    for paragraph in paragraphs:
        lines = tuple(line for line in paragraph.lines if not is_furniture(line.text))
        if not lines and not paragraph.image:
            continue
        if opens_related(paragraph.text):
            in_box = True
        elif (
            _points_elsewhere(paragraph)
            or _offers_file(paragraph)
            or _lists_others(paragraph)
            or (in_box and (paragraph.every("linked") or COUNTER.fullmatch(paragraph.text)))
        ):
            continue
        else:
            in_box = False
            kept.append(paragraph if len(lines) == len(paragraph.lines) else replace(paragraph, lines=lines))
    return _without_links_to_others(_without_file_lists(kept))


def _without_file_lists(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Without tables that list files: below their head each row is one, which is an attachment."""
    files: set[tuple[str, int]] = set()
    for group, members in groupby(paragraphs, key=lambda one: one.group if one.kind == "row" else None):
        rows = list(members)
        if group and len(rows) > 1 and all(FILE_LINK.search(one.html) for one in rows[1:]):
            files.add(group)
    return [one for one in paragraphs if one.group not in files] if files else paragraphs


def _offers_file(paragraph: Paragraph) -> bool:
    """Tải về: the name of a file, which is an attachment."""
    return OFFER.fullmatch(paragraph.text) is not None and FILE_LINK.search(paragraph.html) is not None


def _lists_others(paragraph: Paragraph) -> bool:
    """Nothing but links to several pages, as boxes inside a text are."""
    return (
        len(paragraph.text) >= OTHER_ARTICLE
        and paragraph.every("linked")
        and paragraph.html.count("<a ") > 1
        and not FILE_LINK.search(paragraph.html)
    )


def _points_elsewhere(paragraph: Paragraph) -> bool:
    """Xem thêm: another article."""
    if POINTED.fullmatch(paragraph.html):
        return True
    if POINTER.match(paragraph.text) is None or FILE_LINK.search(paragraph.html):
        return False
    linked = "".join(LINKED.findall(paragraph.html))
    return len(linked) * 2 > len(paragraph.text)


def _without_links_to_others(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """A related list without a heading: two or more titles of other articles, as links, at the very end."""
    end = len(paragraphs)
    while (
        end
        and paragraphs[end - 1].every("linked")
        and len(paragraphs[end - 1].text) >= OTHER_ARTICLE
        and not FILE_LINK.search(paragraphs[end - 1].html)
    ):
        end -= 1
    listed = end > 0 and paragraphs[end - 1].text.endswith(":")  # named by the text itself
    return paragraphs[:end] if len(paragraphs) - end > 1 and not listed else paragraphs


def without_title(paragraphs: Sequence[Paragraph], title: str) -> list[Paragraph]:
    """The title printed again above the text, or between lead and text, is no paragraph of it."""
    first = next((i for i, one in enumerate(paragraphs) if one.lines and "lead" not in one.style.marks), None)
    return [one for i, one in enumerate(paragraphs) if i != first or folded(one.text) != folded(title)]


def without_name_above(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """A name that is printed above the text and again at its end counts at the end."""
    worded = [i for i, one in enumerate(paragraphs) if one.lines and one.kind == "p"]
    last = {folded(line.text) for i in worded[-3:] for line in paragraphs[i].lines if len(line.text) <= LONGEST_NAME}
    above = [i for i in worded[:2] if i not in worded[-3:] and folded(paragraphs[i].text) in last]
    return [one for i, one in enumerate(paragraphs) if i not in above]


def with_lead(lead: Sequence[Paragraph], body: Sequence[Paragraph]) -> tuple[str | None, list[Paragraph]]:
    """(lead, all paragraphs): the lead first, what repeats it dropped. `body` may hold the lead itself, marked."""
    marked = [one for one in body if "lead" in one.style.marks and one.lines]
    opening = list(lead) or marked
    if not opening:
        opening = _set_apart(body)
        if not opening:
            return None, list(_without_echo(body))
    said = {folded(one.text) for one in opening} | {folded(" ".join(one.text for one in opening))}
    rest = [one for one in body if one not in opening or lead]
    repeated = [i for i, one in enumerate(rest) if one.lines and folded(one.text) in said][: len(opening)]
    rest = [one for i, one in enumerate(rest) if i not in repeated]
    return "\n".join(one.text for one in opening) or None, [*opening, *_without_echo(rest)]


def _set_apart(body: Sequence[Paragraph]) -> list[Paragraph]:
    """The first paragraph where it alone is bold or slanted: so a sapo looks that no element of its own marks."""
    pictured = {id(one) for before, one in pairwise(body) if before.image and not SENTENCE_END.search(one.text)}  # may be captions
    worded = [one for one in body if one.lines and one.kind != "caption" and id(one) not in pictured]
    worded = worded[:1] + [one for one in worded[1:] if len(one.text) >= SHORTEST_LEAD][:2]  # a short line may be a caption or a heading
    if len(worded) < 2 or len(worded[0].text) < SHORTEST_LEAD or worded[0].style.align == "right" or ADDRESSED.match(worded[0].text):  # noqa: PLR2004 - one to compare
        return []
    if worded[0].kind != "p" and not (worded[0].kind in {"h2", "h3", "h4"} and SENTENCE_END.search(worded[0].text)):
        return []
    for look in ("strong", "italic"):
        if worded[0].every(look) and not any(one.every(look) for one in worded[1:]):
            return worded[:1]
    return []


def _without_echo(paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """A paragraph printed twice in a row counts once; rows of a table and items of a list may repeat."""
    before: Paragraph | None = None
    for paragraph in paragraphs:
        if not (before and paragraph.kind == before.kind == "p" and paragraph.text == before.text and len(paragraph.text) > LONGEST_PLAIN_CAPTION):
            yield paragraph
        before = paragraph


def with_captions(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Captions moved to the pictures before them; one that has no picture is dropped, since it says nothing without."""
    result: list[Paragraph] = []
    last = max((i for i, one in enumerate(paragraphs) if one.lines), default=-1)
    for i, paragraph in enumerate(paragraphs):
        named = paragraph.kind == "caption" or "caption" in paragraph.style.marks
        after_image = bool(result) and result[-1].image is not None
        if paragraph.lines and (named or (after_image and _is_caption(paragraph, result[-1], last=i == last))):
            _give(result, paragraph.text)
        else:
            result.append(paragraph)
    return result


def _is_caption(paragraph: Paragraph, image: Paragraph, *, last: bool) -> bool:
    """A short line directly under a picture, centred or slanted, or one that begins as captions do."""
    text, picture = paragraph.text, image.image
    if picture and folded(text) and folded(text) in {folded(picture.alt), folded(picture.caption)}:
        return True
    if paragraph.kind != "p" or len(text) > LONGEST_CAPTION or paragraph.style.align == "right" or (picture and picture.caption):
        return False
    slanted, centred, strong = paragraph.every("italic"), paragraph.style.align == "center", paragraph.every("strong")
    if (slanted and (centred or not strong)) or (centred and not strong):
        return not last or paragraph.beside_image or centred
    short = len(text) <= LONGEST_PLAIN_CAPTION and not SENTENCE_END.search(text)
    return short and not last and (paragraph.beside_image or CAPTION.fullmatch(text) is not None)


def _give(result: list[Paragraph], caption: str) -> None:
    """To every picture of the run before it that has none."""
    for i in range(len(result) - 1, -1, -1):
        picture = result[i].image
        if picture is None or picture.caption:
            break
        result[i] = replace(result[i], image=replace(picture, caption=caption))


def text_of(paragraphs: Sequence[Paragraph]) -> str:
    return "\n".join(one.text for one in paragraphs if one.lines)


def images_of(paragraphs: Sequence[Paragraph]) -> tuple[Image, ...]:
    """Each picture once, in order."""
    return tuple({one.image.url: one.image for one in paragraphs if one.image}.values())


def html_of(paragraphs: Sequence[Paragraph]) -> str:
    """The paragraphs as clean HTML: a small set of tags, no attributes but `href`, `src` and `alt`."""
    return "\n".join(_group(group, list(members)) for group, members in groupby(paragraphs, key=lambda one: one.group))


def _group(group: tuple[str, int] | None, members: list[Paragraph]) -> str:
    inner = "".join(map(_element, members))
    name = group[0] if group else ""
    return f"<{name}>{inner}</{name}>" if name in {"ul", "ol", "table", "blockquote"} else inner


def _element(paragraph: Paragraph) -> str:
    if (picture := paragraph.image) is not None:
        caption = f"<figcaption>{escape(picture.caption, quote=False)}</figcaption>" if picture.caption else ""
        return f'<figure><img src="{escape(picture.url)}" alt="{escape(picture.alt)}">{caption}</figure>'
    tag = {"row": "tr", "caption": "p"}.get(paragraph.kind, paragraph.kind)
    return f"<{tag}>{paragraph.html}</{tag}>"
