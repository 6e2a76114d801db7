"""The versions of an article, and what changed from one to the next, word by word. Knows nothing of HTML.

with sqlite3.connect("data/archive.db") as db:
    for version in versions(db, "07554df21d305129"):
        print(version["number"], version["seen_from"])
        print(readable(version["changes"]))
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Literal

Kind = Literal["same", "gone", "new", "left out"]

WORD = re.compile(r"\n|[^\S\n]+|(?:\w+|[^\w\s])[^\S\n]*")  # with the space after it
COMPARED = 5_000  # words on either side, as many as a page of 30 kB has, beyond which both are shown whole
PAIRS = 50_000  # equal words on either side, two and two, and the same beyond so many of these: by them goes what a comparison costs
AROUND = 8  # words of unchanged text kept on each side of a change
ALIKE = 0.3  # below it two texts share hardly more than their small words, and are shown one after the other
FIELDS = ("title", "lead", "text", "byline", "published_at", "modified_at", "images", "attachments")
MIDNIGHT = "T00:00:00+07:00"  # of a date whose page prints no time
MARKS = {"gone": "[-{}-]", "new": "{{+{}+}}"}  # as `git diff --word-diff` has them
CURRENT = """  -- a version's id ends with its first capture
SELECT a.version_id AS id, a.versions AS number, a.capture_id, c.fetched_at AS seen_from, a.last_seen AS seen_until,
  a.title, a.lead, a.text, a.html, a.byline, a.published_at, a.modified_at, a.images,
  (SELECT json_group_array(json_array(url, name)) FROM (SELECT url, name FROM attachments WHERE article_id = a.id ORDER BY url)) AS attachments
FROM articles a LEFT JOIN captures c ON c.id = substr(a.version_id, instr(a.version_id, '-') + 1) WHERE a.id = ?"""
OLDER = """
SELECT id, number, capture_id, seen_from, seen_until, title, lead, text, html, byline, published_at, modified_at, images, attachments
FROM versions WHERE article_id = ? ORDER BY number"""


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


def versions(conn: sqlite3.Connection, article_id: str, *, told: int | None = None) -> list[dict[str, Any]]:
    """Every version of an article from its first to the newest, each with what `changes` from the one before it: in all steps, or in the last `told`.

    Empty where there is no such article. The connection may have any row factory.
    """
    found = [dict(zip([name for name, *_ in cursor.description], row, strict=True)) for cursor in _asked(conn, article_id) for row in cursor]
    steps = list(pairwise(found))
    compared = {new["number"]: changes(old, new) for old, new in (steps if told is None else steps[len(steps) - told :] if told else [])}
    return [version | {"changes": compared.get(version["number"], ()), "current": version is found[-1]} for version in found]


def _asked(conn: sqlite3.Connection, article_id: str) -> Iterator[sqlite3.Cursor]:
    for sql in (OLDER, CURRENT):
        cursor = conn.cursor()
        cursor.row_factory = None
        yield cursor.execute(sql, [article_id])


def readable(found: Iterable[Change]) -> str:
    """Changes as plain text: a line a paragraph, what went as [-this-], what came as {+this+}."""
    lines = []
    for change in found:
        lines.append(f"{change.field}:")
        lines += ["  " + "".join(MARKS.get(piece.kind, "{}").format(piece.text) for piece in paragraph) for paragraph in change.paragraphs]
    return "\n".join(lines)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """The fields of two versions that differ. The lead is part of the text, so it is named only where the text is the same."""
    texts = {field: (_lines(old.get(field)), _lines(new.get(field))) for field in FIELDS}
    differing = [field for field, (before, after) in texts.items() if before != after]
    if "text" in differing and "lead" in differing:
        differing.remove("lead")
    return tuple(Change(field, tuple(paragraphs(*texts[field]))) for field in differing)


def _lines(value: object) -> list[str]:
    """The paragraphs of a text; one line for each entry of a JSON array."""
    text = "" if value is None else str(value).removesuffix(MIDNIGHT)
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
