"""What analysts type, made into safe FTS5 queries, and where its words stand in a text. `find` answers them.

SQLite's `remove_diacritics` folds ô and ụ but not đ, so each d of a query stands for d and đ. The query is parsed here; what was
typed never reaches MATCH but inside quotes.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, product

MAX_CHARACTERS = 400  # of a query; the rest is not read
MAX_TERMS = 32
MAX_FORKS = {"token": 4, "phrase": 8}  # positions where a d forks into d and đ: 16 and 256 alternatives; later ones stay as typed
TOKEN = re.compile(r"[^\W_]+")
TERM = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?(?P<star>\*)?|(?P<word>[^\s"]+))')
QUOTES = dict.fromkeys(map(ord, "“”„‟«»＂"), '"')
COMBINING = re.compile("[\u0300-\u036f]+")
UNACCENTED = {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"}  # eth stands for đ in texts that came out of older encodings
NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx")
NUMBERED = frozenset({"so", "cum", "khoi", "dua"})  # after these words 3, 03 and III are one number: "cụm 3", "thi đua số III"


class _Folding(dict[int, str]):
    """Letter to its bare lower-case form, one character for one, so that places in a text stay what they were."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        bare = "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part)).lower()
        self[code] = UNACCENTED.get(letter) or (bare if len(bare) == 1 else letter)
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Lower case without accents, đ as d: for comparison, never for showing."""
    return COMBINING.sub("", unicodedata.normalize("NFC", text).translate(_FOLDING))


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for. What holds several tokens (`"thi đua"`, `309/QĐ-BCT`) is found only as a run of them."""

    text: str
    quoted: bool = False
    prefix: bool = False
    minus: bool = False

    @property
    def tokens(self) -> list[str]:
        return TOKEN.findall(fold(self.text))


@dataclass(frozen=True, slots=True)
class Query:
    terms: tuple[Term, ...] = ()

    @property
    def accented(self) -> bool:
        """Whether it was typed with accents, so that exactly accented hits come first."""
        return any(fold(term.text) != term.text.lower() for term in self.terms)


@dataclass(frozen=True, slots=True)
class Marked:
    """Original text with the places (start, end) that answer the query."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def __iter__(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is marked."""
        at = 0
        for start, end in self.marks:
            yield self.text[at:start], False
            yield self.text[start:end], True
            at = end
        yield self.text[at:], False


def parse(query: str) -> Query:
    """Words, "phrases", prefix*, -minus. Any text is a query; what has no letter or digit asks for nothing."""
    text = unicodedata.normalize("NFC", "".join(map(_printable, query[:MAX_CHARACTERS]))).translate(QUOTES)
    terms = (
        Term(
            text=(found["phrase"] or found["word"] or "").rstrip("*"),
            quoted=found["word"] is None,
            prefix=bool(found["star"]) or (found["word"] or "").endswith("*"),
            minus=bool(found["minus"]),
        )
        for found in TERM.finditer(text)
    )
    return Query(tuple(islice((term for term in terms if term.tokens), MAX_TERMS)))


def _printable(letter: str) -> str:
    """Control characters and lone surrogates would break SQLite's reading; format characters are not seen by who types them."""
    category = unicodedata.category(letter)
    return "" if category == "Cf" else " " if category in {"Cc", "Cs"} else letter


def match(query: Query, *, exact: bool) -> str | None:
    """The FTS5 expression: for `articles_exact` as typed, else for those that fold. None where nothing is asked for, or only what must not be."""
    wanted = [_expression(term, before, exact=exact) for before, term in _with_before(query) if not term.minus]
    if not wanted:
        return None
    unwanted = [_expression(term, None, exact=exact) for term in query.terms if term.minus]
    return " AND ".join(wanted) if not unwanted else f"({' AND '.join(wanted)}) NOT ({' OR '.join(unwanted)})"


def _with_before(query: Query) -> Iterator[tuple[Term | None, Term]]:
    yield from zip((None, *query.terms), query.terms, strict=False)


def _expression(term: Term, before: Term | None, *, exact: bool) -> str:
    alternatives = [term.text] if exact else list(dict.fromkeys(chain(_forks(term.text), _numerals(term, before))))
    quoted = [f'"{text}"{"*" if term.prefix else ""}' for text in alternatives]  # no quote is left inside: `parse` splits at them
    return quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})"


def _forks(text: str) -> Iterator[str]:
    """The text with each of its first d's as d and as đ."""
    places = [found.start() + at for found in TOKEN.finditer(text) for at in _first_ds(found.group())][: MAX_FORKS["phrase"]]
    for letters in product("dđ", repeat=len(places)):
        forked = list(text)
        for place, letter in zip(places, letters, strict=True):
            forked[place] = letter
        yield "".join(forked)


def _first_ds(token: str) -> list[int]:
    return [at for at, letter in enumerate(token) if letter.translate(_FOLDING) == "d"][: MAX_FORKS["token"]]


def _numerals(term: Term, before: Term | None) -> tuple[str, ...]:
    """Other ways to write a number that follows a word for a cluster or block; none for other words."""
    if term.quoted or term.prefix or before is None or before.tokens[-1] not in NUMBERED:
        return ()
    return _forms().get(fold(term.text), ())


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    forms: dict[str, tuple[str, ...]] = {}
    for number, roman in enumerate(NUMERALS, 1):
        same = tuple(dict.fromkeys((str(number), f"{number:02}", roman)))
        forms |= dict.fromkeys(same, same)
    return forms


def highlight(text: str, query: Query) -> Marked:
    """The whole text with the query's words marked."""
    pattern = _pattern(query)
    found = [one.span() for one in pattern.finditer(text.translate(_FOLDING))] if pattern else []
    marks: list[tuple[int, int]] = []
    for start, end in found:
        if marks and text[marks[-1][1] : start].isspace():
            marks[-1] = (marks[-1][0], end)
        else:
            marks.append((start, end))
    return Marked(text, tuple(marks))


def excerpt(text: str, query: Query, width: int = 260) -> Marked:
    """About `width` characters of the text around the place where most of the query stands together; its beginning where nothing does."""
    marked = highlight(text, query)
    begin = _best(marked, width) if marked.marks else 0
    end = min(len(text), begin + width)
    if end < len(text):
        end = max(text.rfind(" ", begin, end + 1), begin + width // 2)
    inside = ((max(start, begin), min(stop, end)) for start, stop in marked.marks if start < end and stop > begin)
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    shift = len(before) - begin
    return Marked(f"{before}{text[begin:end]}{after}", tuple((start + shift, stop + shift) for start, stop in inside))


def _best(marked: Marked, width: int) -> int:
    """Where to begin so that the most marked characters are in sight; on a word, a little before the first of them."""
    starts = [start for start, _ in marked.marks]
    covered = {start: sum(e - s for s, e in marked.marks if start <= s and e <= start + width * 3 // 4) for start in starts[:200]}
    first = max(covered, key=lambda start: (covered[start], -start))
    margin = first - width // 5
    return 0 if margin <= 0 else min(first, marked.text.find(" ", margin) + 1 or first)


def _pattern(query: Query) -> re.Pattern[str] | None:
    """Finds the terms in folded text, runs of tokens as runs."""
    sources = {
        r"[\W_]+".join(map(re.escape, tokens)) + ("" if term.prefix else r"(?![^\W_])")
        for before, term in _with_before(query)
        if not term.minus
        for tokens in (term.tokens, *([form] for form in _numerals(term, before)))
    }
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(sources, key=len, reverse=True))})") if sources else None
