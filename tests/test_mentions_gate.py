"""How well mentions and claims are found, against sentences and articles marked by hand. `mentions/scores.toml` pins the scores of both parts and
which cases are the gate: any change of either has to be written there.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace

import pytest

from mention_gold import CLUSTERS, FOLDER, Case, Score, load, parse, score
from pipelines.mentions import find

PINNED = FOLDER / "scores.toml"
PARTS = {part: load(part) for part in ("gate", "others")}
ALL = [case for cases in PARTS.values() for case in cases]
F1 = ("mention", "decision", "province", "department", "member", "leader", "deputy", "event", "award")


def is_article(case: Case) -> bool:
    return "/articles-" in case.name


def corpus() -> str:
    """A digest of the gate's files."""
    digest = hashlib.sha256()
    for path in sorted((FOLDER / "gate").glob("*.toml")):
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def table(reached: Score) -> dict[str, float | int]:
    shares = sorted(name for name in reached.wanted if " " in name)
    counts = {f"invented_{name}": reached.found[name] - reached.right[name] for name in F1}
    return {name: reached.f1(name) for name in F1} | counts | {name.replace(" ", "_"): reached.share(name) for name in shares}


def test_the_gold_is_large_enough_and_the_gate_is_the_one_that_was_pinned() -> None:
    assert sum(not is_article(case) for case in ALL) >= 400
    assert sum(map(is_article, ALL)) >= 80
    assert len(PARTS["gate"]) >= len(ALL) / 3
    assert tomllib.loads(PINNED.read_text(encoding="utf-8"))["corpus"] == corpus(), f"gate cases have changed: {PINNED} has to say so"


@pytest.mark.parametrize("part", tuple(PARTS))
def test_the_score_is_the_pinned_one(part: str) -> None:
    pinned = tomllib.loads(PINNED.read_text(encoding="utf-8"))[part]
    reached = score(PARTS[part])
    now = table(reached)
    said = "\n".join(f"{name} = {value}" for name, value in now.items())
    assert now == pinned, f"{PINNED}, [{part}] would have to be\n{said}\n\nmissed:\n" + "\n".join(reached.wrong)


def test_no_industrial_cluster_is_ever_taken_for_an_emulation_cluster() -> None:
    friends = re.compile(r"\s+(?:công nghiệp|liên kết ngành|thiết bị|trường|dân cư|doanh nghiệp|lượng)(?!\w)", re.IGNORECASE)
    seen = 0
    for case in ALL:
        found, _ = find(case.article, case.context)
        for field in ("title", "text"):
            said = getattr(case.article, field)
            taken = {one.end for one in found if one.field == field and one.kind in CLUSTERS and one.quote.casefold() in {"cụm", "khối"}}
            places = [one.end() for one in re.finditer(r"(?i)(?<!\w)(?:cụm|khối)(?!\w)", said) if friends.match(said, one.end())]
            seen += len(places)
            assert not taken & set(places), case.name
    assert seen > 50, "too few look-alikes to prove anything"


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_every_quote_stands_where_it_says_and_every_reference_leads_to_a_full_mention(case: Case) -> None:
    mentions, claims = find(case.article, case.context)
    places = {(one.field, one.start): one for one in mentions if one.kind in CLUSTERS}
    for one in (*mentions, *claims):
        assert getattr(case.article, one.field)[one.start : one.end] == one.quote
    for one in mentions:
        assert one.paragraph == getattr(case.article, one.field).count("\n", 0, one.start) + 1
        assert one.sentence >= one.paragraph
        assert one.refers_to is None or places[one.refers_to].refers_to is None
    assert all(one.mention in places for one in claims)


def test_the_score_counts_what_it_says() -> None:
    nothing = score(PARTS["gate"], lambda *_: ((), ()))
    assert (nothing.f1("mention"), nothing.f1("member"), nothing.wanted["mention"]) == (0.0, 0.0, sum(map(marked(CLUSTERS), PARTS["gate"])))
    [case] = [one for one in PARTS["gate"] if one.name == "gate/sentences-clusters-1-1"]
    mentions, claims = find(case.article, case.context)
    assert score([case]).wrong == []
    other = tuple(replace(one, scheme="other") for one in mentions)
    assert score([case], lambda *_: (other, claims)).share("mention scheme") == 0.0


def marked(kinds: tuple[str, ...]) -> Callable[[Case], int]:
    return lambda case: sum(mark.kind in kinds for mark in case.marks)


@pytest.mark.parametrize("text", ("[Cụm", "Cụm]", "[Cụm|cluster; moit; 3"))
def test_a_mark_that_is_not_well_formed_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"mark|substring"):
        parse(text, "text")
