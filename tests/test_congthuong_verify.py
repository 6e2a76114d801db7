"""`congthuong verify` as a user meets it: what it says, its exit codes, and beside a crawl that goes on."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from conftest import Cli, Crawled
from congthuong.demo.server import Served
from test_crawler_run import Small, site_file, start


@pytest.fixture
def data(crawled: Crawled, tmp_path: Path) -> Path:
    return Path(shutil.copytree(crawled.data, tmp_path / "data"))


def test_a_whole_archive(data: Path, cli: Callable[..., Cli]) -> None:
    said = cli("verify", "--data", data)
    assert (said.code, said.err) == (0, "")
    assert "48 articles" in said.out
    assert said.out.endswith("everything holds\n")
    found = cli("verify", "--data", data, "--quick", "--json").json
    assert (found["whole"], found["breaks"], found["quick"], found["checked"]["sites"]) == (True, [], True, 4)  # type: ignore[index]
    one = cli("verify", "demo-lang-son", "--data", data, "--json").json
    assert (one["checked"]["sites"], one["checked"]["articles"], one["quick"]) == (1, 12, False)  # type: ignore[index]


def test_breaks_are_named_with_place_and_way_out_and_no_more_than_a_screen_of_them(data: Path, cli: Callable[..., Cli]) -> None:
    with closing(sqlite3.connect(data / "archive.db", isolation_level=None)) as db:
        db.execute("UPDATE mentions SET quote = quote || 'x' WHERE rowid <= 50")
    said = cli("verify", "--data", data)
    assert said.code == 1
    assert said.err == "congthuong: 50 broken links of the chain\n"
    assert said.out.count("BROKEN mention: archive.db: mention ") == 20
    assert said.out.count("`congthuong rebuild`") == 20
    assert "and 30 more; --json has all" in said.out
    everything = cli("verify", "--data", data, "--json")
    assert everything.code == 1
    assert len(everything.json["breaks"]) == 50  # type: ignore[index]
    assert set(everything.json["breaks"][0]) == {"link", "place", "trouble", "way_out"}  # type: ignore[index]


def test_what_is_wrong_use(data: Path, tmp_path: Path, cli: Callable[..., Cli]) -> None:
    for args, words in ((("nowhere", "--data", data), "holds no site nowhere"), (("--data", tmp_path / "nothing"), "nothing to verify")):
        said = cli("verify", *args)
        assert (said.code, said.out) == (2, "")
        assert words in said.err


def test_beside_a_crawl_nothing_is_broken_and_nobody_waits(tmp_path: Path, cli: Callable[..., Cli]) -> None:
    data = tmp_path / "data"
    with Served(Small("nho", articles=60)) as served:
        process = start(data, site_file(tmp_path, "nho", served.department.origin, pace=0.05))
        looks = []
        while process.poll() is None:
            if len(served.asked) > 5:
                looks.append(cli("verify", "--data", data, "--json"))
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)[0]["outcome"] == "complete"
    assert len(looks) > 1
    assert {look.code for look in looks} == {0}, [look.out for look in looks]
    last = cli("verify", "--data", data, "--json").json
    assert (last["checked"]["articles"], last["notes"]) == (60, {})  # type: ignore[index]
