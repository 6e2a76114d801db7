"""`congthuong status`: what a run that went well and one that did not look like from the morning after."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from archive.tables import open_archive, transaction, upsert
from conftest import Cli, Crawled
from congthuong.demo.server import Served
from test_bad_pages import PAGES, SITE, Odd


def test_every_site_has_its_last_run(crawled: Crawled, cli: Callable[..., Cli]) -> None:
    said = cli("status", "--data", crawled.data, "--json")
    assert said.code == 0, said.err
    status = json.loads(said.out)
    assert [(run["site"], run["outcome"], run["held"], run["waiting"]) for run in status["runs"]] == [
        (site, "complete", 12, 0) for site in sorted(crawled.samples.files)
    ]
    assert status["events"] == []
    # What each names that no archive should hold: a draft, a protected and an internal page, one that leads away.
    assert {one["reason"] for one in status["failures"]} == {"Gone", "OffSite", "Protected", "RobotsDenied"}
    assert {one["site"] for one in status["gaps"]} == set(crawled.samples.files)
    assert "demo-bac-kan" in cli("status", "--data", crawled.data).out


def test_failures_and_gaps_are_named(tmp_path: Path, cli: Callable[..., Cli]) -> None:
    with Served(Odd("odd")) as served:
        file = tmp_path / "odd.toml"
        file.write_text(SITE.format(home=f"{served.department.origin}/"), encoding="utf-8")
        assert cli("crawl", "--site-file", file, "--data", tmp_path / "data").code == 1
        origin = served.department.origin
    status = json.loads(cli("status", "--data", tmp_path / "data", "--json").out)
    assert [run["outcome"] for run in status["runs"]] == ["short"]
    assert {one["reason"] for one in status["failures"]} >= {"Gone", "HttpServerError", "OffSite", "EmptyBody"}
    [gap] = status["gaps"]
    assert (gap["claimed"], gap["held"]) == (len(PAGES), 1)
    assert f"{origin}/bai/mat" in gap["missing"]
    shown = cli("status", "--data", tmp_path / "data").out
    assert "Named by the site but not held" in shown
    assert "OffSite" in shown


def test_events_are_shown_while_they_go_on(crawled: Crawled, tmp_path: Path, cli: Callable[..., Cli]) -> None:
    """Of the last run's day, or of the last visit's where no later run came so far; not what is over."""
    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    with open_archive(data / "archive.db") as db, transaction(db):
        day = next(db.query("SELECT min(substr(started_at, 1, 10)) AS day FROM runs"))["day"]
        over = {"id": "over", "site_id": "demo-bac-kan", "kind": "unreachable", "day": "2024-01-01", "last_day": "2024-01-03", "detail": "No answer."}
        now = {"id": "now", "site_id": "demo-bac-kan", "kind": "frozen", "day": "2024-02-01", "last_day": day, "detail": "Nothing new [since]."}
        late = {"id": "late", "site_id": "demo-cao-bang", "kind": "missing", "day": day, "last_day": day, "detail": "5 of 12 articles."}
        upsert(db, "site_events", [over, now, late])
        db.execute("UPDATE runs SET started_at = '2999-01-01T00:00:00+00:00' WHERE site_id = 'demo-cao-bang'")
    events = json.loads(cli("status", "--data", data, "--json").out)["events"]
    assert [(one["site"], one["kind"], one["day"], one["last_day"]) for one in events] == [
        ("demo-bac-kan", "frozen", "2024-02-01", day),
        ("demo-cao-bang", "missing", day, day),
    ]
    shown = cli("status", "--data", data).out
    assert "What befell the sites" in shown
    assert "[since]" in shown
    assert "unreachable" not in shown


def test_without_an_archive_it_says_what_to_do(tmp_path: Path, cli: Callable[..., Cli]) -> None:
    said = cli("status", "--data", tmp_path / "nothing")
    assert said.code == 1
    assert "Crawl" in said.err
    assert "Traceback" not in said.err
