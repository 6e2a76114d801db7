"""What is derived of captures: vanished articles, by 404 and by redirect, and the events of a site. Captures are written by hand, day by day."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.tables import dump
from pipelines.derive import derive, record_log
from pipelines.rebuild import Source, rebuild
from test_pipelines_load import HOME, Bench

NEWS = "tin-tuc"  # a listing
NOTHING = "<html><body><p>Cổng thông tin điện tử</p></body></html>"
ABROAD = "https://cho-moi.example/"
FIRST, SECOND, THIRD, FOURTH = (f"2025-03-0{day}" for day in (1, 2, 3, 4))


class Site(Bench):
    """A site whose articles `tin-0.html` and so on were all seen on 1 March 2025, with a listing."""

    def __init__(self, path: Path, articles: int = 10) -> None:
        super().__init__(path)
        self.log: list[dict[str, Any]] = []
        for number in range(articles):
            self.page(f"tin-{number}.html", title=f"Tin số {number}")
        self.listing()

    def listing(self, **said: Any) -> str:
        return self.answer(NEWS, NOTHING, kind="listing", **said)

    def home(self, status: int = 200, **said: Any) -> str:
        return self.answer("", NOTHING, kind="home", status=status, **said)

    def redirect(self, path: str, to: str, *, kind: str = "article", **said: Any) -> str:
        return self.answer(path, status=302, kind=kind, headers=(("Location", to),), **said)

    def missing(self, *numbers: int, later: float = 0) -> None:
        for number in numbers:
            self.answer(f"tin-{number}.html", status=404, later=later)
            later = 0

    def unanswered(self, reason: str, *, later: float = 0) -> None:
        """A request that nothing came of, as the frontier logs it."""
        self.now += timedelta(days=later, seconds=5)
        self.log.append({"id": f"f{len(self.log)}", "url": HOME, "reason": reason, "detail": "no answer", "at": self.now.isoformat()})

    def derived(self) -> None:
        self.load()
        record_log(self.db, "mau", runs=[], failures=self.log, found={}, totals={})
        derive(self.db)

    def vanished(self) -> dict[str, str]:
        """Path of each vanished article -> the day on which it was first missing."""
        self.derived()
        rows = self.rows("SELECT url, vanished_at FROM articles WHERE vanished_at IS NOT NULL")
        return {row["url"].removeprefix(HOME): row["vanished_at"][:10] for row in rows}

    def events(self) -> list[dict[str, Any]]:
        self.derived()
        return self.rows("SELECT * FROM site_events ORDER BY day, kind")

    def told(self) -> list[tuple[str, str, str]]:
        return [(event["kind"], event["day"], event["last_day"]) for event in self.events()]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def make(articles: int = 10) -> Site:
        sites.append(Site(tmp_path / str(len(sites)), articles))
        return sites[-1]

    yield make
    for site in sites:
        site.folder.close()
        site.db.close()


@pytest.fixture
def site(made: Callable[..., Site]) -> Site:
    return made()


# -- vanished


def to_home_from(site: Site, number: int, later: float) -> None:
    site.redirect(f"tin-{number}.html", "/", later=later)
    site.answer("", NOTHING)


def to_home(site: Site, later: float) -> None:
    to_home_from(site, 0, later)


def to_home_with_a_session(site: Site, later: float) -> None:
    """The address asked for is not the one that stands in the archive as the redirect's target."""
    site.redirect("tin-0.html", "/;jsessionid=A1B2", later=later)
    site.answer(";jsessionid=A1B2", NOTHING)


def to_home_that_cannot_be_read(site: Site, later: float) -> None:
    site.redirect("tin-0.html", "/", later=later)
    site.answer("", "%PDF-1.4", headers=(("Content-Type", "application/pdf"),))


def to_an_article_with_a_session(site: Site, later: float) -> None:
    site.redirect("tin-0.html", "/tin-1.html?PHPSESSID=a1", later=later)
    site.page("tin-1.html?PHPSESSID=a1", title="Tin số 1")


def to_a_listing(site: Site, later: float) -> None:
    site.redirect("tin-0.html", f"/{NEWS}", later=later)
    site.answer(NEWS, NOTHING)


