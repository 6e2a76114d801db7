"""An article prepared for the finders: each field folded for matching at the very offsets it is printed at. Knows no grammar of mentions.

Text comes in NFC (the contract of `records.Article`). Folding replaces characters one for one, so an offset in a folded string is an
offset in the printed one.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone
from functools import cached_property
from typing import Any

from archive.records import Article, FieldName, Mention

HANOI = timezone(timedelta(hours=7))

_PLAIN = dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " ") | dict.fromkeys("‐‑‒–—−", "-") | {"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ", "⁄": "/"}
_TONES = {"oa": "òóỏõọ àáảãạ", "oe": "òóỏõọ èéẻẽẹ", "uy": "ùúủũụ ỳýỷỹỵ"}
_OTHER_TONE = {
    vowels[0] + second: first + vowels[1] for vowels, forms in _TONES.items() for first, second in zip(*forms.split(), strict=True)
}  # oà -> òa: where the tone of hoà and hòa stands
_MOVABLE = re.compile(f"[ou][{''.join(sorted({pair[1] for pair in _OTHER_TONE}))}]")

# A full stop ends a sentence before a capital, but not after an abbreviation that goes before names.
_SENTENCE_END = re.compile(r"[.!?…\n](?<![.!?…]{2})(?:(?<=\n)|[.!?…]*[\"”')\]]{0,2} +(?=[\"“(\[]?([^\W\d_])))")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:TP|Tp|tp|ThS|Ths|TS|PGS|GS|BS|KS|Đ/c|đ/c|(?<!số )(?<![Cc]ụm )\w)$")


def move_tones(text: str) -> str:
    """`oà` as `òa`, everywhere: the two ways of writing Hòa become one. Keeps the length."""
    if not _MOVABLE.search(text):  # as in most texts
        return text
    for new, old in _OTHER_TONE.items():
        if new in text:
            text = text.replace(new, old)
    return text


def other_tones(folded: str) -> str:
    """A folded text with its tones as the other habit puts them: `hòa` as `hoà`."""
    for new, old in _OTHER_TONE.items():
        folded = folded.replace(old, new)
    return folded


def fold(text: str) -> str:
    """For comparing: lower case, one kind of space and dash, one place for the tone. As long as `text`."""
    return _lower(_plain(text))


def _plain(text: str) -> str:
    for odd, plain in _PLAIN.items():
        if odd in text:
            text = text.replace(odd, plain)
    return text


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) != len(text):  # İ and its like grow when lowered
        lowered = "".join(small if len(small := one.lower()) == 1 else one for one in text)
    return move_tones(lowered)


@dataclass(frozen=True, slots=True)
class Breaks:
    """Where pieces of a text end; `around` gives the piece that holds an offset."""

    ends: tuple[int, ...]
    length: int

    def around(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self.ends, offset)
        start = self.ends[index - 1] if index else 0
        return start, self.ends[index] if index < len(self.ends) else self.length

    def number(self, offset: int) -> int:
        """Of the piece that holds an offset, from 1."""
        return bisect_right(self.ends, offset) + 1


@dataclass(frozen=True)
class Words:
    """One field of an article, as printed and folded. Not slotted: its breaks are made when first asked for, and kept."""

    field: FieldName
    printed: str
    folded: str

    def capital(self, offset: int) -> bool:
        return self.printed[offset : offset + 1].isupper()

    @cached_property
    def sentences(self) -> Breaks:
        ends = [
            found.end()
            for found in _SENTENCE_END.finditer(self.printed)
            if found[1] is None or (found[1].isupper() and not _ABBREVIATION.search(self.printed, max(0, found.start() - 9), found.start()))
        ]
        return Breaks(tuple(ends), len(self.printed))

    @cached_property
    def paragraphs(self) -> Breaks:
        return Breaks(tuple(found.end() for found in re.finditer("\n", self.printed)), len(self.printed))


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article as the finders see it: title, then text, the day it came out (+07:00), and what the finders before have found."""

    title: Words
    text: Words
    day: date | None
    found: list[Mention] = field(default_factory=list)
    runs: dict[FieldName, tuple[Any, ...]] = field(default_factory=dict)  # by field, what `lists` makes of its provinces

    def of_kind(self, kind: str, field_name: FieldName) -> tuple[Mention, ...]:
        return tuple(one for one in self.found if one.kind == kind and one.field == field_name)

    @property
    def fields(self) -> tuple[Words, Words]:
        return self.title, self.text


def prepare(article: Article) -> Prepared:
    def words(field: FieldName, printed: str) -> Words:
        return Words(field, printed, fold(printed))

    day = article.published_at.astimezone(HANOI).date() if article.published_at else None
    return Prepared(words("title", article.title), words("text", article.text), day)


def occurrences(words: Words, stems: tuple[str, ...]) -> list[int]:
    """Where a word begins with one of the stems, in order. Plain searches: several times faster than a pattern tried at every letter."""
    folded = words.folded
    starts = set()
    for stem in stems:
        at = folded.find(stem)
        while at >= 0:
            if not folded[at - 1 : at].isalnum():
                starts.add(at)
            at = folded.find(stem, at + 1)
    return sorted(starts)
