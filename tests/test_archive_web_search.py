"""The search page and what machines ask: every state an address, no word of a page ever markup, no parameter ever a fault of ours."""

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import yaml
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.export.rows import defused
from archive.web import server
from test_archive_web import HOSTILE, TITLE, datasette, get, page, path, titles

__all__ = ["datasette", "get", "page", "path"]  # the archive of those tests and how it is asked, as fixtures

ATOM = {"a": "http://www.w3.org/2005/Atom"}
QUERIES = yaml.safe_load((Path(server.__file__).parent / "metadata.yaml").read_text(encoding="utf-8"))["databases"]["archive"]["queries"]


def test_words_are_found_marked_and_counted(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/search?q=bo+cong+an")
    assert titles(soup) == [TITLE]
    assert [mark.get_text() for mark in soup.select(".snippet mark")] == ["Bộ Công an"]
    assert " ".join(soup.select_one(".count").get_text(" ").split()) == "1 article"
    assert soup.select_one("#search")["value"] == "bo cong an"
    assert soup.select_one(".articles h2 a")["href"] == "/archive/articles/a1"


def test_filters_are_links_that_can_be_taken_back(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/search")
    assert len(titles(soup)) == 3
    provinces = {one.a.get_text(): one.a["href"] for one in soup.select("[data-column=province] li")}
    narrowed = page(provinces["Bắc Kạn"])
    assert titles(narrowed) == [TITLE]
    assert narrowed.select_one(".chosen")["href"] == "/search"
    assert narrowed.select_one("input[name=province]")["value"] == "bac-kan"  # kept when other words are asked for
    assert "✖" in narrowed.select_one("[data-column=province] li.selected").get_text()
    cluster = next(one["href"] for one in soup.select("[data-column=cluster] a"))
    assert titles(page(cluster)) == [TITLE]


def test_order_and_pages_are_addresses(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/search?q=noi+dung&sort=relevance")
    assert [(one.get_text(), one["href"]) for one in soup.select(".results .hint a")[:2]] == [
        ("date", "/search?q=noi+dung"),
        ("relevance", "/search?q=noi+dung&sort=relevance"),
    ]
    assert soup.select_one(".results a[aria-current]").get_text() == "relevance"
    beyond = page("/search?page=2")
    assert beyond.select_one("a[rel=prev]")["href"] == "/search"
    assert not beyond.select(".articles li")


def test_nothing_found_says_what_to_try(page: Callable[[str], BeautifulSoup]) -> None:
    assert "No article answers this." in page("/search?q=khongcotunay").select_one(".empty").get_text()


def test_what_a_page_says_is_never_markup(get: Callable[[str], Any]) -> None:
    for address in ("/search", "/search?q=noi+dung", "/search?" + urlencode({"q": HOSTILE, "author": HOSTILE})):
        answer = get(address)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text
        assert "script-src" not in answer.headers["content-security-policy"]


def test_the_same_for_machines(get: Callable[[str], Any]) -> None:
    found = get("/search.json?q=dong+thap&size=1").json()
    assert (found["total"], found["total_is_exact"], found["sort"]) == (2, True, "date")
    assert found["articles"][0]["permalink"] == "http://localhost/archive/articles/a2"
    following = get(found["next"].removeprefix("http://localhost")).json()
    assert [one["id"] for one in following["articles"]] == ["a1"]
    assert {"value": "bac-kan", "articles": 1} in found["facets"]["province"]
    rows = list(csv.DictReader(StringIO(get("/search.csv?q=dong+thap").text)))
    assert [row["id"] for row in rows] == ["a2", "a1"]
    assert rows[0]["title"] == "Đồng Tháp giới thiệu đặc sản"


def test_csv_is_exact_unless_it_is_to_be_safe() -> None:
    assert [defused(one) for one in ("=1+1", "+84", "-5", "@x", "Tin", None, 5)] == ["'=1+1", "'+84", "'-5", "'@x", "Tin", None, 5]


def test_a_feed_of_any_search(get: Callable[[str], Any]) -> None:
    answer = get("/search.atom?province=bac-kan&q=thi+dua")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.text)  # noqa: S314 - our own
    assert feed.findtext("a:title", namespaces=ATOM) == "Công Thương Archive: thi dua, Bắc Kạn"
    assert [one.findtext("a:title", namespaces=ATOM) for one in feed.findall("a:entry", ATOM)] == [TITLE]
    assert [one.findtext("a:author/a:name", namespaces=ATOM) for one in feed.findall("a:entry", ATOM)] == ["Lý Thu Hà"]
    everything = ET.fromstring(get("/search.atom").text)  # noqa: S314 - our own
    assert len(everything.findall("a:entry", ATOM)) == 3


def test_pages_name_their_feeds(page: Callable[[str], BeautifulSoup]) -> None:
    for address, feed in (("/", "/search.atom"), ("/archive/clusters/moit-309-2023-iii", "/search.atom?cluster=moit-309-2023-iii")):
        assert feed in [one["href"] for one in page(address).select("link[type='application/atom+xml']")]
    assert "/search.atom?province=bac-kan" in [one["href"] for one in page("/archive/provinces/bac-kan").select("link[rel=alternate]")]


@pytest.mark.parametrize(
    ("address", "said"),
    (
        ("/search?year=abcd", "year"),
        ("/search?year=20245", "year"),
        ("/search?sort=zz", "sort"),
        ("/search?page=0", "page"),
        ("/search?page=x", "page"),
        ("/search?page=501", "page"),
        ("/search.json?size=0", "size"),
        ("/search.csv?size=99999", "size"),
        ("/sitemap-99.xml", "page"),
    ),
)
def test_a_wrong_parameter_is_named(get: Callable[[str], Any], address: str, said: str) -> None:
    answer = get(address)
    assert answer.status_code in {400, 404}
    assert said in answer.text
    assert "Traceback" not in answer.text


NAMES = st.sampled_from(
    ("q", "province", "site", "year", "author", "category", "cluster", "scheme", "kind", "sort", "page", "size", "safe", "_nonsense")
)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(("", ".json", ".csv", ".atom")), st.dictionaries(NAMES, st.text(max_size=12), max_size=4))
def test_no_request_is_a_fault_of_ours(get: Callable[[str], Any], form: str, parameters: dict[str, str]) -> None:
    query = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in parameters.items())
    assert get(f"/search{form}?{query}").status_code in {200, 400}