def to_a_listing_that_was_not_asked_again(site: Site, later: float) -> None:
    site.redirect("tin-0.html", f"/{NEWS}", later=later)


def to_a_known_article(site: Site, later: float) -> None:
    site.redirect("tin-0.html", "/tin-1.html", later=later)
    site.page("tin-1.html", title="Tin số 1")


def to_a_new_article(site: Site, later: float) -> None:
    site.redirect("tin-0.html", "/thong-bao-99.html", later=later)
    site.page("thong-bao-99.html", title="Thông báo bảo trì cổng thông tin", text="Cổng thông tin tạm dừng để bảo trì./.")


def over_another_to_nothing(site: Site, later: float) -> None:
    site.redirect("tin-0.html", "/cu/tin-0", later=later)
    site.redirect("cu/tin-0", "/mat")
    site.answer("mat", status=404)


def not_found(site: Site, later: float) -> None:
    site.missing(0, later=later)


AWAY = (
    to_home,
    to_home_with_a_session,
    to_home_that_cannot_be_read,
    to_an_article_with_a_session,
    to_a_listing,
    to_a_listing_that_was_not_asked_again,
    to_a_known_article,
    to_a_new_article,
    over_another_to_nothing,
    not_found,
)


@pytest.mark.parametrize("away", AWAY)
def test_missing_on_two_days_is_vanished(site: Site, away: Callable[[Site, float], None]) -> None:
    away(site, 1)
    away(site, 0.1)
    site.home()
    assert site.vanished() == {}
    away(site, 1)
    site.home()
    assert site.vanished() == {"tin-0.html": SECOND}
    assert site.events() == []


def test_a_404_and_a_redirect_on_another_day_count_together(site: Site) -> None:
    not_found(site, 1)
    site.home()
    to_home(site, 1)
    site.home()
    assert site.vanished() == {"tin-0.html": SECOND}


def test_what_moved_is_not_missing(site: Site) -> None:
    for _ in range(3):
        site.redirect("tin-0.html", "/moi/tin-500.html", later=1)
        site.page("moi/tin-500.html", title="Tin số 0")
        site.home()
    assert site.vanished() == {}
    assert len(site.rows("SELECT id FROM articles")) == 10


def test_what_moved_is_not_missing_though_its_new_pages_came_late(site: Site) -> None:
    for number in range(3):
        site.redirect(f"tin-{number}.html", f"/moi/tin-50{number}.html", later=0 if number else 1)
        for file in range(10):
            site.answer(f"tep-{number}-{file}.pdf", "%PDF-1.4", kind="attachment")
        site.page(f"moi/tin-50{number}.html", title=f"Tin số {number}")
    site.home()
    assert site.vanished() == {}
    assert site.events() == []


def off_the_site(site: Site, later: float) -> None:
    """The guard does not follow."""
    site.redirect("tin-0.html", ABROAD, later=later)


def off_the_site_after_a_step(site: Site, later: float) -> None:
    site.redirect("tin-0.html", "/ra-ngoai", later=later)
    site.redirect("ra-ngoai", ABROAD)


def round_and_round(site: Site, later: float) -> None:
    site.redirect("tin-0.html", "/a", later=later)
    for _ in range(30):
        site.redirect("a", "/b")
        site.redirect("b", "/a")


def to_itself(site: Site, later: float) -> None:
    site.redirect("tin-0.html", "/tin-0.html", later=later)


def to_what_fails_for_now(site: Site, later: float) -> None:
    site.redirect("tin-0.html", "/moi/tin-500.html", later=later)
    site.answer("moi/tin-500.html", status=503)


def to_what_was_not_fetched(site: Site, later: float) -> None:
    """Killed in between; much later the same address shows something else."""
    site.redirect("tin-0.html", "/moi/tin-500.html", later=later)
    for number in range(60):
        site.answer(f"tep-{number}.pdf", "%PDF-1.4", kind="attachment")
    site.answer("moi/tin-500.html", status=404)


@pytest.mark.parametrize(
    "away", (off_the_site, off_the_site_after_a_step, round_and_round, to_itself, to_what_fails_for_now, to_what_was_not_fetched)
)
def test_a_redirect_that_says_nothing_of_the_article_does_not_count(site: Site, away: Callable[[Site, float], None]) -> None:
    for _ in range(3):
        away(site, 1)
        site.home()
    assert site.vanished() == {}


