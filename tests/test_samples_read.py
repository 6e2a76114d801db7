"""Every article of every sample department, on both days, read off its page as its system prints it and compared with what is true of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urljoin

import pytest

from archive.records import Article, Reading
from congthuong.demo import cms, sharepoint
from congthuong.demo.samples import SYSTEMS, sample_sites
from pipelines.read import read_html
from pipelines.urls import identity_key

FETCHED = datetime(2026, 11, 20, tzinfo=UTC)
SITES = sample_sites()
ADDRESSES: dict[str, Callable[[Any, cms.Article], str]] = {
    "demo-bac-kan": lambda _, article: f"/{article.page['slug']}/",
    "demo-lang-son": lambda department, article: department.link(article),
    "demo-cao-bang": lambda department, article: department.link(article),
    "demo-ha-giang": lambda _, article: sharepoint.address(article),
}
CASES = tuple(
    pytest.param(department, article, id=f"{site}-{article.number}-day{day}")
    for site, system in SYSTEMS.items()
    for day in (1, 2)
    for department in [system(site, day=day, origin=SITES[site].home.rstrip("/"))]
    for article in department.articles
)


@pytest.mark.parametrize(("department", "sample"), CASES)
def test_what_is_read_is_true(department: cms.Department, sample: cms.Article) -> None:
    article, truth = read(department, sample), sample.truth
    assert article.title == truth["title"]
    assert article.text == truth["text"].strip()
    assert article.lead == (truth["lead"].strip() if "lead" in truth else None)
    assert authors(article) == [(one["name"], one.get("kind", "person"), one.get("role", "text")) for one in truth["authors"]]
    assert iso(article.published_at) == truth.get("published_at")
    assert iso(article.modified_at) == truth.get("modified_at")
    assert article.category == truth.get("category")
    assert list(article.tags) == truth.get("tags", [])
    assert (article.source.name if article.source else None) == truth.get("source")
    assert [one.caption for one in article.images] == [one.get("caption", "") for one in truth.get("images", [])]
    assert ends_in([one.url for one in article.images], truth.get("images", []))
    assert ends_in([one.url for one in article.attachments], truth.get("attachments", []))
    assert article.language == "vi"


@pytest.mark.parametrize("site", tuple(SYSTEMS))
def test_no_date_and_no_byline_is_doubted_or_guessed(site: str) -> None:
    department = SYSTEMS[site](site, day=1, origin=SITES[site].home.rstrip("/"))
    for sample in department.articles:
        article = read(department, sample)
        methods = {one.field: one.method for one in article.evidence}
        assert ("published_at" in methods) == (article.published_at is not None)
        assert ("byline" in methods) == (article.byline is not None)
        assert [one for one in article.evidence if one.doubt] == []


@pytest.mark.parametrize("site", tuple(SYSTEMS))
def test_every_article_has_an_identity_of_its_own_by_the_layout(site: str) -> None:
    department = SYSTEMS[site](site, day=1, origin=SITES[site].home.rstrip("/"))
    pattern = SITES[site].layout[-1].identity_pattern
    keys = [identity_key(address(department, sample), pattern) for sample in department.articles]
    assert len(set(keys)) == len(keys)
    assert all(key.startswith("#") for key in keys)


def address(department: cms.Department, sample: cms.Article) -> str:
    return urljoin(f"{department.origin}/", ADDRESSES[department.site](department, sample))


def read(department: cms.Department, sample: cms.Article) -> Article:
    page = department.get(ADDRESSES[department.site](department, sample))
    assert page.status == 200
    reading = read_html(page.body, address(department, sample), context=SITES[department.site].context(), fetched_at=FETCHED)
    assert isinstance(reading, Reading), reading
    return reading.article


def authors(article: Article) -> list[tuple[str, str, str]]:
    return [(one.name, one.kind, one.role) for one in article.byline.authors] if article.byline else []


def iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def ends_in(urls: list[str], files: list[dict[str, str]]) -> bool:
    """Each file's name stands in the address, which may go on after it (`/ke-hoach.pdf/6f1d`)."""
    return len(urls) == len(files) and all(one["file"] in unquote(url) for url, one in zip(urls, files, strict=True))
