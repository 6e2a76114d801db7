"""The truth beside the sample articles fits itself: whole, known keys, quotes in order, ids of the reference data. All departments, both days."""

import unicodedata

import pytest

from archive.reference import load_reference
from congthuong.demo.cms import Article
from congthuong.demo.samples import SYSTEMS

NEEDED = {"title", "authors", "category", "tags", "images", "attachments", "text", "mentions", "provinces", "members"}
ALLOWED = NEEDED | {"published_at", "modified_at", "lead", "source", "leaders", "deputies", "departments"}
EVERY = [(site, day, one) for site, system in SYSTEMS.items() for day in (1, 2) for one in system(site, day=day).articles]


@pytest.mark.parametrize(("site", "day", "article"), EVERY, ids=lambda value: f"{value.number:02}" if isinstance(value, Article) else str(value))
def test_truth_fits_itself(site: str, day: int, article: Article) -> None:
    truth, reference = article.truth, load_reference()
    assert NEEDED <= truth.keys() <= ALLOWED
    text = truth["text"].strip("\n")
    assert unicodedata.is_normalized("NFC", text)
    assert 150 <= len(text.split()) <= 450
    if lead := truth.get("lead"):
        assert text.startswith(lead.strip("\n") + "\n")
    for author in truth["authors"]:
        assert author.keys() == {"name", "kind", "role"}
        assert author["kind"] in {"person", "unit", "agency", "initials"}
        assert author["role"] in {"text", "photo", "compiled", "source"}
        assert author["name"] not in (text if author["kind"] == "person" else text.splitlines())
    at = {"title": 0, "text": 0}
    for one in truth["mentions"]:
        assert one.keys() <= {"field", "quote", "kind", "scheme", "number", "entity", "refers", "holder"}
        assert one.get("entity", "qd-309-bct-2023") in {*reference.clusters, *reference.decisions}
        at[one["field"]] = (truth["title"] if one["field"] == "title" else text).index(one["quote"], at[one["field"]]) + len(one["quote"])
    place = 0
    for quote, province in truth["provinces"]:
        assert province in reference.provinces
        place = f"{truth['title']}\n{text}".index(quote, place) + len(quote)