def test_what_comes_back_has_not_vanished_and_is_counted_anew(site: Site) -> None:
    for _ in range(2):
        to_home(site, 1)
        site.home()
    assert site.vanished() == {"tin-0.html": SECOND}
    site.page("tin-0.html", title="Tin số 0", later=1)
    assert site.vanished() == {}
    to_home(site, 1)
    site.home()
    assert site.vanished() == {}
    to_home(site, 1)
    site.home()
    assert site.vanished() == {"tin-0.html": "2025-03-05"}


def test_what_was_seen_again_on_the_same_day_was_not_missing_that_day(site: Site) -> None:
    site.missing(0, later=1)
    site.page("tin-0.html", title="Tin số 0")
    site.missing(0, later=1)
    site.missing(0)
    site.home()
    assert site.vanished() == {}
    site.missing(0, later=1)
    site.home()
    [gone] = site.vanished()
    [first] = site.rows("SELECT min(fetched_at) AS at FROM captures WHERE status = 404 AND fetched_at > '2025-03-03'")
    assert site.rows("SELECT vanished_at AS at FROM articles WHERE url = ?", HOME + gone) == [first]


@pytest.mark.parametrize(("of", "gone"), ((10, 3), (12, 3), (3, 3)))
def test_too_many_at_once_is_an_event_of_the_site(made: Callable[..., Site], of: int, gone: int) -> None:
    site = made(of)
    for _ in range(3):
        site.missing(*range(gone), later=1)
        site.home()
    assert site.vanished() == {}
    [event] = site.events()
    assert (event["kind"], event["day"], event["last_day"], event["articles"]) == ("missing", SECOND, FOURTH, gone)
    assert f"{gone} of {of} articles" in event["detail"]
    [capture] = site.rows("SELECT url, fetched_at, status FROM captures WHERE id = ?", event["capture_id"])
    assert (capture["url"], capture["fetched_at"][:10], capture["status"]) == (f"{HOME}tin-0.html", SECOND, 404)


@pytest.mark.parametrize(("of", "gone"), ((10, 2), (15, 3), (3, 2), (1, 1)))
def test_up_to_a_fifth_or_two_have_vanished_one_by_one(made: Callable[..., Site], of: int, gone: int) -> None:
    site = made(of)
    for _ in range(2):
        site.missing(*range(gone), later=1)
        site.home()
    assert site.vanished() == {f"tin-{number}.html": SECOND for number in range(gone)}
    assert site.events() == []


def test_redirects_of_many_at_once_are_an_event_too(site: Site) -> None:
    for _ in range(2):
        site.now += timedelta(days=1)
        for number in range(10):
            to_home_from(site, number, 0)
        site.home()
    assert site.vanished() == {}
    assert site.told() == [("missing", SECOND, THIRD)]


def test_what_has_vanished_is_no_longer_known_when_others_go(made: Callable[..., Site]) -> None:
    site = made(16)
    for numbers in ((0, 1), (0, 1), (2, 3, 4), (2, 3, 4)):
        site.missing(*numbers, later=1)
        site.home()
    assert len(site.vanished()) == 2
    assert [(event["articles"], "3 of 14" in event["detail"]) for event in site.events()] == [(3, True)]


def test_an_ill_day_stays_one_when_the_articles_are_back(site: Site) -> None:
    for number in range(3):
        to_home_from(site, number, 0 if number else 1)
    for number in range(3):
        site.page(f"tin-{number}.html", title=f"Tin số {number}", later=0 if number else 1)
    assert site.vanished() == {}
    assert site.told() == [("missing", SECOND, SECOND)]


def test_an_ill_day_between_two_well_ones_counts_for_nothing(site: Site) -> None:
    site.missing(0, later=1)
    site.home()
    site.missing(0, 1, 2, 3, later=1)
    site.home()
    assert site.vanished() == {}
    site.missing(0, later=1)
    site.home()
    assert site.vanished() == {"tin-0.html": SECOND}
    assert site.told() == [("missing", THIRD, THIRD)]


