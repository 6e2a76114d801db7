"""The frontier alone: states, schedule, what a kill leaves behind. No network and no Scrapy."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.errors import StorageError
from archive.records import Reason
from crawler import clock as module
from crawler.discovery import Step
from crawler.frontier import Frontier, read_log
from crawler.frontier_form import Reached
from crawler.visits import Answer, Leads

DAY, NOW = timedelta(days=1), timedelta(0)
START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The frontier's clock: one entry, replace it to move on."""
    at = [START]
    monkeypatch.setattr(module, "now", lambda: at[0])
    return at


def opened(folder: Path, **options: object) -> Frontier:
    frontier = Frontier(folder / "frontier.db", kept=options.pop("kept", lambda: None), **options)
    frontier.begin_run()
    return frontier


def article(frontier: Frontier, name: str, **said: object) -> bool:
    return frontier.add("article", f"http://site/{name}", key=f"/{name}", section="/news", **said)


def urls_of(frontier: Frontier) -> list[str]:
    rows = []
    while row := frontier.lease():
        rows.append(row.url)
    return rows


def test_an_address_is_added_once_and_leased_once(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    assert article(frontier, "a")
    assert not article(frontier, "a")
    assert urls_of(frontier) == ["http://site/a"]


def test_signposts_come_before_articles_before_files(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    for kind in ("attachment", "article", "listing", "feed", "sitemap"):
        frontier.add(kind, f"http://site/{kind}", key=kind)
    assert urls_of(frontier) == [f"http://site/{kind}" for kind in ("sitemap", "feed", "listing", "article", "attachment")]


def test_what_was_leased_when_the_run_died_is_leased_again(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    article(frontier, "a")
    frontier.commit()
    assert frontier.lease() is not None
    frontier.commit()
    del frontier  # no close: as after a kill
    assert urls_of(opened(tmp_path)) == ["http://site/a"]


def test_a_row_is_done_only_after_its_captures_are_kept(tmp_path: Path) -> None:
    states: list[str] = []

    def kept() -> None:
        done = read_states(tmp_path)
        states.append("done before kept" if "done" in done else "kept first")

    frontier = opened(tmp_path, kept=kept)
    article(frontier, "a")
    row = frontier.lease()
    assert row
    frontier.finish(row.id)
    frontier.commit()
    assert states
    assert set(states) == {"kept first"}
    assert read_states(tmp_path) == ["done"]


def read_states(folder: Path) -> list[str]:
    import sqlite3  # noqa: PLC0415

    db = sqlite3.connect(f"file:{folder / 'frontier.db'}?mode=ro", uri=True)
    try:
        return [state for (state,) in db.execute("SELECT state FROM requests")]
    finally:
        db.close()


def test_an_article_is_looked_at_again_on_a_widening_schedule(tmp_path: Path, clock: list[datetime]) -> None:
    frontier = opened(tmp_path)
    article(frontier, "a")
    looked = []
    for day in range(200):
        clock[0] = START + day * DAY + timedelta(minutes=day + 1)
        frontier.begin_run()
        while row := frontier.lease():
            looked.append(day)
            frontier.finish(row.id)
    assert looked == [0, 1, 3, 7, 30, 90]


def test_a_newer_sign_makes_a_known_article_wait_again(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    article(frontier, "a", sign="2026-01-01")
    row = frontier.lease()
    assert row
    frontier.finish(row.id)
    assert not article(frontier, "a", sign="2026-01-01")
    assert not article(frontier, "a")  # a listing says nothing of freshness
    assert urls_of(frontier) == []
    assert article(frontier, "a", sign="2026-02-01")
    assert urls_of(frontier) == ["http://site/a"]


def test_the_first_sign_of_an_article_found_without_one_asks_for_nothing(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    article(frontier, "a")
    row = frontier.lease()
    assert row
    frontier.finish(row.id)
    article(frontier, "a", sign="2026-01-01")
    assert urls_of(frontier) == []


def test_what_fails_is_tried_soon_and_then_as_seldom_as_what_is_old(tmp_path: Path, clock: list[datetime]) -> None:
    frontier = opened(tmp_path)
    article(frontier, "a")
    tried = []
    for day in range(200):
        clock[0] = START + day * DAY + timedelta(minutes=day + 1)
        frontier.begin_run()
        while row := frontier.lease():
            tried.append(day)
            frontier.fail(row.id, Reason.TIMEOUT, "30 s", captured=False)
    frontier.close()
    assert tried == [0, 1, 2, 3, 7, 30, 90]
    log = read_log(tmp_path / "frontier.db")
    assert [(one["url"], one["reason"]) for one in log.failures] == [("http://site/a", "Timeout")] * len(tried)


def test_signposts_wait_again_when_they_are_named_again(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    frontier.add("feed", "http://site/feed", key="/feed", again=NOW)
    frontier.add("feed", "http://site/old-feed", key="/old-feed", again=NOW)
    while row := frontier.lease():
        assert not row.walked
        frontier.finish(row.id)
    frontier.begin_run()  # the site file does not name the old one any more
    frontier.add("feed", "http://site/feed", key="/feed", again=NOW)
    row = frontier.lease()
    assert row
    assert (row.url, row.walked) == ("http://site/feed", True)
    assert frontier.lease() is None


def test_the_newest_address_is_the_one_that_is_fetched(tmp_path: Path) -> None:
    """A site moves to another host; its articles keep their keys."""
    frontier = opened(tmp_path)
    article(frontier, "a")
    assert not frontier.add("article", "http://new-host/a", key="/a", section="/news")
    assert urls_of(frontier) == ["http://new-host/a"]


REACHED = Reached(Step("http://site/tin", b"trang=7&x=%E1%BB%87"), 7, 60)


def test_a_walk_that_was_broken_off_is_known_to_be_and_where(tmp_path: Path) -> None:
    """Else the next walk would end at the first page, whose articles are known by now, and never reach the ones behind it."""
    frontier = opened(tmp_path)
    frontier.add("listing", "http://site/tin", key="/tin")
    row = frontier.lease()
    assert row
    assert (row.walked, row.reached) == (False, None)
    frontier.reach(row.id, REACHED)
    frontier.commit()  # and then it is killed in the middle of the walk
    del frontier
    frontier = opened(tmp_path)
    row = frontier.lease()
    assert row
    assert (row.walked, row.reached) == (False, REACHED)
    frontier.finish(row.id)
    frontier.begin_run()
    frontier.add("listing", "http://site/tin", key="/tin", again=NOW)
    row = frontier.lease()
    assert row
    assert (row.walked, row.reached) == (True, None)


def test_a_walk_that_fails_twice_where_it_was_broken_off_begins_anew(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    where = []
    for _ in range(3):
        frontier.add("listing", "http://site/tin", key="/tin", again=NOW)
        row = frontier.lease()
        assert row
        where.append(row.reached)
        frontier.reach(row.id, REACHED)
        frontier.fail(row.id, Reason.HTTP_SERVER_ERROR, "HTTP 500", captured=True)
        frontier.begin_run()
    assert where == [None, REACHED, None]


def test_the_newest_of_every_section_come_first(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    for section in ("a", "b"):
        for rank in range(3):
            frontier.add("article", f"http://site/{section}{rank}", key=f"/{section}{rank}", section=section, rank=rank)
    assert [url[-2:] for url in urls_of(frontier)] == ["a0", "b0", "a1", "b1", "a2", "b2"]


SAME = Answer('"v1"', None, "what was read")


def conditions(frontier: Frontier, clock: list[datetime], *answers: Answer | None, day: int = 0) -> list[bool]:
    """Was each of these visits a conditional one? An answer of None is a 304."""
    asked = []
    for answer in answers:
        clock[0] += DAY
        frontier.begin_run()
        frontier.add("feed", "http://site/feed", key="/feed", again=NOW)
        row = frontier.lease()
        assert row
        asked.append(bool(row.conditions))
        frontier.finish(row.id, answer=answer)
    return asked


def test_only_validators_that_have_proved_true_are_used_and_never_twice_in_a_row(tmp_path: Path, clock: list[datetime]) -> None:
    frontier = opened(tmp_path)
    assert conditions(frontier, clock, SAME, SAME, None, SAME, None, SAME) == [False, False, True, False, True, False]


def test_validators_that_change_with_every_visit_are_never_used(tmp_path: Path, clock: list[datetime]) -> None:
    answers = [Answer(f'"{n}"', None, "what was read") for n in range(5)]
    assert not any(conditions(opened(tmp_path), clock, *answers))


def test_a_site_that_lied_once_is_not_believed_again(tmp_path: Path, clock: list[datetime]) -> None:
    frontier = opened(tmp_path)
    assert conditions(frontier, clock, SAME, SAME, None, Answer('"v1"', None, "something else")) == [False, False, True, False]
    honest = [Answer('"v2"', None, "something else")] * 4
    assert not any(conditions(frontier, clock, *honest))
    frontier.close()
    clock[0] += DAY
    assert not any(conditions(opened(tmp_path), clock, *honest))


def test_what_is_said_to_have_changed_is_asked_for_whole(tmp_path: Path, clock: list[datetime]) -> None:
    frontier = opened(tmp_path)
    for sign in ("2026-01-01", "2026-01-01", "2026-01-02"):
        clock[0] += DAY
        frontier.begin_run()
        article(frontier, "a", sign=sign)
        frontier.look_again() if sign == "2026-01-01" else None
        row = frontier.lease()
        assert row
        assert not row.conditions
        frontier.finish(row.id, answer=SAME)


def test_unexplained_is_what_is_named_but_neither_held_nor_waiting_nor_a_fact_of_the_site(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    ends = {
        "held": None,
        "lost": None,
        "gone": Reason.GONE,
        "ill": Reason.HTTP_SERVER_ERROR,
        "read-as-gone": None,
        "no-article": None,
        "waiting": None,
    }
    for name in ends:
        article(frontier, name)
    for name in list(ends)[:-1]:
        row = frontier.lease()
        assert row
        assert row.url.endswith(name)
        if reason := ends[name]:
            frontier.fail(row.id, reason, "HTTP", captured=True)
        else:
            frontier.finish(row.id, {"read-as-gone": Reason.GONE, "no-article": Reason.NOT_AN_ARTICLE}.get(name))
    facts = {Reason.GONE, Reason.ROBOTS_DENIED}
    assert frontier.unexplained({"/held"}, facts) == ["http://site/ill", "http://site/lost", "http://site/no-article"]
    frontier.begin_run()  # too soon to ask again
    assert urls_of(frontier) == ["http://site/waiting"]
    assert "http://site/ill" in frontier.unexplained({"/held"}, facts)


def test_what_failed_for_good_is_asked_for_again_when_its_sign_says_that_it_changed(tmp_path: Path, clock: list[datetime]) -> None:
    frontier = opened(tmp_path)
    article(frontier, "a", sign="2026-01-01")
    for day in range(4):
        clock[0] = START + 2 * day * DAY + timedelta(minutes=1)
        frontier.begin_run()
        while row := frontier.lease():
            frontier.fail(row.id, Reason.HTTP_SERVER_ERROR, "HTTP 500", captured=True)
    assert not frontier.has_waiting()
    assert article(frontier, "a", sign="2026-02-01")
    assert urls_of(frontier) == ["http://site/a"]


def test_what_is_missing_is_asked_for_on_two_days_however_often_runs_come(tmp_path: Path, clock: list[datetime]) -> None:
    frontier = opened(tmp_path)
    article(frontier, "a")
    asked = []
    for hour in range(0, 72, 3):
        clock[0] = START + timedelta(hours=hour, minutes=1)
        frontier.begin_run()
        while row := frontier.lease():
            asked.append(clock[0].date())
            frontier.fail(row.id, Reason.GONE, "HTTP 404", captured=True)
    assert len(asked) == 3
    assert len(set(asked)) == 2


def test_an_article_is_new_to_each_section_that_names_it_first(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    assert frontier.add("article", "http://site/a", key="/a", section="/feed")
    assert article(frontier, "a")
    assert not article(frontier, "a")


def test_a_section_that_moved_to_another_host_keeps_what_it_has_named(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    for host in ("old", "new"):
        frontier.add("listing", f"http://{host}/tin", key="/tin", again=NOW)
        assert frontier.add("article", f"http://{host}/a", key="/a", section=f"http://{host}/tin") == (host == "old")
    frontier.close()
    assert read_log(tmp_path / "frontier.db").found == {"http://new/tin": {"/a": "http://old/a"}}


def test_a_signpost_waits_once_in_a_run_however_often_it_is_named(tmp_path: Path) -> None:
    frontier = opened(tmp_path)
    asked = 0
    for _ in range(3):
        frontier.add("sitemap", "http://site/a.xml", key="/a.xml", again=NOW)
        asked += len(rows := list(iter(frontier.lease, None)))
        for row in rows:
            frontier.finish(row.id)
    assert asked == 1
    frontier.begin_run()
    frontier.add("sitemap", "http://site/a.xml", key="/a.xml", again=NOW)
    assert urls_of(frontier) == ["http://site/a.xml"]


def test_a_run_that_was_killed_is_called_so(tmp_path: Path) -> None:
    opened(tmp_path)
    frontier = opened(tmp_path)
    frontier.end_run("complete", requests=1, articles=0, message=None)
    frontier.close()
    assert [run["outcome"] for run in read_log(tmp_path / "frontier.db").runs] == ["killed", "complete"]


def test_a_file_that_is_no_database_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "frontier.db").write_bytes(b"not a database at all, by any means" * 100)
    with pytest.raises(StorageError, match=r"frontier\.db: is no database"):
        opened(tmp_path)


def test_a_killed_process_loses_no_row(tmp_path: Path) -> None:
    """The real thing: a process that leases and finishes rows is killed; what it had reported done is done, the rest waits."""
    script = textwrap.dedent(f"""
        from pathlib import Path
        from crawler.frontier import Frontier
        frontier = Frontier(Path({str(tmp_path)!r}) / "frontier.db", kept=lambda: None, batch=7)
        frontier.begin_run()
        for n in range(500):
            frontier.add("article", f"http://site/{{n}}", key=f"/{{n}}")
        frontier.commit()
        while row := frontier.lease():
            frontier.finish(row.id)
            print(row.id, flush=True)
    """)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    for _ in range(100):
        process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    states = read_states(tmp_path)
    assert len(states) == 500
    frontier = opened(tmp_path)
    again = urls_of(frontier)
    assert len(again) + states.count("done") == 500
    assert states.count("done") >= 90


@pytest.mark.parametrize(("leads", "days"), ((Leads.THERE, [0, 1, 3, 7]), (Leads.ASTRAY, [0, 1, 2, 3, 7]), (Leads.AWAY, [0])), ids=str)
def test_where_an_address_led_says_when_it_is_visited_again(tmp_path: Path, clock: list[datetime], leads: Leads, days: list[int]) -> None:
    frontier = opened(tmp_path)
    article(frontier, "a")
    visited = []
    for day in range(9):
        clock[0] = START + day * DAY + timedelta(minutes=day + 1)
        frontier.begin_run()
        while row := frontier.lease():
            visited.append(day)
            frontier.finish(row.id, leads=leads)
    assert visited == days