def test_robots_and_sitemap(get: Callable[[str], Any]) -> None:
    robots = get("/robots.txt").text
    assert "Disallow: /archive?sql=" in robots
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    assert "<loc>http://localhost/sitemap-1.xml</loc>" in get("/sitemap.xml").text
    places = get("/sitemap-1.xml").text
    assert [f"/archive/articles/a{n}</loc>" in places for n in (1, 2, 3)] == [True] * 3


def test_an_article_says_what_it_is_to_machines(page: Callable[[str], BeautifulSoup]) -> None:
    said = json.loads(page("/archive/articles/a1").select_one("script[type='application/ld+json']").string)
    assert (said["@type"], said["headline"], said["datePublished"]) == ("NewsArticle", TITLE, "2023-03-14T16:30:00+07:00")
    assert said["author"] == [{"@type": "Person", "name": "Lý Thu Hà"}]
    hostile = page("/archive/articles/a3").select_one("script[type='application/ld+json']").string
    assert json.loads(hostile)["headline"] == HOSTILE
    assert "<" not in hostile


def test_the_status_of_the_visits(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/status")
    first = [" ".join(cell.get_text(" ").split()) for cell in soup.select_one("table.data tbody tr").select("td")]
    assert first == ["Sở Công Thương tỉnh Cao Bằng", "15/03/2023 01:00", "short", "2", "0", "7", "1", "0"]
    assert "not visited yet" in soup.select("table.data tbody tr")[1].get_text()
    reasons = {row.a.get_text(): row.a["href"] for row in soup.select("table.data")[1].select("tbody tr")}
    assert "NotAnArticle" in reasons
    assert page(reasons["NotAnArticle"]).select("table.rows-and-columns tbody tr")
    assert "Not to be reached" in soup.get_text()
    assert "<i>connection refused</i>" in soup.get_text()  # as text


EXAMPLES: dict[str, tuple[dict[str, str], list[dict[str, Any]]]] = {
    "articles_of_a_cluster": ({"cluster": "moit-309-2023-iii", "year": "2023"}, [{"article_id": "a1", "province_id": "bac-kan"}]),
    "leaders_of_clusters": (
        {"cluster": "moit-309-2023-iii"},
        [{"year": 2024, "province_id": "thai-nguyen", "reference": "adds"}, {"year": 2023, "province_id": "cao-bang", "reference": "agrees"}],
    ),
    "contradicting_claims": ({"cluster": ""}, [{"province_id": "thai-nguyen", "reference": "contradicts", "articles": 1}]),
    "vanished_in_a_month": ({"month": "2023-04"}, []),  # none of them has
    "edited_after_publication": ({"site": "bac-kan"}, [{"article_id": "a1", "number": 1, "title_before": "Bản đầu"}]),
    "without_byline": (
        {"year": ""},
        [{"site_id": "cao-bang", "articles": 2, "without_byline": 2, "percent": 100.0}, {"site_id": "bac-kan", "articles": 1, "without_byline": 0}],
    ),
    "most_active_authors": ({"site": "bac-kan"}, [{"author_id": "ly-thu-ha", "articles": 1}]),
    "delay_of_publication": ({"year": ""}, []),  # the meeting of its claim is later than the article
    "decisions_most_cited": ({"issuer": ""}, [{"number": "309/QĐ-BCT", "decision_id": "qd-309-bct-2023", "articles": 1}]),
    "gaps_of_coverage": ({"site": "cao-bang"}, [{"section": "https://cao-bang.example/tin-tuc", "claimed": 3, "held": 2, "missing": 1}]),
}


def test_there_are_ten_questions_and_each_is_tried() -> None:
    assert QUERIES.keys() == EXAMPLES.keys()
    assert len(QUERIES) == 10


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_canned_question_is_answered(get: Callable[[str], Any], page: Callable[[str], BeautifulSoup], name: str) -> None:
    parameters, wanted = EXAMPLES[name]
    rows = get(f"/archive/{name}.json?_shape=array&{urlencode(parameters)}").json()
    assert [{key: row[key] for key in one} for row, one in zip(rows, wanted, strict=True)] == wanted
    soup = page(f"/archive/{name}?{urlencode(parameters)}")
    assert QUERIES[name]["title"] in soup.get_text()
    example = next(link["href"] for link in BeautifulSoup(QUERIES[name]["description_html"], "lxml").select("a"))
    assert get(example).status_code == 200
