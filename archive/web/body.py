"""The body of an article for display: its kept HTML with the mentions of its text marked, pictures as links, nothing but an allow-list of tags."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from markupsafe import Markup, escape

from archive.web.filters import shown, web
from archive.web.marks import Marked
from archive.web.words import words

KEPT = frozenset({"strong", "em", "b", "i", "u", "h2", "h3", "h4", "li", "td", "tr", "ul", "ol", "blockquote", "figure", "figcaption"})
GAP = re.compile(r"\s*(?:\|\s*)?")  # between two cells, lines or paragraphs of the text
OUTWARD = Markup('<a href="{}" rel="noopener noreferrer nofollow">')


class Unlike(Exception):
    """The HTML says something that the text does not: no error, the text is shown instead."""


def body(html: str, marked: Marked, lead: str | None) -> Markup:
    """As markup. Where the HTML does not say what the text says, the text in its lines: a mark never stands at other words than its own."""
    led = len(lead) if lead and marked.text.startswith(lead) else 0
    layout = _Layout(marked, led)
    try:
        layout.feed(html)
        return layout.finished()
    except Unlike:
        return Markup("\n").join(_lines(marked, led))


def _lines(marked: Marked, led: int) -> Iterator[Markup]:
    at = 0
    for line in marked.text.split("\n"):
        yield _paragraph(lead=at < led) + marked.html(at, at + len(line)) + Markup("</p>")
        at += len(line) + 1


def _paragraph(*, lead: bool) -> Markup:
    return Markup('<p class="lead">') if lead else Markup("<p>")


class _Layout(HTMLParser):
    """Walks the HTML and the text side by side; writes what is allowed, its words from the text."""

    def __init__(self, marked: Marked, led: int) -> None:
        super().__init__()
        self._marked, self._led = marked, led
        self._at = 0  # in the text
        self._open: list[str] = []
        self._out: list[Markup] = []
        self._said = ""  # of the last picture, where no caption has come yet

    def finished(self) -> Markup:
        self.close()
        for tag in reversed(self._open):
            self._end(tag)
        if self._marked.text[self._at :].strip():
            raise Unlike
        return Markup("").join(self._out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._write("<br>")
        elif tag == "img":
            self._picture(given.get("src", ""))
            self._said = given.get("alt", "")
        elif tag == "a" and "a" not in self._open and (address := web(given.get("href"))):
            self._start(tag, OUTWARD.format(address))
        elif tag == "table":
            self._start(tag, Markup('<div class="scroll" tabindex="0"><table class="data">'))
        elif tag == "p":
            self._start(tag, _paragraph(lead=self._at < self._led))
        elif tag in KEPT:
            self._said = "" if tag == "figcaption" else self._said
            self._start(tag, Markup("<{}>").format(tag))

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure" and self._said:
            self._write("<figcaption>{}</figcaption>", shown(self._said))
            self._said = ""
        while tag in self._open:
            closed = self._open.pop()
            self._end(closed)
            if closed == tag:
                break

    def handle_data(self, data: str) -> None:
        if "figcaption" in self._open:
            self._write("{}", shown(data))
            return
        begin = self._at
        if not data[0].isspace():
            begin = self._skip(data[0])
        self._match(data)
        if self._at > begin:
            self._out.append(self._marked.html(begin, self._at, linked="a" not in self._open))
        elif data.isspace():
            self._write(" " if self._open else "\n")

    def _start(self, tag: str, written: Markup) -> None:
        self._open.append(tag)
        self._out.append(written)

    def _end(self, tag: str) -> None:
        self._write("</{}>" + ("</div>" if tag == "table" else ""), tag)

    def _write(self, written: str, *values: str) -> None:
        self._out.append(Markup(written).format(*values))  # noqa: S704 - only literals of this module come here

    def _picture(self, address: str) -> None:
        target, name = web(address), words()["article"]["image"]
        self._out.append(OUTWARD.format(target) + Markup("{}</a>").format(name) if target else escape(f"{name}: {shown(address)}"))

    def _skip(self, upon: str = "") -> int:
        """Over what the text has between two blocks of it; not over a bar that is the next word."""
        text = self._marked.text
        gap = GAP.match(text, self._at)
        end = gap.end() if gap else self._at
        if upon == "|":
            end = text.find("|", self._at, end + 1)
        self._at = max(end, self._at)
        return self._at

    def _match(self, data: str) -> None:
        """Go on in the text by these words; blanks may be otherwise there."""
        text = self._marked.text
        if text.startswith(data, self._at):
            self._at += len(data)
            return
        for letter in data:
            if letter.isspace():
                if self._at < len(text) and text[self._at].isspace():
                    self._at += 1
                continue
            while self._at < len(text) and text[self._at].isspace():
                self._at += 1
            if not text.startswith(letter, self._at):
                raise Unlike
            self._at += 1
