"""Sentences and articles marked by hand (`tests/mentions/README.md`): reads them, and scores what the finders make of them."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from unicodedata import normalize

from archive.records import Article, Claim, Mention
from archive.reference import load_reference
from pipelines.context import Context, ProvincePeriod
from pipelines.mentions import find
from pipelines.mentions.words import HANOI

FOLDER = Path(__file__).parent / "mentions"
CLUSTERS = ("cluster", "block")
CLAIM = re.compile(r"(member|leader|deputy|event|award) (-|\d+)(?: (\d{4}))?: (.+)")


@dataclass(frozen=True)
class Mark:
    """What a careful reader marks; `says` is by name what the mark says of its kind."""

    field: str
    start: int
    end: int
    quote: str
    kind: str
    says: tuple[tuple[str, object], ...]

    @property
    def place(self) -> tuple[str, int, int, str]:
        return self.field, self.start, self.end, self.kind


@dataclass(frozen=True)
class Case:
    name: str
    about: str
    kinds: tuple[str, ...]
    article: Article
    context: Context
    marks: tuple[Mark, ...]
    claims: tuple[str, ...] | None  # None: not judged


def load(part: str) -> list[Case]:
    """All cases of `gate` or `others`, in order."""
    return [case for path in sorted((FOLDER / part).glob("*.toml")) for case in _cases(path)]


def _cases(path: Path) -> Iterator[Case]:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    whole = "articles" in path.stem
    for number, case in enumerate(raw["case"], 1):
        title, marks = parse(_composed(case.get("title", "")), "title")
        text, more = parse(_composed(case["text"].strip("\n")), "text")
        day: date = case.get("published", raw.get("published"))
        site = case.get("site", raw.get("site"))
        article = Article(site or "bao", "https://example.org/1", title, text, "", published_at=datetime.combine(day, time(8), HANOI))
        claims = case.get("claims", [] if whole else None)
        yield Case(
            f"{path.parent.name}/{path.stem}-{number}",
            case["class"],
            tuple(raw["kinds"]),
            article,
            context_of(site),
            tuple(marks + more),
            None if claims is None else tuple(claims),
        )


def _composed(text: str) -> str:
    """As reading gives texts."""
    return normalize("NFC", text)


@cache
def context_of(site: str) -> Context:
    reference = load_reference()
    if not site:
        return Context(site="bao", site_name="Báo địa phương", reference=reference)
    province = reference.provinces[site]
    return Context(site=site, site_name=f"Sở Công Thương {province.full_name}", provinces=(ProvincePeriod(site),), reference=reference)


def parse(marked: str, field_name: str) -> tuple[str, list[Mark]]:
    """The text without its marks, and the marks; ValueError where one is not well formed."""
    text, starts, marks, at = "", list[int](), list[Mark](), 0
    while at < len(marked):
        letter = marked[at]
        if letter == "[":
            starts.append(len(text))
        elif letter == "|" and starts:
            end = marked.index("]", at)
            start = starts.pop()
            kind, *says = (part.strip() for part in marked[at + 1 : end].split(";"))
            marks.append(Mark(field_name, start, len(text), text[start:], kind, tuple(_says(kind, says))))
            at = end
        elif letter == "]":
            msg = f"a ] without its mark: {marked[max(0, at - 30) : at]!r}"
            raise ValueError(msg)
        else:
            text += letter
        at += 1
    if starts:
        msg = f"a mark that does not end: {text[starts[-1] :][:40]!r}"
        raise ValueError(msg)
    return text, sorted(marks, key=lambda one: (one.start, -one.end))


def _says(kind: str, says: Sequence[str]) -> Iterator[tuple[str, object]]:
    if kind in CLUSTERS:
        yield "scheme", says[0]
        yield "number", None if says[1] == "-" else says[1]
        yield "entity", next((one[1:] for one in says[2:] if one.startswith("=")), None)
        yield "year", next((int(one[5:]) for one in says[2:] if one.startswith("year=")), None)
        yield "ref", "ref" in says[2:]
    elif kind == "decision":
        yield from zip(("number", "date", "holder"), (None if one == "-" else one for one in says), strict=True)
    else:
        yield "entity", says[0]


def said(mention: Mention) -> dict[str, object]:
    """What a mention says, as a mark would."""
    if mention.kind in CLUSTERS:
        return {name: getattr(mention, name) for name in ("scheme", "number", "entity", "year")} | {"ref": mention.refers_to is not None}
    if mention.kind == "decision":
        return {name: getattr(mention, name) for name in ("number", "date", "holder")}
    return {"entity": mention.entity}


def claimed(mentions: Iterable[Mention], claims: Iterable[Claim]) -> list[str]:
    """The claims as a person would write them down: those of one enumeration together, an event once."""
    about = {(one.field, one.start): one for one in mentions if one.kind in CLUSTERS}
    lines: dict[tuple[Any, ...], list[str]] = {}
    events: dict[tuple[Any, ...], tuple[str, str]] = {}
    for one in claims:
        cluster = about[one.mention] if one.mention else None
        number = cluster.number if cluster and cluster.number else "-"
        subject = one.subject_entity or f"?{one.subject}"
        head = f"{number} {one.year}" if one.year else number
        if one.kind == "member":
            lines.setdefault(("member", one.mention, one.start), [f"member {head}: "]).append(subject)
        elif one.kind == "event":
            day, place = events.get((head, one.what), ("-", "-"))
            events[head, one.what] = (one.day or day if day == "-" else day, one.place or place if place == "-" else place)
        else:
            what = f"{one.what}; " if one.kind == "award" else ""
            lines[one.kind, head, what, subject] = [f"{one.kind} {head}: {what}", subject]
    return [line[0] + ", ".join(line[1:]) for line in lines.values()] + [
        f"event {head}: {what}; {day}; {place}" for (head, what), (day, place) in events.items()
    ]


Finds: TypeAlias = Callable[[Article, Context], tuple[tuple[Mention, ...], tuple[Claim, ...]]]


@dataclass
class Score:
    """Counts by name, and what went wrong, for people."""

    right: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def f1(self, name: str) -> float:
        return round(2 * self.right[name] / (self.found[name] + self.wanted[name] or 1), 4)

    def share(self, name: str) -> float:
        return round(self.right[name] / (self.wanted[name] or 1), 4)

    def one(self, name: str, *, right: bool) -> None:
        self.wanted[name] += 1
        self.right[name] += right


def score(cases: Iterable[Case], finds: Finds = find) -> Score:
    total = Score()
    for case in cases:
        mentions, claims = finds(case.article, case.context)
        _score_mentions(case, mentions, total)
        if case.claims is not None:
            _score_claims(case, claimed(mentions, claims), total)
    return total


def _score_mentions(case: Case, mentions: Iterable[Mention], total: Score) -> None:
    marks = {one.place: one for one in case.marks}
    found = {(one.field, one.start, one.end, one.kind): one for one in mentions if one.kind in case.kinds}
    for place in sorted(marks.keys() | found.keys()):
        mark, mention = marks.get(place), found.get(place)
        name = "mention" if place[3] in CLUSTERS else place[3]
        total.wanted[name] += mark is not None
        total.found[name] += mention is not None
        total.right[name] += mark is not None and mention is not None
        around = f"{case.name} ({case.about}) …{getattr(case.article, place[0])[max(0, place[1] - 30) : place[2] + 30]!r}"
        if mark is None or mention is None:
            total.wrong.append(f"{'missed' if mention is None else 'invented'} {place[3]} {(mark or mention).quote!r}: {around}")  # type: ignore[union-attr]
            continue
        says = said(mention)
        for what, value in mark.says:
            total.one(f"{name} {what}", right=says[what] == value)
            if says[what] != value:
                total.wrong.append(f"{what} {says[what]!r} for {value!r} by {mention.rule}: {mention.quote!r} {around}")


def _score_claims(case: Case, found: list[str], total: Score) -> None:
    wanted = list(case.claims or ())
    for kind in ("member", "leader", "deputy", "event", "award"):
        want, have = ([_parts(line) for line in lines if line.startswith(kind)] for lines in (wanted, found))
        bare = (lambda one: one[:3]) if kind == "event" else (lambda one: one)
        pairs = [(one, other) for one in want for other in have if bare(one) == bare(other)]
        total.wanted[kind] += len(want)
        total.found[kind] += len(have)
        total.right[kind] += len({one for one, _ in pairs})
        for one, other in pairs:
            if kind == "event":
                for what, value, got in zip(("day", "place"), one[3:], other[3:], strict=True):
                    total.one(f"event {what}", right=value == got)
                    if value != got:
                        total.wrong.append(f"event {what} {got!r} for {value!r}: {case.name} ({case.about})")
        matched = {bare(one) for one, _ in pairs}
        total.wrong += [f"missed claim {one}: {case.name} ({case.about})" for one in want if bare(one) not in matched]
        total.wrong += [f"invented claim {one}: {case.name} ({case.about})" for one in have if bare(one) not in matched]


def _parts(line: str) -> tuple[str, ...]:
    """Kind, number and year, then what is said; of an event first what it is."""
    parsed = CLAIM.fullmatch(line)
    if parsed is None:
        msg = f"no claim: {line!r}"
        raise ValueError(msg)
    kind, number, year, rest = parsed.groups()
    return (kind, f"{number} {year or '-'}", *(part.strip() for part in rest.split(";")))
