"""How a tag looks, as far as it tells lead, caption and byline from text: alignment, weight, slant. Reads attributes only."""

import re
from dataclasses import dataclass, replace

from bs4.element import Tag

MARK = "data-archive-mark"  # set by `article` on the elements a layout names: lead, byline, caption
ALIGN = re.compile(r"text-align\s*:\s*(?:-\w+-)?(left|right|center|justify)", re.IGNORECASE)
WEIGHT = re.compile(r"font-weight\s*:\s*(bold|bolder|[6-9]00|normal|[1-5]00)", re.IGNORECASE)
SLANT = re.compile(r"font-style\s*:\s*(italic|oblique|normal)", re.IGNORECASE)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
ALIGN_CLASS = re.compile(r"(?:^|[\s_-])(?:text|align|has-text-align|ql-align|pull|txt)?-?(right|center|left)(?:$|\s)", re.IGNORECASE)
CAPTION_CLASS = re.compile(
    r"(?:^|\s)(?:wp-caption-text|wp-element-caption|caption|image-caption|img-caption|photo-caption|chu-thich(?:-anh)?)(?:$|\s)", re.IGNORECASE
)
FOR_READERS_ALOUD = frozenset({"screen-reader-text", "sr-only", "visually-hidden", "hide-accessible"})


@dataclass(frozen=True, slots=True)
class Style:
    align: str = ""
    strong: bool = False
    italic: bool = False
    marks: frozenset[str] = frozenset()


def style_of(tag: Tag, around: Style) -> Style:
    """The look inside `tag`, which inherits what it does not say."""
    style = around
    if tag.name in {"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"}:
        style = replace(style, strong=True)
    elif tag.name in {"i", "em", "cite"}:
        style = replace(style, italic=True)
    elif tag.name == "center":
        style = replace(style, align="center")
    if not tag.attrs:
        return style
    css = str(tag.get("style") or "")
    classes = _classes(tag)
    if found := ALIGN.search(css) or ALIGN_CLASS.search(classes):
        style = replace(style, align=found.group(1).lower())
    elif align := tag.get("align"):
        style = replace(style, align=str(align).lower())
    if found := WEIGHT.search(css):
        style = replace(style, strong=found.group(1).lower() in {"bold", "bolder", "600", "700", "800", "900"})
    if found := SLANT.search(css):
        style = replace(style, italic=found.group(1).lower() != "normal")
    marks = {str(tag.get(MARK))} if tag.get(MARK) else set()
    if CAPTION_CLASS.search(classes):
        marks.add("caption")
    return replace(style, marks=style.marks | marks) if marks else style


def is_hidden(tag: Tag) -> bool:
    """Not shown, or only to a machine that reads aloud."""
    if not tag.attrs:
        return False
    return tag.has_attr("hidden") or HIDDEN.search(str(tag.get("style") or "")) is not None or not FOR_READERS_ALOUD.isdisjoint(_classes(tag).split())


def _classes(tag: Tag) -> str:
    classes = tag.get("class")
    return " ".join(classes) if isinstance(classes, list) else str(classes or "")
