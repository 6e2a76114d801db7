"""`congthuong rebuild` as a user meets it: what it says, what it asks for, and what a person reads of a difference."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.tables import dump, open_archive
from conftest import Cli, Crawled


@pytest.fixture
def data(crawled: Crawled, tmp_path: Path) -> Path:
    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    return data


def change(data: Path, sql: str) -> None:
    with open_archive(data / "archive.db") as db:
        db.execute(sql)


def contents(data: Path) -> dict[str, list[dict[str, object]]]:
    with open_archive(data / "archive.db", readonly=True) as db:
        return dump(db)


def test_a_difference_is_shown_and_applied_only_when_told(data: Path, cli: Callable[..., Cli]) -> None:
    live = contents(data)
    nothing = cli("rebuild", "--diff", "--data", data)
    assert (nothing.code, nothing.out) == (0, "Reading now sees what the archive says.\n")
    change(data, "UPDATE articles SET author = 'Ban biên tập' WHERE site_id = 'demo-lang-son'")
    changed = contents(data)
    shown = cli("rebuild", "--diff", "--data", data)
    assert shown.code == 0, shown.err
    assert "demo-lang-son" in shown.out
    assert "articles author" in shown.out
    assert "Ban biên tập →" in shown.out
    assert "as it was; --apply replaces it" in shown.err
    assert contents(data) == changed
    told = json.loads(cli("rebuild", "--diff", "--apply", "--json", "--data", data).out)
    [one] = told
    assert (one["site"], one["table"], one["field"], one["count"]) == ("demo-lang-son", "articles", "author", 12)
    assert set(one["examples"][0]) == {"article", "url", "old", "new"}
    assert contents(data) == live


def test_only_the_named_sites_are_read_again(data: Path, cli: Callable[..., Cli]) -> None:
    live = contents(data)
    said = cli("rebuild", "--site", "demo-lang-son", "--site", "demo-bac-kan", "--jobs", "2", "--json", "--data", data)
    assert said.code == 0, said.err
    assert {site: one["new"] for site, one in json.loads(said.out).items()} == {"demo-bac-kan": 12, "demo-lang-son": 12}
    assert "demo-cao-bang" not in said.err
    assert contents(data) == live


@pytest.mark.parametrize(
    ("args", "said"),
    (
        (("--site", "nowhere"), "no site folder 'nowhere'; there is demo-bac-kan"),
        (("--apply",), "--apply goes with --diff"),
        (("--jobs", "0"), "--jobs"),
    ),
    ids=["site", "apply", "jobs"],
)
def test_wrong_use_is_one_clear_message(crawled: Crawled, cli: Callable[..., Cli], args: tuple[str, ...], said: str) -> None:
    answer = cli("rebuild", *args, "--data", crawled.data)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_what_is_withheld_is_gone_after_it_and_a_wrong_entry_is_named(data: Path, cli: Callable[..., Cli]) -> None:
    live = contents(data)
    article = str(live["articles"][0]["id"])
    entry = f'[[withheld]]\narticle = "{article}"\ndate = 2026-01-02\nreason = "Theo yêu cầu"\n'
    (data / "withheld.toml").write_text(entry, encoding="utf-8")
    assert cli("rebuild", "--site", "demo-lang-son", "--data", data).code == 0
    assert {row["id"] for row in contents(data)["articles"]} == {row["id"] for row in live["articles"]} - {article}
    (data / "withheld.toml").write_text(entry.replace(article, "0" * 16), encoding="utf-8")
    wrong = cli("rebuild", "--data", data)
    assert wrong.code == 2
    assert "withheld.toml: withheld.0.article: no site folder holds the article '0000000000000000'" in wrong.err
    (data / "withheld.toml").unlink()
    assert cli("rebuild", "--data", data).code == 0
    assert contents(data) == live