def test_what_an_event_was_does_not_change_when_the_site_grows(site: Site) -> None:
    site.missing(0, 1, 2, later=1)
    site.home()
    before = site.events()
    for number in range(20, 40):
        site.page(f"tin-{number}.html", title=f"Tin số {number}", later=1)
    assert site.events() == before
    assert len(before) == 1


def test_looking_again_at_what_has_vanished_is_no_event(site: Site) -> None:
    for pair in ((0, 1), (2, 3)):
        for _ in range(2):
            site.missing(*pair, later=1)
            site.home()
    assert len(site.vanished()) == 4
    site.missing(0, 1, 2, 3, later=1)
    site.home()
    assert len(site.vanished()) == 4
    assert site.events() == []


@pytest.mark.parametrize("status", (500, 404, 302))
def test_a_day_on_which_home_fails_does_not_count(site: Site, status: int) -> None:
    site.missing(0, later=1)
    site.listing()
    site.home()
    site.missing(0, later=1)
    site.listing()
    site.home()
    site.answer("", status=status, kind="home", headers=(("Location", ABROAD),))
    assert site.vanished() == {}
    site.missing(0, later=1)
    site.home(503)
    site.home()  # the newest of the day decides
    assert site.vanished() == {"tin-0.html": SECOND}


def test_without_a_look_at_home_a_day_counts_if_anything_good_came(site: Site) -> None:
    for _ in range(2):
        site.missing(0, later=1)
        site.answer("robots.txt", "User-agent: *", kind="robots")
    assert site.vanished() == {}
    for _ in range(2):
        site.missing(0, later=1)
        site.listing()
    assert site.vanished() == {"tin-0.html": FOURTH}


# -- events


@pytest.mark.parametrize("reason", ("Unreachable", "Timeout", "RobotsUnreachable", "HttpServerError"))
def test_a_day_of_which_nothing_came_is_unreachable(site: Site, reason: str) -> None:
    site.unanswered(reason, later=1)
    site.unanswered(reason)
    [event] = site.events()
    assert (event["kind"], event["day"], event["last_day"], event["capture_id"]) == ("unreachable", SECOND, SECOND, None)
    assert f"2 × {reason}" in event["detail"]
    assert HOME in event["detail"]


@pytest.mark.parametrize("status", (404, 403, 500))
def test_a_home_page_that_fails_is_unreachable_where_nothing_good_came(site: Site, status: int) -> None:
    capture = site.home(status, later=1)
    [event] = site.events()
    assert (event["kind"], event["day"], event["capture_id"]) == ("unreachable", SECOND, capture)
    assert f"HTTP {status}" in event["detail"]
    site.listing()
    assert site.events() == []


def test_lists_that_all_break_are_unreachable_too(site: Site) -> None:
    site.answer(NEWS, status=502, kind="listing", later=1)
    assert site.told() == [("unreachable", SECOND, SECOND)]


def test_redirects_and_robots_are_nothing_good(site: Site) -> None:
    site.answer("robots.txt", "User-agent: *", kind="robots", later=1)
    site.redirect(NEWS, "/bao-tri", kind="listing")
    site.unanswered("Timeout")
    assert site.told() == [("unreachable", SECOND, SECOND)]


def test_a_removed_article_alone_makes_no_site_unreachable(site: Site) -> None:
    site.missing(0, later=1)
    assert site.events() == []


def test_one_page_that_does_not_answer_is_no_event(site: Site) -> None:
    site.listing(later=1)
    site.unanswered("Timeout")
    site.unanswered("RobotsDenied", later=1)
    assert site.events() == []


def test_visits_in_a_row_are_one_event_and_a_good_one_ends_it(site: Site) -> None:
    site.unanswered("Unreachable", later=1)
    site.unanswered("Timeout", later=1)
    site.unanswered("Unreachable", later=7)  # nobody came in between
    site.listing(later=1)
    site.unanswered("Unreachable", later=1)
    assert site.told() == [("unreachable", SECOND, "2025-03-10"), ("unreachable", "2025-03-12", "2025-03-12")]


