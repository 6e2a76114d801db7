"""Cuts a text into pieces at the mentions in it, so that a template can mark them. The pieces joined are the text, always."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

TABLES = {"cluster": "clusters", "province": "provinces", "department": "provinces", "decision": "decisions"}  # where an entity of a kind has its row


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and the mention it belongs to, if any. `first` on the piece with which its mention begins."""

    text: str
    mention: Mapping[str, Any] | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    pieces: tuple[Piece, ...]
    lead: bool = False


def classes(mention: Mapping[str, Any]) -> str:
    """The words by which the style knows a mention: its kind and whose it is."""
    return " ".join(filter(None, (mention["kind"], mention["scheme"])))


def link(mention: Mapping[str, Any]) -> str | None:
    """Path of the row of its entity, or for a short mention the place of the full one."""
    table = TABLES.get(mention["kind"])
    if table and mention["entity"]:
        return f"/archive/{table}/{mention['entity']}"
    return f"#m-{mention['refers_to']}" if mention["refers_to"] else None


def pieces(text: str, mentions: Iterable[Mapping[str, Any]], start: int = 0, end: int | None = None) -> tuple[Piece, ...]:
    """`text[start:end]` cut at the mentions. Where they overlap the shortest wins; one whose quote does not stand there is left out."""
    stop = len(text) if end is None else end
    standing = [one for one in mentions if 0 <= one["start"] < one["end"] and text[one["start"] : one["end"]] == one["quote"]]
    inside = [one for one in standing if one["start"] < stop and one["end"] > start]
    cuts = sorted({start, stop, *(place for one in inside for place in (one["start"], one["end"]) if start < place < stop)})
    found: list[Piece] = []
    for begin, until in pairwise(cuts):
        over = [one for one in inside if one["start"] <= begin and until <= one["end"]]
        top = min(over, key=lambda one: (one["end"] - one["start"], one["start"])) if over else None
        found.append(Piece(text[begin:until], top, first=top is not None and begin == max(top["start"], start)))
    return tuple(found)


def paragraphs(text: str, lead: str | None, mentions: Sequence[Mapping[str, Any]]) -> tuple[Paragraph, ...]:
    """The lines of a text, each in its pieces; those of the lead marked so."""
    led = len(lead) if lead and text.startswith(lead) else 0
    found: list[Paragraph] = []
    at = 0
    for line in text.split("\n"):
        found.append(Paragraph(pieces(text, mentions, at, at + len(line)), lead=at < led))
        at += len(line) + 1
    return tuple(found)
