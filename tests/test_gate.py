"""The gate: how well the gate pages are read, pinned with the pages themselves in `sites/gate.toml`. Any change of either has to be written there.

The pages were written from what is known of departments' sites, before the rules that read them and without knowledge of them.
"""

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archive.records import Reading
from crawler.survey.cases import CASE, GOLDEN, PAGE, capture_of, golden
from pipelines.read import read
from scoring import FOLDER, GATE, Case, Said, Score, cases, score

PINNED = FOLDER / "gate.toml"
PAGES = cases(pattern=f"{GATE}*")
SHARES = ("title", "authors", "kinds", "date", "lead kept", "lead", "modified_at", "category", "tags", "language", "source", "images", "attachments")


def by_layout(case: Case) -> Said:
    found = read([capture_of(case.site.id, case.answer)], case.site.context())
    return golden(found) if isinstance(found, Reading) else {}


def generic(case: Case) -> Said:
    """As if nothing were known of the site but its name."""
    found = read([capture_of(case.site.id, case.answer)], replace(case.site.context(), layouts=()))
    return golden(found) if isinstance(found, Reading) else {}


def has_layout(case: Case) -> bool:
    return any(layout.body for layout in case.site.context().layouts)


PARTS: dict[str, tuple[Callable[[Case], Said], list[Case]]] = {
    "layout": (by_layout, [case for case in PAGES if has_layout(case)]),
    "unknown": (by_layout, [case for case in PAGES if not has_layout(case)]),  # only addresses are known
    "generic": (generic, PAGES),
}


def corpus(folder: Path = FOLDER) -> str:
    """A digest of all gate pages, where and when they were captured, and their truth."""
    digest = hashlib.sha256()
    for name in (CASE, GOLDEN, PAGE):
        for path in sorted(folder.glob(f"*/{GATE}*/{name}")):
            digest.update(f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def table(found: Score) -> dict[str, float | int]:
    shares = {name.replace(" ", "_"): round(found.share(name), 4) for name in SHARES}
    paragraphs = {"paragraph_precision": round(found.precision, 4), "paragraph_recall": round(found.recall, 4)}
    return {"pages": found.pages, **shares, "invented_authors": found.invented["authors"], "invented_dates": found.invented["dates"], **paragraphs}


def test_the_gate_is_large_enough_and_its_pages_are_those_that_were_pinned() -> None:
    assert len(PAGES) >= 90
    assert sum(bool(case.truth["byline"]) for case in PAGES) >= 60
    assert tomllib.loads(PINNED.read_text(encoding="utf-8"))["corpus"] == corpus(), f"gate pages have changed: {PINNED} has to say so"


@pytest.mark.parametrize("part", tuple(PARTS))
def test_the_score_is_the_pinned_one(part: str) -> None:
    pinned = tomllib.loads(PINNED.read_text(encoding="utf-8"))[part]
    reached = score(*PARTS[part])
    now = table(reached)
    said = "\n".join(f"{name} = {value}" for name, value in now.items())
    misses = "\n".join(f"{case}: {name}: {was!r} instead of {should!r}" for case, name, was, should in reached.wrong)
    assert now == pinned, f"{PINNED}, [{part}] would have to be\n{said}\n\nmissed:\n{misses}"


def test_the_score_counts_what_it_says() -> None:
    case = PAGES[0]
    truth = dict(case.truth)
    perfect = score(lambda one: one.truth, PAGES)
    assert (perfect.share("title"), perfect.share("authors"), perfect.f1, perfect.wrong) == (1.0, 1.0, 1.0, [])
    nothing = score(lambda _: {}, PAGES)
    assert (nothing.share("title"), nothing.share("lead kept"), nothing.recall, nothing.invented.total()) == (0.0, 0.0, 0.0, 0)
    made_up = truth | {
        "byline": {"raw": "Ai Đó", "authors": [{"name": "Ai Đó", "kind": "person", "role": "text"}]},
        "published_at": "2001-01-01 00:00:00+07:00",
    }
    undated = replace(case, truth=truth | {"published_at": None})
    assert score(lambda _: made_up, [undated]).invented == {"authors": 1, "dates": 1}
    half = truth | {"text": truth["text"].split("\n", maxsplit=1)[0]}
    assert score(lambda _: half, [case]).precision == 1.0
    assert score(lambda _: half, [case]).recall < 1.0
