"""How well pages are read: what a reader says of a page against what a careful person says, field by field. Knows no reader of its own.

The pages are the folders `tests/sites/<site>/<case>/`; those whose name begins with `gate-` are the gate part, written before the rules they judge.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.probe import Answer
from crawler.site import Site
from crawler.site_files import load_site, read_site_file
from crawler.survey.cases import CASE, GOLDEN, load_case

FOLDER = Path(__file__).parent / "sites"
GATE = "gate-"
UNTELLING = re.compile(r"[\W_]+")

Said = Mapping[str, Any]  # an article as `article.json` has it; {} where the reader says that the page is none


@dataclass(frozen=True)
class Case:
    """One page with its truth."""

    path: Path
    site: Site
    answer: Answer
    truth: Said

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"


def cases(folder: Path = FOLDER, pattern: str = "*") -> list[Case]:
    """Every reviewed page of a folder, in order of site and name."""
    found = []
    for path in sorted(one.parent for one in folder.glob(f"*/{pattern}/{CASE}")):
        if (path / GOLDEN).exists():
            site, answer = load_case(path)
            found.append(Case(path, site_of(path.parent, site), answer, json.loads((path / GOLDEN).read_text(encoding="utf-8"))))
    return found


def site_of(folder: Path, name: str) -> Site:
    """The site file that stands beside the cases, for sites made up for them; else the project's own."""
    beside = folder / f"{name}.toml"
    return read_site_file(beside) if beside.exists() else load_site(name)


@dataclass
class Score:
    """Counts over pages; the shares that the goals speak of are properties. `wrong` names each miss: case, field, said, true."""

    pages: int = 0
    right: Counter[str] = field(default_factory=Counter)  # by field: title, authors, kinds, date, lead, …
    invented: Counter[str] = field(default_factory=Counter)  # authors, dates: pages where something is named that the page does not name
    paragraphs: Counter[str] = field(default_factory=Counter)  # said, true, both
    leads: int = 0  # pages that have one
    wrong: list[tuple[str, str, object, object]] = field(default_factory=list)

    def share(self, name: str) -> float:
        return self.right[name] / (self.leads if name == "lead kept" else self.pages) if self.pages else 0.0

    @property
    def precision(self) -> float:
        return self.paragraphs["both"] / max(1, self.paragraphs["said"])

    @property
    def recall(self) -> float:
        return self.paragraphs["both"] / max(1, self.paragraphs["true"])

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def score(read: Callable[[Case], Said], pages: Iterable[Case]) -> Score:
    """What a reader makes of the pages, counted."""
    total = Score()
    for case in pages:
        _count(total, case, read(case))
    return total


def _count(total: Score, case: Case, said: Said) -> None:
    truth = case.truth
    total.pages += 1

    def note(name: str, was: object, should: object) -> None:
        total.right[name] += was == should
        if was != should:
            total.wrong.append((case.name, name, was, should))

    note("title", said.get("title"), truth["title"])
    note("authors", names(said), names(truth))
    note("kinds", kinds(said), kinds(truth))
    note("date", moment(said.get("published_at")), moment(truth["published_at"]))
    note("day", day(said), day(truth))
    for name in ("lead", "modified_at", "category", "tags", "language", "images", "attachments"):
        note(name, said.get(name), truth[name])
    note("source", source(said), source(truth))
    total.invented["authors"] += bool(set(names(said)) - set(names(truth)))
    total.invented["dates"] += day(said) is not None and day(truth) is None
    true, found = lines(truth), lines(said)
    total.paragraphs.update(said=found.total(), true=true.total(), both=(true & found).total())
    for what, odd in (("paragraph invented", found - true), ("paragraph lost", true - found)):
        total.wrong += [(case.name, what, one, None) for one in odd]
    if truth["lead"]:
        total.leads += 1
        opening = folded(said.get("text") or "")[: len(folded(truth["lead"]))]
        note("lead kept", opening, folded(truth["lead"]))


def names(said: Said) -> list[str]:
    return [one["name"].casefold() for one in (said.get("byline") or {}).get("authors", [])]


def kinds(said: Said) -> list[tuple[str, str, str]]:
    return [(one["name"], one["kind"], one["role"]) for one in (said.get("byline") or {}).get("authors", [])]


def source(said: Said) -> tuple[str, str] | None:
    """Name and address; one without a path is the same with and without a slash."""
    found = said.get("source")
    return (found["name"], (found["url"] or "").removesuffix("/")) if found else None


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def day(said: Said) -> str | None:
    return (said.get("published_at") or "")[:10] or None


def lines(said: Said) -> Counter[str]:
    """The paragraphs, by their letters and digits."""
    return Counter(one for line in (said.get("text") or "").split("\n") if (one := folded(line)))


def folded(text: str) -> str:
    return UNTELLING.sub("", text.casefold())
