"""How a tag looks and what it is called, as far as it tells lead, caption, byline and boxes beside the article from text. Reads attributes only."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from pipelines.reading.tree import Element

MARK = "data-archive-mark"  # set by `article` on the elements a layout names: lead, byline, caption
ALIGN = re.compile(r"(?<![\w-])text-align\s*:\s*(?:-\w+-)?(left|right|center|justify)", re.IGNORECASE)
WEIGHT = re.compile(r"(?<![\w-])font-weight\s*:\s*(bold|bolder|[6-9]00|normal|[1-5]00)", re.IGNORECASE)
SLANT = re.compile(r"(?<![\w-])font-style\s*:\s*(italic|oblique|normal)", re.IGNORECASE)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
ALIGN_CLASS = re.compile(r"(?:^|[\s_-])(?:text|align|has-text-align|ql-align|pull|txt|rte)?-?(right|center|left)(?:$|\s)", re.IGNORECASE)
CAPTION_CLASS = re.compile(  # the last part of one name; WordPress calls the picture and its caption together `wp-caption`
    r"(?:^|\s)(?!wp-caption(?:$|\s))(?:[\w-]*[_-])?(?:caption(?:-text)?|chu-?_?thich(?:-anh)?|(?:ct|chu)-?_?anh|(?:img|image)-?desc"
    r"|(?:img|image|photo|hero|fig|pic|block|row)[_-](?:cap|note)(?:__\w+)?)(?:$|\s)",
    re.IGNORECASE,
)
ICON = 20  # letters at most that stand for a picture
PICTURED = ("avatar", "material-icons", "material-symbols")  # in names of classes
DRAWN = frozenset({"span", "i", "b", "em", "svg", "mat-icon"})
ASIDE = re.compile(  # one name of a class or id
    r"\S*(?:comment(?!s?-(?:open|closed))|binh-?_?luan|related|lien-?_?quan|sidebar|footer|breadcrumb|other-?_?(?:news|article|item)|tin-?_?khac|tin-?_?cu(?![a-z])"
    r"|cung-?_?chuyen|cung-?_?muc|navbar|navigation|captcha|elementor-(?:widget-)?posts(?![a-z])|tham-?_?do|thong-?_?ke|quang-?_?cao|duong-?_?dan|sharing|addthis)\S*"
    r"|(?:\S*[_-])?(?:menu|nav|poll|counter|share|social|tags?|path|(?<!elementor-)widget)(?:[_-]?(?:box|list|wrap(?:per)?|area|block|links?|bar|buttons?|icons?|line|items?))?",
    re.IGNORECASE,
)
UNSEEN = frozenset(  # by what frameworks hide; the first four are read aloud only
    {"screen-reader-text", "sr-only", "visually-hidden", "hide-accessible", "hidden", "hide", "d-none"}
)


@dataclass(frozen=True, slots=True)
class Style:
    align: str = ""
    strong: bool = False
    italic: bool = False
    marks: frozenset[str] = frozenset()


def style_of(tag: Element, around: Style) -> Style:
    """The look inside `tag`, which inherits what it does not say."""
    said = dict(tag.items())
    return _look(str(tag.tag), said.get("style", ""), said.get("align", ""), said.get(MARK, ""), said.get("class", ""), around)


@lru_cache(maxsize=4096)  # the paragraphs of a page, and the pages of a site, mostly look alike
def _look(name: str, css: str, align: str, mark: str, classes: str, around: Style) -> Style:
    style = around
    if name in {"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"}:
        style = replace(style, strong=True)
    elif name in {"i", "em", "cite"}:
        style = replace(style, italic=True)
    elif name == "center":
        style = replace(style, align="center")
    if found := ALIGN.search(css) or ALIGN_CLASS.search(classes):
        style = replace(style, align=found.group(1).lower())
    elif align:
        style = replace(style, align=align.lower())
    if found := WEIGHT.search(css):
        style = replace(style, strong=found.group(1).lower() in {"bold", "bolder", "600", "700", "800", "900"})
    if found := SLANT.search(css):
        style = replace(style, italic=found.group(1).lower() != "normal")
    marks = ({mark} if mark else set()) | ({"caption"} if CAPTION_CLASS.search(classes) else set())
    return replace(style, marks=style.marks | marks) if marks else style


def is_hidden(tag: Element) -> bool:
    """Not shown, or only to a machine that reads aloud."""
    said = dict(tag.items())
    return bool(said) and ("hidden" in said or hides(said.get("style", ""), said.get("class", "")))


@lru_cache(maxsize=4096)
def hides(css: str, classes: str) -> bool:
    return HIDDEN.search(css) is not None or not UNSEEN.isdisjoint(classes.split())


@lru_cache(maxsize=8192)  # the elements of a page, and the pages of a site, mostly look alike
def judged(css: str, classes: str) -> tuple[bool, bool]:
    """Is an element hidden, and is it called a box beside the article?"""
    return hides(css, classes), names_aside(classes)


@lru_cache(maxsize=8192)
def names_aside(names: str) -> bool:
    return any(ASIDE.fullmatch(one) for one in names.split() if not one.startswith("Mso"))  # Word's footers and comments are text


def is_drawn(element: Element, text: str) -> bool:
    """Words that stand for a picture: the letters of a name in a circle, `edit` in a font of icons; not `chevron_right`, which tells the steps of a
    breadcrumb.
    """
    if element.tag not in DRAWN or len(text) > ICON:
        return False
    said = dict(element.items())
    if "_" in text or not any(map(str.isalnum, text)):
        return False
    return (
        element.tag == "mat-icon"
        or said.get("aria-hidden") == "true"
        or said.get("role") == "img"
        or any(name in said.get("class", "") for name in PICTURED)
    )
