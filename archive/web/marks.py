"""Cuts a text into pieces at the mentions in it, and shows them marked. The pieces joined are the text, always."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup, escape

from archive.web.filters import shown
from archive.web.words import words

TABLES = {"cluster": "clusters", "province": "provinces", "department": "provinces", "decision": "decisions"}  # where an entity of a kind has its row

Mention = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and the mention it belongs to, if any. `first` on the piece with which its mention begins."""

    text: str
    mention: Mention | None = None
    first: bool = False


class Marked:
    """A text with its mentions. Where they overlap the shortest wins; one whose quote does not stand there is left out."""

    def __init__(self, text: str, mentions: Iterable[Mention] = ()) -> None:
        self.text = text
        standing = [one for one in mentions if 0 <= one["start"] < one["end"] and text[one["start"] : one["end"]] == one["quote"]]
        self._cuts = sorted({0, len(text), *(place for one in standing for place in (one["start"], one["end"]))})
        self._over = list(_tops(self._cuts, standing))

    def pieces(self, start: int = 0, end: int | None = None) -> Iterator[Piece]:
        """`text[start:end]`; a mention that began before `start` is not first here."""
        stop = len(self.text) if end is None else end
        at = bisect_right(self._cuts, start) - 1
        while start < stop:
            until, (top, first) = min(self._cuts[at + 1], stop), self._over[at]
            yield Piece(self.text[start:until], top, first=first and start == self._cuts[at])
            start, at = until, at + 1

    def html(self, start: int = 0, end: int | None = None, *, linked: bool = True) -> Markup:
        """The same as markup. Not `linked` where it stands in a link already."""
        return Markup("").join(_html(piece, linked=linked) for piece in self.pieces(start, end))


def _tops(cuts: list[int], standing: list[Mention]) -> Iterator[tuple[Mention | None, bool]]:
    """For each stretch between two cuts the mention that is shown there, and whether for the first time."""
    waiting = sorted(standing, key=lambda one: int(one["start"]), reverse=True)
    over: list[Mention] = []
    met: set[int] = set()
    for begin, _ in pairwise(cuts):
        over = [one for one in over if one["end"] > begin]
        while waiting and waiting[-1]["start"] <= begin:
            over.append(waiting.pop())
        top = min(over, key=lambda one: (one["end"] - one["start"], one["start"]), default=None)
        yield top, top is not None and id(top) not in met
        met.add(id(top))


def _html(piece: Piece, *, linked: bool) -> Markup:
    text = escape(shown(piece.text))
    if piece.mention is None:
        return text
    target = link(piece.mention) if linked else None
    name = Markup(' id="m-{}"').format(piece.mention["id"]) if piece.first else ""
    inner = Markup('<a href="{}">{}</a>').format(target, text) if target else text
    return Markup('<mark class="{}"{} title="{}">{}</mark>').format(classes(piece.mention), name, shown(about(piece.mention)), inner)


def classes(mention: Mention) -> str:
    """The words by which the style knows a mention: its kind and whose it is."""
    return " ".join(filter(None, (mention["kind"], mention["scheme"])))


def link(mention: Mention) -> str | None:
    """Path of the row of its entity, or for a short mention the place of the full one."""
    table = TABLES.get(mention["kind"])
    if table and mention["entity"]:
        return f"/archive/{table}/{mention['entity']}"
    return f"#m-{mention['refers_to']}" if mention["refers_to"] else None


def about(mention: Mention) -> str:
    """In words: what it is, its number, whose, and whether it stands for a full name."""
    kind, scheme = mention["kind"], mention["scheme"]
    said = " ".join(filter(None, (words()["kind"].get(kind, kind), mention["number"])))
    whose = scheme and (mention["holder"] or words()["scheme"].get(scheme, scheme))
    return ", ".join(filter(None, (said, whose, mention["refers_to"] and words()["article"]["refers"])))