def test_an_event_of_several_days_says_what_its_worst_day_was(site: Site) -> None:
    for numbers in ((0, 1, 2), (0, 1, 2, 3, 4), (0, 1, 2, 3)):
        site.missing(*numbers, later=1)
        site.home()
    [event] = site.events()
    assert (event["day"], event["last_day"], event["articles"]) == (SECOND, FOURTH, 5)
    assert "5 of 10 articles" in event["detail"]


@pytest.mark.parametrize("kind", ("home", "listing", "feed", "sitemap", "rest"))
def test_a_signpost_that_leads_to_another_host_says_that_the_site_moved(site: Site, kind: str) -> None:
    capture = site.redirect("bien-chi-duong", f"{ABROAD}tin", kind=kind, later=1)
    [event] = site.events()
    assert (event["kind"], event["day"], event["capture_id"], event["articles"]) == ("moved", SECOND, capture, None)
    assert f"{ABROAD}tin" in event["detail"]


def test_a_move_is_told_once_a_day_by_the_first_that_shows_it(site: Site) -> None:
    captures = [site.redirect(path, ABROAD, kind="listing", later=later) for path, later in ((NEWS, 1), ("su-kien", 0), (NEWS, 1))]
    [event] = site.events()
    assert (event["day"], event["last_day"], event["capture_id"]) == (SECOND, THIRD, captures[0])
    assert f"{HOME}{NEWS}" in event["detail"]


def test_leading_on_within_the_site_is_no_move(site: Site) -> None:
    site.redirect("", "/trang-chu", kind="home", later=1)
    site.redirect("", "https://site.example/", kind="home")
    site.redirect("tin-0.html", ABROAD)
    site.redirect("robots.txt", ABROAD, kind="robots")
    assert site.events() == []


def test_another_host_of_the_site_is_one_that_was_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.redirect("", "http://www.site.example/trang-chu", kind="home", later=1)
    assert site.told() == [("moved", SECOND, SECOND)]
    with monkeypatch.context() as patched:
        patched.setattr("test_pipelines_load.HOME", "http://www.site.example/")
        site.home()
    assert site.events() == []


@pytest.mark.parametrize(("articles", "days", "found"), ((10, 180, True), (10, 179, False), (4, 400, False)))
def test_listings_that_bring_nothing_new_for_half_a_year_are_frozen(made: Callable[..., Site], articles: int, days: int, *, found: bool) -> None:
    site = made(articles)
    site.page("tin-0.html", title="Tin số 0", later=days - 1)
    site.listing(later=1)
    assert site.told() == ([("frozen", "2025-08-28", "2025-08-28")] if found else [])


def test_frozen_goes_on_until_the_last_good_visit_and_ends_with_a_new_article(site: Site) -> None:
    site.listing(later=365)
    site.unanswered("Unreachable", later=10)
    assert site.told() == [("frozen", "2025-08-28", FIRST.replace("2025", "2026")), ("unreachable", "2026-03-11", "2026-03-11")]
    site.page("tin-77.html", title="Một tin mới", later=1)
    site.listing()
    assert [kind for kind, *_ in site.told()] == ["unreachable"]


def test_a_site_that_does_not_answer_is_not_frozen(site: Site) -> None:
    site.answer(NEWS, status=500, kind="listing", later=365)
    assert [kind for kind, *_ in site.told()] == ["unreachable"]


def test_deriving_again_writes_nothing_and_a_rebuild_gives_the_same(site: Site) -> None:
    to_home(site, 1)
    site.home()
    to_a_listing(site, 1)
    site.home()
    site.missing(1, 2, 3, later=1)
    site.home()
    site.redirect("", ABROAD, kind="home", later=1)
    site.unanswered("Timeout", later=1)
    site.listing(later=365)
    site.derived()
    live, before = dump(site.db), site.db.conn.total_changes
    assert {event["kind"] for event in live["site_events"]} == {"missing", "moved", "unreachable", "frozen"}
    assert [one["vanished_at"][:10] for one in live["articles"] if one["vanished_at"]] == [SECOND]
    derive(site.db)
    assert site.db.conn.total_changes == before
    log: dict[str, Any] = {"runs": [], "failures": site.log, "found": {}, "totals": {}}
    rebuild(site.data, lambda: [Source(site.context, lambda: log)])
    assert dump(site.db) == live
