"""Scheduled crawls: whose turn it is, runs that end when their time is up, and what a timer's second call says."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.data import DataFolder
from conftest import congthuong
from congthuong.demo.server import Served
from crawler.frontier import Frontier
from crawler.schedule import due
from crawler.site import Site, duration
from crawler.site_files import read_site_file
from test_bad_pages import SITE
from test_crawler_walks import Numbers

AT = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(("text", "meant"), (("90m", timedelta(minutes=90)), ("6h", timedelta(hours=6)), ("2d", timedelta(days=2))))
def test_a_stretch_of_time(text: str, meant: timedelta) -> None:
    assert duration(text) == meant


@pytest.mark.parametrize("text", ("", "6", "h", "0h", "6 hours", "-1d", "1w", "99999h"))
def test_what_is_no_stretch_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="no stretch of time"):
        duration(text)


def site(folder: Path, name: str, every: str | None, status: str = "seen") -> Site:
    file = folder / f"{name}.toml"
    text = SITE.format(home="http://127.0.0.1:9/").replace('status = "seen"', f'status = "{status}"')
    file.write_text((f'every = "{every}"\n' if every else "") + text, encoding="utf-8")
    return read_site_file(file)


def test_due_is_who_waited_longest_first_and_never_a_guess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = DataFolder(tmp_path / "data").make()
    began = {
        "a-recent": AT - timedelta(hours=5),
        "b-old": AT - timedelta(hours=7),
        "c-older": AT - timedelta(days=3),
        "e-guess": AT - timedelta(days=9),
    }
    for name, moment in began.items():
        monkeypatch.setattr("crawler.clock.now", lambda moment=moment: moment)
        data.site(name).mkdir(parents=True)
        frontier = Frontier(data.site(name) / "frontier.db", kept=lambda: None)
        frontier.begin_run()
        frontier.close()
    sites = [site(tmp_path, name, "6h") for name in ("a-recent", "b-old", "c-older")]
    sites += [site(tmp_path, "d-never", "6h"), site(tmp_path, "e-guess", "6h", "guess"), site(tmp_path, "f-unscheduled", None)]
    assert [one.id for one in due(sites, data, AT)] == ["d-never", "c-older", "b-old"]


def test_a_timer_that_calls_again_finds_nothing_due(tmp_path: Path) -> None:
    with Served(Numbers("trang")) as served:
        file = tmp_path / "trang.toml"
        file.write_text('every = "6h"\n' + SITE.format(home=f"{served.department.origin}/"), encoding="utf-8")
        args = ("crawl", "--due", "--site-file", file, "--data", tmp_path / "data", "--json")
        first = congthuong(*args)
        assert first.code == 0, first.err
        assert [(one["site"], one["outcome"], one["new"]) for one in json.loads(first.out)] == [("trang", "complete", 7)]
        asked = len(served.asked)
        second = congthuong(*args)
        assert (second.code, json.loads(second.out)) == (0, [])
        assert len(served.asked) == asked


def test_a_run_ends_when_its_time_is_up_and_the_next_goes_on(tmp_path: Path) -> None:
    with Served(Numbers("trang", articles_there=40)) as served:
        file = tmp_path / "trang.toml"
        file.write_text(SITE.format(home=f"{served.department.origin}/").replace("pace = 0.01", "pace = 0.15"), encoding="utf-8")
        script = (
            "import sys; from datetime import timedelta; from pathlib import Path; from crawler.run import crawl; from crawler.site_files import read_site_file\n"
            "[result] = crawl([read_site_file(Path(sys.argv[1]))], Path(sys.argv[2]), longest=timedelta(seconds=5))\n"
            "print(result.outcome, result.exit_code, result.waiting > 0)"
        )
        done = subprocess.run([sys.executable, "-c", script, file, tmp_path / "data"], capture_output=True, text=True, check=False, timeout=60)
        assert done.stdout.split() == ["partial", "0", "True"], done.stderr
        file.write_text(SITE.format(home=f"{served.department.origin}/"), encoding="utf-8")
        rest = congthuong("crawl", "--site-file", file, "--data", tmp_path / "data", "--json")
        assert rest.code == 0, rest.err
        status = congthuong("status", "--data", tmp_path / "data", "--json")
        assert [run["held"] for run in json.loads(status.out)["runs"]] == [40]
