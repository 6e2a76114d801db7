"""The mentions and claims of every article of the sample departments, against the truth written beside it, on both days."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from archive.records import Article, Claim, Mention
from congthuong.demo.samples import SYSTEMS, sample_sites
from pipelines.mentions import find

SITES = sample_sites()


def cases() -> Iterator[Any]:
    for site, system in SYSTEMS.items():
        for day in (1, 2):
            for article in system(site, day=day).all_articles:
                yield pytest.param(site, article.truth, id=f"{site}-{article.number:02}-day{day}")


@pytest.fixture(params=[case.values for case in cases()], ids=[case.id for case in cases()])
def case(request: pytest.FixtureRequest) -> tuple[dict[str, Any], list[Mention], list[Claim]]:
    site, truth = request.param
    printed = truth.get("published_at")
    published = datetime.fromisoformat(printed) if printed else None
    article = Article(site, "https://example.org/1", truth["title"], truth["text"].strip(), "", published_at=published)
    mentions, claims = find(article, SITES[site].context())
    return truth, list(mentions), list(claims)


PLACES = {"province": "provinces", "department": "departments"}


def test_clusters_blocks_and_decisions(case: tuple[dict[str, Any], list[Mention], list[Claim]]) -> None:
    truth, mentions, _ = case
    found = [(one.field, one.quote, one.kind, one.scheme, one.number, one.entity, bool(one.refers_to)) for one in mentions if one.kind not in PLACES]
    wanted = [
        (one["field"], one["quote"], one["kind"], one.get("scheme"), one.get("number"), one.get("entity"), one.get("refers", False))
        for one in truth["mentions"]
    ]
    assert found == wanted
    holders = [one.holder for one in mentions if one.kind not in PLACES]
    assert all(holder == one["holder"] for holder, one in zip(holders, truth["mentions"], strict=True) if "holder" in one)


@pytest.mark.parametrize(("kind", "key"), PLACES.items())
def test_provinces_and_their_departments(case: tuple[dict[str, Any], list[Mention], list[Claim]], kind: str, key: str) -> None:
    truth, mentions, _ = case
    assert [[one.quote, one.entity] for one in mentions if one.kind == kind] == truth.get(key, [])


@pytest.mark.parametrize(("kind", "key"), (("member", "members"), ("leader", "leaders"), ("deputy", "deputies")))
def test_claims(case: tuple[dict[str, Any], list[Mention], list[Claim]], kind: str, key: str) -> None:
    truth, _, claims = case
    assert sorted([one.entity or "", one.subject_entity] for one in claims if one.kind == kind) == sorted(truth.get(key, []))
