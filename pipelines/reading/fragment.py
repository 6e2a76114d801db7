"""The located body of an article as paragraphs: a walk over its tags that keeps words, emphasis, links and pictures, nothing else.

Judges nothing: which paragraph is lead, caption or byline is for others. Depth of nesting costs no recursion.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import Literal, TypeAlias

from archive.records import Image
from pipelines.reading.links import Link, absolute, image_of
from pipelines.reading.shapes import is_data, is_figure
from pipelines.reading.styles import MARK, Style, is_hidden, style_of
from pipelines.reading.text import normal, single_spaced, visible
from pipelines.reading.tree import CELLS, Element, inner_text, is_block

Kind: TypeAlias = Literal["p", "li", "row", "h2", "h3", "h4", "image", "caption"]

DROPPED = frozenset(
    {"script", "style", "noscript", "template", "head", "meta", "link", "title", "nav"}
    | {"form", "button", "input", "select", "textarea", "dialog"}
    | {"iframe", "object", "embed", "svg", "audio", "video", "canvas", "map"}
)
KINDS: dict[str, Kind] = {"li": "li", "figcaption": "caption", "h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
GROUPS = frozenset({"ul", "ol", "blockquote", "figure"})
LONGEST_CAPTION = 250  # characters
FULL = 80  # letters of a line that is a paragraph for certain
MEANT, LONG = 4, 60  # lines at least, letters each on average
SENTENCE = (".", ";", ":", "!", "?", "…", ".”", '."')
EMPHASIS = frozenset({"strong", "em", "b", "i", "u"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paragraph, as `<br>` sets them apart. `strong`, `italic`, `linked`: every letter of it."""

    text: str
    html: str = ""
    strong: bool = False
    italic: bool = False
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: Kind
    lines: tuple[Line, ...] = ()
    style: Style = field(default_factory=Style)  # of the block; its `align` and `marks` count
    group: tuple[str, int] | None = None  # ul, ol, table, blockquote or figure it stands in, and which
    image: Image | None = None
    beside_image: bool = False  # a picture stands before it in the same block

    @property
    def text(self) -> str:
        return self.lines[0].text if len(self.lines) == 1 else " ".join([line.text for line in self.lines])

    @property
    def html(self) -> str:
        return self.lines[0].html if len(self.lines) == 1 else "<br>".join([line.html for line in self.lines])

    def every(self, look: Literal["strong", "italic", "linked"]) -> bool:
        return bool(self.lines) and all(getattr(line, look) for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Piece:
    words: str
    style: Style
    linked: bool


@dataclass
class Walk:
    """The state of one walk: finished paragraphs, the one being written, and the tags that are open around it."""

    base: str
    style: Style = field(default_factory=Style)
    paragraphs: list[Paragraph] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    _groups: list[tuple[str, int]] = field(default_factory=list)
    _kinds: list[Kind] = field(default_factory=lambda: ["p"])
    _inline: list[str] = field(default_factory=list)  # open tags of the paragraph, as written
    _lines: list[Line] = field(default_factory=list)  # finished lines of the paragraph
    _pieces: list[_Piece] = field(default_factory=list)  # of the line being written
    _html: list[str] = field(default_factory=list)
    _pending: list[Image] = field(default_factory=list)
    parted: bool = False  # did two `<br>` part any paragraphs?
    _beside_image: bool = False
    _tables: int = 0

    def run(self, root: Element) -> None:
        """Everything inside `root`; it itself only opens the walk."""
        stack: list[tuple[Element, Iterator[Element], Style, int]] = [(root, iter(root), self.style, len(self._inline))]
        self._write(root.text)
        while stack:
            element, children, style, depth = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                if element is not root:
                    self._leave(element, depth)
                    self.style = style
                    self._write(element.tail)
                continue
            outer = (self.style, len(self._inline))
            if isinstance(child.tag, str) and child.tag not in DROPPED and not is_hidden(child) and self._enter(child):
                stack.append((child, iter(child), *outer))
                self._write(child.text)
            else:
                self._write(child.tail)
        self._flush()

    def _enter(self, tag: Element) -> bool:
        """Open a tag; False where its children are not walked."""
        name = str(tag.tag)
        if name in {"br", "img", "amp-img"}:
            self._break() if name == "br" else self._picture(image_of(tag, self.base))
            return False
        if name == "table" and is_data(tag):
            self._flush()
            self._table(tag)
            return False
        if is_block(name):
            self._flush()
            self._beside_image = self._beside_image and name in CELLS
            if name in {"div", "dl"} and is_figure(tag):
                tag[1].set(MARK, "caption")
        self.style = style_of(tag, self.style)
        if name in GROUPS:
            self._tables += 1
            self._groups.append((name, self._tables))
        elif name in EMPHASIS and f"<{name}>" not in self._inline:
            self._open(f"<{name}>")
        elif name == "a" and (url := absolute(tag.get("href") or "", self.base)):
            self.links.append(Link(url, normal(inner_text(tag)) or normal(tag.get("title") or "")))
            self._open(f'<a href="{escape(url)}">')
        if name in KINDS:
            self._kinds.append(KINDS[name])
        return True

    def _leave(self, tag: Element, depth: int) -> None:
        if is_block(str(tag.tag)):
            self._flush()
            self._beside_image = self._beside_image and tag.tag in CELLS
        if tag.tag in KINDS:
            self._kinds.pop()
        if tag.tag in GROUPS:
            self._groups.pop()
        while len(self._inline) > depth:
            written = self._inline.pop()
            if self._html and self._html[-1] == written:
                self._html.pop()
            else:
                self._html.append(_closing(written))

    def _open(self, written: str) -> None:
        self._inline.append(written)
        self._html.append(written)

    def _write(self, text: str | None) -> None:
        if text and (self._pieces or not text.isspace()):  # no line begins with a blank
            words = single_spaced(text)
            linked = bool(self._inline) and any(one.startswith("<a ") for one in self._inline)
            self._pieces.append(_Piece(words, self.style, linked))
            self._html.append(escape(words, quote=False))

    def _break(self) -> None:
        """One `<br>` is a new line, two are a new paragraph."""
        if not self._end_line():
            self.parted = self.parted or bool(self._lines)
            self._flush()

    def _picture(self, image: Image | None) -> None:
        """Inside a line the picture waits for the paragraph's end."""
        if image is None:
            return
        if any(piece.words.strip() for piece in self._pieces):
            self._pending.append(image)
            return
        self._flush()
        self._add("image", image=image)
        self._beside_image = True

    def _end_line(self) -> bool:
        """True if there was one. Tags still open are closed in it and opened again in the next."""
        if not self._pieces:
            self._html[:] = self._inline
            return False
        text = normal("".join(one.words for one in self._pieces))
        if text:
            self._lines.append(self._line(text))
        self._pieces.clear()
        self._html[:] = self._inline
        return bool(text)

    def _line(self, text: str) -> Line:
        if len(self._pieces) == len(self._html) == 1:  # no tag in it, as in most
            [one] = self._pieces
            return Line(text, escape(text, quote=False), strong=one.style.strong, italic=one.style.italic, linked=one.linked)
        said = [one for one in self._pieces if one.words.strip()]
        html = single_spaced(visible("".join(self._html))).strip() + "".join(map(_closing, reversed(self._inline)))
        strong, italic = all(one.style.strong for one in said), all(one.style.italic for one in said)
        return Line(text, unicodedata.normalize("NFC", html), strong=strong, italic=italic, linked=all(one.linked for one in said))

    def _flush(self) -> None:
        self._end_line()
        if self._lines:
            for lines in _apart(self._lines):
                self._add(self._kinds[-1], lines)
            self._lines.clear()
        pending, self._pending = self._pending, []
        for image in pending:
            self._add("image", image=image)

    def _add(self, kind: Kind, lines: tuple[Line, ...] = (), image: Image | None = None) -> None:
        group = self._groups[-1] if self._groups else None
        self.paragraphs.append(Paragraph(kind, lines, self.style, group, image, beside_image=self._beside_image and image is None))

    def _table(self, table: Element) -> None:
        self._tables += 1
        rows = [[self._cell(cell) for cell in row.iter("td", "th")] for row in table.iter("tr")]
        if shows_pictures(rows):
            self._gallery(rows)
            return
        for caption in table.iterchildren("caption"):
            self.paragraphs += self._cell(caption)
        for cells in rows:
            words = [" ".join(one.text for one in cell if one.lines) for cell in cells]
            if any(words):
                html = "".join(f"<td>{'<br>'.join(one.html for one in cell if one.lines)}</td>" for cell in cells)
                line = Line(" | ".join(word for word in words if word), html)
                self.paragraphs.append(Paragraph("row", (line,), self.style, ("table", self._tables)))
            for image in (one.image for cell in cells for one in cell if one.image):
                self._add("image", image=image)

    def _cell(self, cell: Element) -> list[Paragraph]:
        inner = Walk(self.base, style=style_of(cell, self.style), links=self.links)
        inner.run(cell)
        return inner.paragraphs

    def _gallery(self, rows: list[list[list[Paragraph]]]) -> None:
        """Each picture with the words of its cell, or of the cell under it."""
        for row, cells in enumerate(rows):
            below = rows[row + 1] if row + 1 < len(rows) and not any(one.image for cell in rows[row + 1] for one in cell) else []
            for column, cell in enumerate(cells):
                for one in cell:
                    if one.image is None:
                        continue
                    said = [each for each in cell if each.lines] or (below[column] if column < len(below) else [])
                    caption = one.image.caption or " ".join(each.text for each in said)
                    self._add("image", image=replace(one.image, caption=caption))


def shows_pictures(rows: list[list[list[Paragraph]]]) -> bool:
    """Pictures side by side with a few words to each."""
    cells = [cell for row in rows for cell in row]
    pictures = sum(any(one.image for one in cell) for cell in cells)
    words = [" ".join(one.text for one in cell if one.lines) for cell in cells]
    return pictures > 0 and sum(map(bool, words)) <= pictures and all(len(word) <= LONGEST_CAPTION for word in words)


def walk(element: Element, base: str) -> tuple[list[Paragraph], list[Link]]:
    """Paragraphs and links of a located element, in order. `base` is the address its links are relative to."""
    state = Walk(base)
    state.run(element)
    paragraphs = state.paragraphs
    if any(map(_is_several, paragraphs)) and not state.parted and not any(len(inner_text(one)) >= FULL for one in element.iter("p")):
        paragraphs = [part for one in paragraphs for part in (_each_line(one) if _is_several(one) else (one,))]
    return paragraphs, state.links


def _is_several(paragraph: Paragraph) -> bool:
    """Long lines between single `<br>`: paragraphs, where nothing else on the page parts any."""
    lines = paragraph.lines
    return len(lines) > 1 and all(len(line.text) >= FULL for line in lines) and all(line.text.endswith(SENTENCE) for line in lines[:-1])


def _each_line(paragraph: Paragraph) -> Iterator[Paragraph]:
    return (replace(paragraph, lines=(line,)) for line in paragraph.lines)


def _apart(lines: list[Line]) -> list[tuple[Line, ...]]:
    """The lines of one paragraph; where many stand between `<br>` and each is a sentence or more, they were meant as paragraphs."""
    listed = len(lines) > 1 and all(line.text.startswith(("- ", "+ ", "• ")) for line in lines)
    several = listed or (
        len(lines) >= MEANT
        and all(line.text.endswith(SENTENCE) for line in lines[:-1])
        and sum(len(line.text) for line in lines) >= LONG * len(lines)
    )
    return [(line,) for line in lines] if several else [tuple(lines)]


def _closing(written: str) -> str:
    return f"</{written[1:-1].partition(' ')[0]}>"
