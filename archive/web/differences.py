"""What changed from one version of an article to the next, word by word, for showing. Knows nothing of HTML."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Kind = Literal["same", "gone", "new", "left out"]

WORD = re.compile(r"\n|[^\S\n]+|(?:\w+|[^\w\s])[^\S\n]*")  # with the space after it
COMPARED = 5_000  # words on either side, as many as a page of 30 kB has, beyond which both are shown whole
PAIRS = 50_000  # equal words on either side, two and two, and the same beyond so many of these: by them goes what a comparison costs
AROUND = 8  # words of unchanged text kept on each side of a change
ALIKE = 0.3  # below it two texts share hardly more than their small words, and are shown one after the other
FIELDS = ("title", "lead", "text", "byline", "published_at", "modified_at", "images", "attachments")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that both versions have, only one has, or that is left out because nothing changed near it."""

    text: str
    kind: Kind = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs, as paragraphs of pieces."""

    field: str
    paragraphs: tuple[tuple[Piece, ...], ...]


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """The fields of two versions that differ. The lead is part of the text, so it is named only where the text is the same."""
    texts = {field: (_lines(old.get(field)), _lines(new.get(field))) for field in FIELDS}
    differing = [field for field, (before, after) in texts.items() if before != after]
    if "text" in differing and "lead" in differing:
        differing.remove("lead")
    return tuple(Change(field, tuple(paragraphs(*texts[field]))) for field in differing)


def _lines(value: object) -> list[str]:
    """The paragraphs of a text; one line for each entry of a JSON array."""
    text = "" if value is None else str(value)
    if text.startswith("["):
        try:
            return [" · ".join(filter(None, map(str, entry))) if isinstance(entry, list) else str(entry) for entry in json.loads(text)]
        except ValueError:
            pass
    return text.split("\n") if text else []


def paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Piece, ...]]:
    """The paragraphs that changed, with their changes; one piece "left out" for those between them."""
    for kind, before, after in _blocks(old, new):
        if kind == "equal":
            yield (Piece("…", "left out"),)
            continue
        yield from _broken_at_lines(words("\n".join(before), "\n".join(after)))


def _broken_at_lines(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, ...]]:
    line: list[Piece] = []
    for piece in pieces:
        for at, part in enumerate(piece.text.split("\n")):
            if at and line:
                yield tuple(line)
                line = []
            if part:
                line.append(Piece(part, piece.kind))
    if line:
        yield tuple(line)


def words(old: str, new: str) -> Iterator[Piece]:
    """Changes by word; long unchanged stretches shortened."""
    parts = WORD.findall(old), WORD.findall(new)
    blocks = [(kind, "".join(before), "".join(after)) for kind, before, after in _blocks(*parts)]
    if 2 * sum(len(before) for kind, before, _ in blocks if kind == "equal") < ALIKE * (len(old) + len(new)):
        blocks = [("delete", f"{old}\n", ""), ("insert", "", new)]
    for at, (kind, before, after) in enumerate(blocks):
        if kind == "equal":
            yield from _shortened(before, first=at == 0, last=at == len(blocks) - 1)
            continue
        if before:
            yield Piece(before, "gone")
        if after:
            yield Piece(after, "new")


def _shortened(text: str, *, first: bool, last: bool) -> Iterator[Piece]:
    tokens = WORD.findall(text)
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    if len(tokens) <= head + tail + AROUND:
        yield Piece(text)
        return
    if head:
        yield Piece("".join(tokens[:head]))
    yield Piece(" … ", "left out")
    if tail:
        yield Piece("".join(tokens[-tail:]))


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """As difflib has them. What both begin and end with is set aside first: mostly that is nearly all."""
    least = min(len(old), len(new))
    head = next((at for at in range(least) if old[at] != new[at]), least)
    tail = next((at for at in range(least - head) if old[-1 - at] != new[-1 - at]), least - head)
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    found = [("equal", old[:head], new[:head]), *_compared(*middle), ("equal", old[len(old) - tail :], new[len(new) - tail :])]
    return [block for block in found if block[1] or block[2]]


def _compared(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    there = Counter(new)
    if max(len(old), len(new)) > COMPARED or sum(count * there[one] for one, count in Counter(old).items()) > PAIRS:
        return [("replace", old, new)]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(kind, old[a:b], new[c:d]) for kind, a, b, c, d in matcher.get_opcodes()]
