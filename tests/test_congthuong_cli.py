"""The command line as a user meets it: help, JSON, exit codes, and Scrapy's own commands beside it."""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import Cli, Crawled, Samples
from congthuong.cli import COMMANDS
from crawler.probe import Answer
from crawler.site_files import site_ids
from crawler.survey.cases import load_case
from test_bad_pages import GOOD, SITE

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(cli: Callable[..., Cli], command: str) -> None:
    said = cli(command, "--help")
    assert said.code == 0
    assert re.search(rf"Examples?:\n\s+(?:curl .*\| )?congthuong {command}", said.out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`congthuong {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_sites_lists_every_site_file(cli: Callable[..., Cli]) -> None:
    said = cli("sites", "--json")
    assert said.code == 0
    listed = json.loads(said.out)
    assert sorted(one["id"] for one in listed) == site_ids()
    assert {"id", "name", "province", "home", "family", "status"} == set(listed[0])


@pytest.mark.parametrize(
    ("args", "code", "said"),
    (
        (("crawl",), 2, "name at least one site"),
        (("crawl", "nowhere"), 2, "no site 'nowhere'"),
        (("crawl", "--site-file", "nowhere.toml"), 2, "nowhere.toml: no such file"),
        (("crawl", "bac-kan", "--limit", "0"), 2, "--limit"),
        (("crawl", "bac-kan", "bac-kan"), 2, "a site is named twice"),
        (("read", "nowhere.html", "--url", "http://x/"), 2, "nowhere.html"),
        (("serve", "--data", "{tmp}/nothing"), 2, "does not exist yet"),
        (("rebuild", "--data", "{tmp}/nothing"), 2, "holds no site folders"),
        (("nonsense",), 2, "nonsense"),
    ),
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_one_clear_message(cli: Callable[..., Cli], tmp_path: Path, args: tuple[str, ...], code: int, said: str) -> None:
    answer = cli(*(arg.format(tmp=tmp_path) for arg in args))
    assert answer.code == code
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""


def test_read_says_why_a_page_is_no_article(cli: Callable[..., Cli], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body></body></html>", encoding="utf-8")
    answer = cli("read", page, "--url", "https://socongthuong.backan.gov.vn/x/", "--site", "bac-kan")
    assert answer.code == 1
    assert "NotAnArticle" in answer.err


def test_read_keeps_a_page_as_a_case_once(cli: Callable[..., Cli], tmp_path: Path) -> None:
    page, site, case = tmp_path / "page.html", tmp_path / "trang-mau.toml", tmp_path / "cases" / "trang-mau" / "phien-cho"
    page.write_text(GOOD, encoding="utf-8")
    site.write_text(SITE.format(home="http://127.0.0.1/"), encoding="utf-8")
    given = ("read", page, "--url", "http://127.0.0.1/bai/1", "--fetched-at", "2024-03-13T01:02:03", "--save-case", case)
    answer = cli(*given, "--site-file", site)
    assert answer.code == 0
    assert f"{case / 'article.json'} was not there and holds now what was read. Review it" in answer.err
    assert load_case(case) == ("trang-mau", Answer("http://127.0.0.1/bai/1", 200, (), GOOD.encode(), datetime(2024, 3, 13, 1, 2, 3, tzinfo=UTC)))
    assert json.loads((case / "article.json").read_text(encoding="utf-8"))["title"] == json.loads(answer.out)["article"]["title"]
    again = cli(*given, "--site-file", site)
    assert (again.code, again.out) == (2, "")
    assert "is there already" in again.err
    nameless = cli(*given)
    assert (nameless.code, nameless.out) == (2, "")
    assert "name it with --site or --site-file" in nameless.err


def test_scrapy_knows_every_site_as_a_spider() -> None:
    done = subprocess.run([sys.executable, "-m", "scrapy", "list"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == site_ids()


def test_rebuild_says_what_it_made(crawled: Crawled, cli: Callable[..., Cli], tmp_path: Path) -> None:
    import shutil  # noqa: PLC0415

    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    said = cli("rebuild", "--data", data, "--json")
    assert said.code == 0, said.err
    assert {site: one["new"] for site, one in json.loads(said.out).items()} == dict.fromkeys(crawled.samples.files, 12)


def test_the_demo_runs_whole_and_says_what_it_found(cli: Callable[..., Cli], tmp_path: Path) -> None:
    said = cli("demo", "--no-serve", "--data", tmp_path / "demo")
    assert said.code == 0, said.err
    assert "holds 48 articles" in said.out
    again = cli("demo", "--no-serve", "--data", tmp_path / "demo")
    assert "holds 48 articles" in again.out
    assert "0 new, 0 changed" in again.out


def test_a_wheel_holds_every_data_file(tmp_path: Path) -> None:
    """What an editable install finds by itself a real one must be given."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, ROOT],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    kept = subprocess.run(
        ["git", "ls-files", "archive", "pipelines", "crawler", "congthuong"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {name for name in kept if "/screenshots/" not in name} <= packed


def test_samples_answer_only_on_loopback(samples: Samples) -> None:
    assert {served.host for served in samples.served.values()} == {"127.0.0.1"}


def test_sites_are_a_line_each_with_what_is_known_best_first(cli: Callable[..., Cli]) -> None:
    said = cli("sites")
    head, *lines = [line.rstrip() for line in said.out.splitlines()]
    assert head.split() == ["site", "province", "home", "family", "status"]
    assert sorted(line.split()[0] for line in lines) == site_ids()
    statuses = [line.split()[-1] for line in lines]
    assert statuses == sorted(statuses, key=["seen", "guess", "gone"].index)
    shown = {line.split()[0]: re.split(r"\s{2,}", line)[1:] for line in lines}
    assert shown["bac-kan"] == ["Bắc Kạn → Thái Nguyên", "https://socongthuong.backan.gov.vn/", "wordpress", "seen"]
    assert shown["khanh-hoa"][0] == "Khánh Hòa"  # it goes on under its name
    assert f"{len(lines)} of {len(lines)} sites" in said.err


def test_sites_can_be_narrowed(cli: Callable[..., Cli]) -> None:
    both = json.loads(cli("sites", "--status", "seen", "--family", "liferay", "--json").out)
    assert {(one["family"], one["status"]) for one in both} == {("liferay", "seen")}
    assert next(one["province"] for one in both if one["id"] == "quang-binh") == [
        {"id": "quang-binh", "from": None},
        {"id": "quang-tri-2025", "from": "2025-07-01"},
    ]
    none = cli("sites", "--status", "gone")
    assert (none.code, none.out.split()) == (0, ["site", "province", "home", "family", "status"])
    assert "0 of 64 sites" in none.err
    assert "no-such" in cli("sites", "--family", "no-such").err
