"""Later days of the sample departments: edits, what is new, moved or removed is seen exactly, and asked for no oftener than the schedule says."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conftest import Samples, serve_samples
from congthuong.demo import SITE_FILES
from congthuong.demo.cms import Article, Department, Response
from congthuong.demo.samples import SYSTEMS
from congthuong.demo.server import Served
from days import Days, days
from test_crawler_run import Small, rebuilt_equals_live, site_file
from test_demo_beside import SIGNPOSTS
from test_end_to_end import contents, query

SITES = tuple(path.stem for path in SITE_FILES)
HOUR = timedelta(hours=1)  # each night begins a little later than the one before

# By hand, from the [day2] tables of the samples: the numbers of the articles that the editors have touched.
EDITED = {"demo-bac-kan": 11, "demo-lang-son": 12, "demo-cao-bang": 10, "demo-ha-giang": 8}
REMOVED = {"demo-bac-kan": 10, "demo-lang-son": 5, "demo-cao-bang": 11, "demo-ha-giang": 10}
MOVED = {"demo-bac-kan": 5, "demo-lang-son": 2, "demo-cao-bang": 4, "demo-ha-giang": 9}
NEW = 13
# Keys of the moved one's addresses: NukeViet's number stays, so there both addresses are one.
ADDRESSES = {"demo-bac-kan": 2, "demo-lang-son": 1, "demo-cao-bang": 2, "demo-ha-giang": 2}

OLD = frozenset(range(1, 13))
# The numbers of the articles whose pages are looked at on each day, but for the moved one: those of day 1 after 1, 3, 7 and 30 days, where the
# look after 3 days is had with the one after 7 as nobody crawled on day 4; what was missing on day 2 once more the day after.
LOOKS: dict[int, Callable[[str], frozenset[int]]] = {
    1: lambda site: OLD - {MOVED[site]},
    2: lambda site: OLD - {MOVED[site]} | {NEW},
    3: lambda site: frozenset({REMOVED[site], NEW}),
    8: lambda site: OLD - {MOVED[site]} | {NEW},
    31: lambda site: OLD - {MOVED[site]} | {NEW},
}
# Further pages of listings that name something new on their first.
FURTHER = {
    "demo-bac-kan": {"/category/tin-hoat-dong/page/2/"},
    "demo-lang-son": {"/vi/news/Tin-hoat-dong/page-2/"},
    "demo-cao-bang": {"/tin-tuc"},
    "demo-ha-giang": {"/Pages/NewsGroups.aspx?cid=6f1d2c84-93ab-4e07-b5d8-2f7a41c09e63&Page=2"},
}


@dataclass
class Night:
    """What one crawl of all departments said and asked, and the archive after it."""

    said: dict[str, dict[str, Any]]
    asked: dict[str, list[str]]
    tables: dict[str, list[dict[str, Any]]]

    def article(self, site: str, number: int, day: int = 2) -> dict[str, Any]:
        """The row of the sample article of that number, by its title on that day."""
        title = sample(site, number, day).truth["title"]
        [row] = [one for one in self.tables["articles"] if (one["site_id"], one["title"]) == (site, title)]
        return row

    def of(self, site: str) -> list[dict[str, Any]]:
        return [one for one in self.tables["articles"] if one["site_id"] == site]


@dataclass
class Nights:
    data: Path
    nights: dict[int, Night]
    origins: dict[str, str]


@cache
def department(site: str, day: int) -> Department:
    return SYSTEMS[site](site, day=day)


def sample(site: str, number: int, day: int) -> Article:
    return next(one for one in department(site, day).all_articles if one.number == number)


def addresses(site: str, number: int) -> set[str]:
    """Path and query under which the article is found, on the one day or the other."""
    found = set()
    for day in (1, 2):
        one = sample(site, number, day)
        found |= {department(site, day).link(one), *one.page.get("formerly", ())}
    return found


@cache
def numbers(site: str) -> dict[str, int]:
    return {target: number for number in range(1, 14) for target in addresses(site, number)}


def number_of(site: str, target: str) -> int | None:
    """The sample article whose page was asked for."""
    return numbers(site).get(target)


def paths(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(urlsplit(one["url"]).path for one in rows)


def night(samples: Samples, run: Days, data: Path, day: int, late: timedelta) -> Night:
    for served in samples.served.values():
        served.asked.clear()
    said = run.crawl(data, list(samples.files.values()), day, late=late)
    asked = {name: [one.target for one in served.asked] for name, served in samples.served.items()}
    return Night(said, asked, contents(data / "archive.db"))


@pytest.fixture(scope="module")
def run() -> Iterator[Days]:
    with days() as crawls:
        yield crawls


def served_quickly(folder: Path) -> Iterator[Samples]:
    for samples in serve_samples(folder):
        for file in samples.files.values():
            file.write_text(file.read_text(encoding="utf-8").replace("pace = 0.05", "pace = 0.01"), encoding="utf-8")
        yield samples


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, run: Days) -> Iterator[Nights]:
    """Crawls on the days 1, 2, 3, 8 and 31; the editors were at work between the first two."""
    folder = tmp_path_factory.mktemp("days")
    for samples in served_quickly(folder):
        had = {}
        for count, day in enumerate(LOOKS):
            samples.day(min(day, 2))
            had[day] = night(samples, run, folder / "data", day, count * HOUR)
        yield Nights(folder / "data", had, {name: served.department.origin for name, served in samples.served.items()})


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("day", LOOKS)
def test_every_night_is_complete(nights: Nights, site: str, day: int) -> None:
    said = nights.nights[day].said[site]
    assert (said["outcome"], said["message"]) == ("complete", None)
    assert said["new"] == {1: 12, 2: 1}.get(day, 0)
    assert said["changed"] == (day == 2)


@pytest.mark.parametrize("site", SITES)
def test_an_edit_is_a_version_with_the_words_of_its_day(nights: Nights, site: str) -> None:
    number = EDITED[site]
    before, after = (sample(site, number, day).truth["text"].strip() for day in (1, 2))
    assert nights.nights[1].article(site, number, 1)["text"] == before
    for day in (2, 3, 8, 31):
        row = nights.nights[day].article(site, number)
        assert (row["text"], row["versions"], row["vanished_at"]) == (after, 2, None)
        older = [one for one in nights.nights[day].tables["versions"] if one["article_id"] == row["id"]]
        assert [one["text"] for one in older] == [before]
        assert older[0]["seen_from"][:10] == "2026-12-01"


@pytest.mark.parametrize("site", SITES)
def test_the_removed_one_has_vanished_once_it_was_missing_on_two_days(nights: Nights, site: str) -> None:
    rows = {day: one.article(site, REMOVED[site], 1) for day, one in nights.nights.items()}
    assert {day: row["vanished_at"] is not None for day, row in rows.items()} == {1: False, 2: False, 3: True, 8: True, 31: True}
    assert {row["vanished_at"][:10] for row in rows.values() if row["vanished_at"]} == {"2026-12-02"}, "since the first day it was missing"
    assert {row["text"] for row in rows.values()} == {sample(site, REMOVED[site], 1).truth["text"].strip()}
    assert {row["last_seen"][:10] for row in rows.values()} == {"2026-12-01"}
    for one in nights.nights.values():
        assert {row["id"] for row in one.of(site) if row["vanished_at"]} <= {rows[1]["id"]}


@pytest.mark.parametrize("site", SITES)
def test_the_moved_one_is_one_article_with_both_addresses(nights: Nights, site: str) -> None:
    first = nights.nights[1].article(site, MOVED[site])
    targets = addresses(site, MOVED[site])
    assert len(targets) == 2
    for day in (2, 3, 8, 31):
        row = nights.nights[day].article(site, MOVED[site])
        assert (row["id"], row["text"], row["versions"], row["vanished_at"]) == (first["id"], first["text"], 1, None)
        held = [one for one in nights.nights[day].tables["addresses"] if one["article_id"] == row["id"]]
        assert len(held) == ADDRESSES[site]
        shown = {one["url"] for one in nights.nights[day].tables["captures"] if one["article_id"] == row["id"] and one["status"] == 200}
        assert shown == {f"{nights.origins[site]}{target}" for target in targets}


@pytest.mark.parametrize("site", SITES)
def test_the_new_one_is_there_from_the_day_it_was_published(nights: Nights, site: str) -> None:
    title = sample(site, NEW, 2).truth["title"]
    there = {day: [one["first_seen"][:10] for one in night.of(site) if one["title"] == title] for day, night in nights.nights.items()}
    assert there == {1: [], 2: ["2026-12-02"], 3: ["2026-12-02"], 8: ["2026-12-02"], 31: ["2026-12-02"]}


@pytest.mark.parametrize("site", SITES)
def test_every_other_article_stays_as_it_was(nights: Nights, site: str) -> None:
    touched = {EDITED[site], REMOVED[site], MOVED[site]}
    ids = {nights.nights[1].article(site, number, 1)["id"] for number in OLD - touched}
    assert len(ids) == 9

    def rows(day: int) -> dict[str, dict[str, Any]]:
        return {one["id"]: one | {"last_seen": None} for one in nights.nights[day].of(site) if one["id"] in ids}

    assert all(rows(day) == rows(1) for day in (2, 3, 8, 31))
    assert {one["last_seen"][:10] for one in nights.nights[31].of(site) if one["id"] in ids} == {"2026-12-31"}
    for table, count in (("articles", 13), ("versions", 1)):
        of_site = {one["id"] for one in nights.nights[31].of(site)}
        assert sum(one["id" if table == "articles" else "article_id"] in of_site for one in nights.nights[31].tables[table]) == count


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("day", LOOKS)
def test_each_page_is_asked_for_when_the_schedule_says_and_once(nights: Nights, site: str, day: int) -> None:
    asked = Counter(number_of(site, target) for target in nights.nights[day].asked[site])
    moved, others = asked.pop(MOVED[site], 0), {number: count for number, count in asked.items() if number is not None}
    assert others == dict.fromkeys(LOOKS[day](site), 1)
    assert moved <= (1 if day == 1 else 3), "the old address, what it leads to, and the new one by itself"


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("day", (2, 3, 8, 31))
def test_signposts_are_asked_for_once_a_night_and_attachments_never_again(nights: Nights, site: str, day: int) -> None:
    beside = {target for one in department(site, 2).beside for target in (one.path, one.leads_to)}
    home = {"/", "/vi/", "/Pages/default.aspx"}
    led_to = {"/Pages/NewsGroups.aspx?cid=6f1d2c84-93ab-4e07-b5d8-2f7a41c09e63"}  # where the removed one leads, a signpost too
    asked = Counter(target for target in nights.nights[day].asked[site] if number_of(site, target) is None)
    assert {target for target, count in asked.items() if count > 1} <= led_to
    rest = set(asked) - beside - home
    assert set(SIGNPOSTS[site]) <= rest
    further = {urlsplit(target).path if site == "demo-cao-bang" else target for target in rest - set(SIGNPOSTS[site])}
    assert further <= (FURTHER[site] if day == 2 else set())


@pytest.mark.parametrize("site", SITES)
def test_the_home_page_is_asked_once_in_a_night_in_which_an_article_was_missing(nights: Nights, site: str) -> None:
    home = {"demo-lang-son": "/vi/", "demo-ha-giang": "/Pages/default.aspx"}.get(site, "/")
    assert [nights.nights[day].asked[site].count(home) for day in (2, 3)] == [1, 1]
    assert all(night.asked[site].count(home) <= 1 for night in nights.nights.values())


def test_rebuilding_after_all_days_gives_the_same_rows(nights: Nights) -> None:
    rebuilt_equals_live(nights.data)


# -- a site dies as a whole


def all_missing(_target: str) -> Response:
    return Response(404, b"<html><body><h1>Not Found</h1></body></html>")


def articles_lead_home(living: Callable[[str], Response], site: str) -> Callable[[str], Response]:
    return lambda target: Response(302, headers={"Location": "/"}) if number_of(site, target) else living(target)


def all_lead_home(living: Callable[[str], Response]) -> Callable[[str], Response]:
    def get(target: str) -> Response:
        return living(target) if target in {"/robots.txt", "/", "/Pages/default.aspx"} else Response(302, headers={"Location": "/"})

    return get


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory, run: Days) -> Iterator[Nights]:
    """Day 1 is well; on the days 2 and 3 each department is dead in another way; on day 8 all are back."""
    folder = tmp_path_factory.mktemp("deaths")
    for samples in served_quickly(folder):
        had = {1: night(samples, run, folder / "data", 1, 0 * HOUR)}
        served = samples.served
        living = {name: one.department.get for name, one in served.items()}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(served["demo-bac-kan"].department, "get", all_missing)
            patch.setattr(served["demo-cao-bang"].department, "get", articles_lead_home(living["demo-cao-bang"], "demo-cao-bang"))
            patch.setattr(served["demo-ha-giang"].department, "get", all_lead_home(living["demo-ha-giang"]))
            served["demo-lang-son"].__exit__(None, None, None)  # its host answers no more
            had |= {day: night(samples, run, folder / "data", day, (day - 1) * HOUR) for day in (2, 3)}
        served["demo-lang-son"].__enter__()  # on the port it had
        had[8] = night(samples, run, folder / "data", 8, 3 * HOUR)
        yield Nights(folder / "data", had, {})


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("day", (2, 3, 8))
def test_where_a_site_dies_no_article_vanishes_and_none_changes(deaths: Nights, site: str, day: int) -> None:
    def rows(when: int) -> dict[str, dict[str, Any]]:
        return {one["id"]: one | {"last_seen": None} for one in deaths.nights[when].of(site)}

    assert len(rows(1)) == 12
    assert rows(day) == rows(1)
    assert not [one for one in deaths.nights[day].of(site) if one["vanished_at"]]


@pytest.mark.parametrize("site", SITES)
def test_a_dead_site_is_not_complete_and_a_site_that_came_back_is(deaths: Nights, site: str) -> None:
    outcomes = {day: deaths.nights[day].said[site]["outcome"] for day in (1, 2, 3, 8)}
    assert (outcomes[1], outcomes[8]) == ("complete", "complete")
    assert {outcomes[2], outcomes[3]} <= {"short", "broken"}


@pytest.mark.parametrize(
    ("site", "kinds"),
    (
        ("demo-bac-kan", {"missing", "unreachable"}),
        ("demo-lang-son", {"unreachable"}),
        ("demo-cao-bang", {"missing"}),
        ("demo-ha-giang", {"missing"}),
    ),
)
def test_the_death_of_a_site_is_an_event_of_the_site(deaths: Nights, site: str, kinds: set[str]) -> None:
    events = query(deaths.data / "archive.db", "SELECT day, last_day, kind FROM site_events WHERE site_id = ?", site)
    assert events
    assert {one["kind"] for one in events} <= kinds
    assert {(one["day"], one["last_day"]) for one in events} == {("2026-12-02", "2026-12-03")}


def test_rebuilding_after_a_death_gives_the_same_rows(deaths: Nights) -> None:
    rebuilt_equals_live(deaths.data)


# -- one site, day by day


@dataclass
class Nho:
    """A small site with its site file, and its crawls."""

    served: Served
    answers: dict[str, Response]
    file: Path
    run: Days
    data: Path
    asked: list[str] = field(default_factory=list)  # the article pages of the last crawl

    def crawl(self, day: int, late: timedelta | None = None) -> str:
        """The outcome of a crawl on that day, by default each day an hour later."""
        self.served.asked.clear()
        [said] = self.run.crawl(self.data, [self.file], day, late=day * HOUR if late is None else late).values()
        self.asked = sorted(one.target for one in self.served.asked if one.target.startswith("/bai/"))
        return str(said["outcome"])

    def query(self, sql: str) -> list[dict[str, Any]]:
        return query(self.data / "archive.db", sql)

    @property
    def vanished(self) -> list[str]:
        return paths(self.query("SELECT url FROM articles WHERE vanished_at IS NOT NULL"))


@pytest.fixture
def nho(tmp_path: Path, run: Days) -> Iterator[Nho]:
    small = Small("nho", articles=6, answers={"/": Response(body="<html><body>Trang chủ</body></html>".encode())})
    with Served(small) as served:
        yield Nho(served, small.answers, site_file(tmp_path, "nho", small.origin), run, tmp_path / "data")


def test_a_nightly_run_looks_after_1_3_and_7_days_though_it_begins_some_seconds_early(nho: Nho) -> None:
    """A timer starts at the same minute, a little early as often as late: a look must not slip to the next night for that."""
    every, asked = [f"/bai/{n}" for n in range(6)], {}
    for day in (1, 2, 3, 4, 8, 9):
        assert nho.crawl(day, late=timedelta(seconds=-20 * day)) == "complete"
        asked[day] = nho.asked
    assert asked == {1: every, 2: every, 3: [], 4: every, 8: every, 9: []}


def test_an_article_that_comes_back_has_not_vanished(nho: Nho) -> None:
    nho.crawl(1)
    nho.answers["/bai/3"] = Response(404, b"not here")
    assert [nho.crawl(day) for day in (2, 3)] == ["complete", "complete"]
    assert nho.vanished == ["/bai/3"]
    del nho.answers["/bai/3"]
    nho.crawl(8)
    assert nho.vanished == []


def test_a_removed_article_that_leads_home_has_vanished_after_two_days(nho: Nho) -> None:
    nho.crawl(1)
    nho.answers["/bai/2"] = Response(302, headers={"Location": "/"})
    assert nho.crawl(2) == "complete"
    assert nho.vanished == []
    assert nho.crawl(3) == "complete"
    assert nho.vanished == ["/bai/2"]
    assert nho.query("SELECT count(*) AS n FROM articles") == [{"n": 6}]


def test_an_article_that_moved_between_two_looks_is_still_one(nho: Nho) -> None:
    """Its new address is found on the listing a day before the old one is asked for again."""
    nho.crawl(1)
    nho.crawl(2)
    before = nho.query("SELECT id, title FROM articles ORDER BY id")
    page = nho.served.department.get("/bai/3")
    links = "".join(f'<a href="/bai/{n}">{n}</a>' for n in (0, 1, 2, "moi", 4, 5))
    nho.answers |= {"/bai/3": Response(301, headers={"Location": "/bai/moi"}), "/bai/moi": page, "/danh-sach/": Response(body=links.encode())}
    for day in (3, 4, 8):
        nho.crawl(day)
    assert nho.vanished == []
    assert nho.query("SELECT id, title FROM articles ORDER BY id") == before
    held = "SELECT addresses.url FROM addresses JOIN articles ON articles.id = article_id WHERE title LIKE '%chợ 3%'"
    assert paths(nho.query(held)) == ["/bai/3", "/bai/moi"]
    rebuilt_equals_live(nho.data)
