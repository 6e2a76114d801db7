"""What a department has beside its published articles (drafts, protected, internal, foreign ones) stays out of the archive; a second run asks for little."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conftest import Samples, serve_samples
from congthuong.demo import SITE_FILES
from congthuong.demo.cms import Department, Response
from congthuong.demo.samples import SYSTEMS
from congthuong.demo.server import Served
from test_end_to_end import query

SITES = tuple(path.stem for path in SITE_FILES)

# What must never be asked for: the start of path and query, by hand from each robots.txt and from where its English pages stand.
CLOSED = {
    "demo-bac-kan": ("/wp-admin/", "/lich-cong-tac-tuan-", "/en/", "/wp-login.php"),
    "demo-lang-son": ("/admin/", "/vi/news/Noi-bo/", "/vi/users/", "/en/"),
    "demo-cao-bang": ("/c/", "/group/", "/en/"),
    "demo-ha-giang": ("/_layouts/", "/noibo/", "/en/"),
}

# The whole of what a run on an unchanged site asks for: its signposts, the first page of each listing.
SIGNPOSTS = {
    "demo-bac-kan": (
        "/robots.txt",
        "/wp-sitemap.xml",
        "/wp-sitemap-posts-post-1.xml",
        "/wp-sitemap-posts-page-1.xml",
        "/wp-sitemap-taxonomies-category-1.xml",
        "/feed/",
        "/category/tin-hoat-dong/",
        "/category/thi-dua-khen-thuong/",
        "/category/thi-truong/",
        "/category/thong-bao/",
        "/category/huong-dan/",
    ),
    "demo-lang-son": (
        "/robots.txt",
        "/sitemap.xml",
        "/sitemap-vi.news.xml",
        "/vi/news/rss/",
        "/vi/news/Tin-hoat-dong/",
        "/vi/news/Quan-ly-cong-nghiep/",
        "/vi/news/Quan-ly-thuong-mai/",
        "/vi/news/Khuyen-cong/",
        "/vi/news/Thi-dua-Khen-thuong/",
    ),
    "demo-cao-bang": ("/robots.txt", "/tin-tuc", "/thong-bao"),
    "demo-ha-giang": (
        "/robots.txt",
        "/sitemap.xml",
        "/Pages/NewsGroups.aspx?cid=6f1d2c84-93ab-4e07-b5d8-2f7a41c09e63",
        "/Pages/NewsGroups.aspx?cid=b8407e15-5c2d-4f96-8a31-d60e97bb1c42",
        "/Pages/NewsGroups.aspx?cid=2ae95b70-0d46-4c8f-9f13-7c58e4d1a0b9",
    ),
}


@dataclass
class Elsewhere(Department):
    """The other host that the departments link to. It would answer, and be found out by what it was asked for."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        return Response(body=b"<html><body class='single'><h1>Tin</h1><div class='entry-content'><p>Tin</p></div></body></html>")


@dataclass
class Twice:
    """Two crawls of all departments, one after the other: what the commands said, and what each server was asked in each."""

    data: Path
    samples: Samples
    said: list[dict[str, dict[str, Any]]]
    asked: list[dict[str, list[str]]]
    elsewhere: list[str]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twice]:
    folder = tmp_path_factory.mktemp("beside")
    said, asked = [], []
    with Served(Elsewhere("khac")) as elsewhere:
        for samples in serve_samples(folder):
            for served in samples.served.values():
                served.department.elsewhere = elsewhere.department.origin
            for _ in range(2):
                done = samples.crawl(folder / "data")
                said.append({one["site"]: one for one in json.loads(done.out)})
                asked.append({name: [one.target for one in served.asked] for name, served in samples.served.items()})
                for served in samples.served.values():
                    served.asked.clear()
            yield Twice(folder / "data", samples, said, asked, [one.target for one in elsewhere.asked])


@pytest.mark.parametrize("site", SITES)
def test_the_archive_holds_the_published_articles_and_nothing_beside_them(twice: Twice, site: str) -> None:
    department = SYSTEMS[site](site)
    held = query(twice.data / "archive.db", "SELECT title FROM articles WHERE site_id = ?", site)
    assert sorted(one["title"] for one in held) == sorted(one.truth["title"] for one in department.articles)
    words = "\n".join(one["text"] for one in query(twice.data / "archive.db", "SELECT title || char(10) || text AS text FROM articles"))
    assert not [one.title for one in department.beside if one.title.casefold() in words.casefold()]


@pytest.mark.parametrize("site", SITES)
def test_nothing_closed_is_asked_for(twice: Twice, site: str) -> None:
    for asked in twice.asked:
        assert not [target for target in asked[site] if target.startswith(CLOSED[site])]


def test_nothing_foreign_is_asked_for(twice: Twice) -> None:
    assert twice.elsewhere == []


@pytest.mark.parametrize("site", SITES)
def test_what_was_met_and_left_is_named(twice: Twice, site: str) -> None:
    """By the address that was asked for; what stands behind a redirect on the site by the address it led to."""
    beside = [one for one in SYSTEMS[site](site).beside if one.reason]
    expected = {(one.leads_to if one.reason == "Protected" and one.leads_to else one.path): one.reason for one in beside}
    failures = query(twice.data / "archive.db", "SELECT url, reason FROM failures WHERE site_id = ?", site)
    origin = twice.samples.served[site].department.origin
    assert {one["url"].removeprefix(origin): one["reason"] for one in failures} == expected
    assert len(failures) == len(expected), "a failure was noted twice"


@pytest.mark.parametrize("site", SITES)
def test_facts_of_the_site_leave_the_run_complete(twice: Twice, site: str) -> None:
    first, second = (one[site] for one in twice.said)
    assert (first["outcome"], first["new"], first["message"]) == ("complete", 12, None)
    assert first["failures"] == Counter(one.reason for one in SYSTEMS[site](site).beside if one.reason)
    assert (second["outcome"], second["new"], second["changed"], second["failures"]) == ("complete", 0, 0, {})


@pytest.mark.parametrize("site", SITES)
def test_coverage_counts_what_lists_name_and_nobody_may_read(twice: Twice, site: str) -> None:
    named = {one.path for one in SYSTEMS[site](site).beside if one.reason}
    missing: set[str] = set()
    for one in query(twice.data / "archive.db", "SELECT claimed, held, missing FROM coverage WHERE site_id = ?", site):
        urls = json.loads(one["missing"])
        assert one["claimed"] - one["held"] == len(urls)
        missing |= {urlsplit(url)._replace(scheme="", netloc="").geturl() for url in urls}
    assert missing == named


@pytest.mark.parametrize("site", SITES)
def test_the_first_run_asks_for_each_page_once(twice: Twice, site: str) -> None:
    assert {target: count for target, count in Counter(twice.asked[0][site]).items() if count > 1} == {}


@pytest.mark.parametrize("site", SITES)
def test_a_run_on_an_unchanged_site_asks_for_its_signposts_and_nothing_else(twice: Twice, site: str) -> None:
    assert Counter(twice.asked[1][site]) == Counter(SIGNPOSTS[site])
