"""What a site file expects of its site against what came: units on an archive made by hand, and whole runs from outside."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlite_utils

from archive.schema import migrate
from conftest import congthuong
from congthuong.demo.cms import Response
from congthuong.demo.server import Served
from crawler.expect import shortfalls
from crawler.site import Expect
from test_crawler_run import Small, crawl, site_file
from test_end_to_end import query

NOW = datetime(2025, 10, 1, tzinfo=UTC)  # seven in the morning in Vietnam
LONG_AGO = "2025-01-01T00:00:00+00:00"

Seen = tuple[str, str | None, str | None]  # first seen, published, author


@pytest.fixture
def archive() -> Iterable[sqlite_utils.Database]:
    db = sqlite_utils.Database(memory=True)
    migrate(db)
    yield db
    db.conn.close()


def put(db: sqlite_utils.Database, *articles: Seen, site: str = "vinh-dep") -> None:
    ids = count(db.execute("SELECT count(*) FROM articles").fetchone()[0])
    common = {"site_id": site, "url": "https://sct.vinhdep.example/", "title": "Tin", "text": "Tin.", "html": "<p>Tin.</p>", "language": "vi"}
    rows = [{"id": str(next(ids)), "first_seen": seen, "published_at": published, "author": author} for seen, published, author in articles]
    db["articles"].insert_all(common | row | {"version_id": row["id"], "capture_id": row["id"], "last_seen": row["first_seen"]} for row in rows)


def ran(db: sqlite_utils.Database, *outcomes: str) -> None:
    for number, outcome in enumerate(outcomes):
        run = {"id": str(number), "site_id": "vinh-dep", "started_at": LONG_AGO, "outcome": outcome}
        db["runs"].insert(run | {"requests": 9, "articles": 9, "failures": 0, "waiting": 0})


def found(db: sqlite_utils.Database, *, backfilled: bool = True, **expected: float) -> list[str]:
    site: Any = SimpleNamespace(id="vinh-dep", expect=Expect(**expected))
    return shortfalls(db, site, NOW, backfilled=backfilled)


def published(days: float, number: int = 1) -> list[Seen]:
    at = (NOW - timedelta(days=days)).isoformat().replace("T00:00:00+00:00", "T07:00:00+07:00")
    assert at.endswith("+07:00")
    return [(LONG_AGO, at, None)] * number


@pytest.mark.parametrize(
    ("articles", "said"),
    (
        (published(5, 60), []),
        (published(5, 30), []),  # half of what is expected
        (published(5, 29), ["9.67 articles a month, 20 expected"]),
        (published(5, 12), ["4 articles a month, 20 expected"]),
        ([], ["0 articles a month, 20 expected"]),
        (published(90, 30), []),
        (published(91, 30), ["0 articles a month, 20 expected"]),
        (published(-1, 30), ["0 articles a month, 20 expected"]),  # dated tomorrow
        ([(LONG_AGO, "2025-10-01T06:59:00+07:00", None)] * 30, []),
        ([(LONG_AGO, "2025-10-01T07:01:00+07:00", None)] * 30, ["0 articles a month, 20 expected"]),
        ([("2025-09-20T00:00:00+00:00", None, None)] * 30, []),  # no date, but it was not there before
        ([(LONG_AGO, None, None)] * 30, ["0 articles a month, 20 expected"]),
    ),
)
def test_articles_a_month(archive: sqlite_utils.Database, articles: list[Seen], said: list[str]) -> None:
    ran(archive, "complete")
    put(archive, *articles)
    put(archive, *published(5, 200), site="another")
    assert found(archive, articles_per_month=20) == said


@pytest.mark.parametrize(
    ("outcomes", "backfilled", "looked"),
    (
        ((), True, False),
        (("killed", "broken"), True, False),
        (("partial",), True, True),
        (("broken", "short"), True, True),
        (("complete",), False, False),
    ),
)
def test_the_number_is_looked_at_only_where_it_says_something(
    archive: sqlite_utils.Database, outcomes: tuple[str, ...], backfilled: bool, looked: bool
) -> None:
    ran(archive, *outcomes)
    assert bool(found(archive, backfilled=backfilled, articles_per_month=20)) is looked


def dated(number: int, *, author: str | None = None, seen: str = LONG_AGO) -> list[Seen]:
    return [(seen, "2025-05-05T00:00:00+07:00", author)] * number


AUTHOR = "Hoàng Thị Mai"


@pytest.mark.parametrize(
    ("articles", "said"),
    (
        (dated(20, author=AUTHOR), []),
        (dated(14, author=AUTHOR) + dated(6), []),  # 70 %: ten points below
        (dated(13, author=AUTHOR) + dated(7), ["65 % of the newest 20 articles have an author, 80 % expected"]),
        (dated(13, author=AUTHOR) + dated(7, author=""), ["65 % of the newest 20 articles have an author, 80 % expected"]),
        (dated(19), []),  # too few to say
        (dated(100, author=AUTHOR, seen="2025-02-01T00:00:00+00:00") + dated(500), []),
        (dated(500, author=AUTHOR) + dated(100, seen="2025-02-01T00:00:00+00:00"), ["0 % of the newest 100 articles have an author, 80 % expected"]),
    ),
)
def test_the_share_with_an_author(archive: sqlite_utils.Database, articles: list[Seen], said: list[str]) -> None:
    put(archive, *articles)
    assert found(archive, backfilled=False, with_author=0.8) == said


def test_all_that_is_below_is_said(archive: sqlite_utils.Database) -> None:
    ran(archive, "complete")
    put(archive, *[(LONG_AGO, None, None)] * 25)
    assert found(archive, articles_per_month=3, with_author=0.5, with_date=0.995) == [
        "0 articles a month, 3 expected",
        "0 % of the newest 25 articles have an author, 50 % expected",
        "0 % of the newest 25 articles have a date, 99.5 % expected",
    ]
    assert found(archive) == []
    assert found(archive, articles_per_month=0, with_author=0, with_date=0.1) == []


# -- from outside; the articles of `Small` are of 2024 and have no author


def run(data: Path, file: Path, *args: object) -> dict[str, Any]:
    return dict(json.loads(congthuong("crawl", "--site-file", file, "--data", data, "--json", *args).out)[0])


def test_a_site_that_has_gone_quiet_is_short_once_its_backfill_is_done(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Served(Small("nho", articles=3)) as served:
        file = site_file(tmp_path, "nho", served.department.origin, more="\n[expect]\narticles_per_month = 20\nwith_date = 1\n")
        assert run(data, file)["outcome"] == "complete"  # the first run
        served.department.articles = 5
        assert run(data, file, "--limit", 1)["outcome"] == "partial"
        last = run(data, file)
    assert (last["outcome"], last["new"], last["failures"]) == ("short", 1, {"BelowExpectation": 1})
    assert last["message"] == "0 articles a month, 20 expected"
    [failure] = query(data / "archive.db", "SELECT url, reason, detail FROM failures")
    assert failure == {"url": f"{served.department.origin}/", "reason": "BelowExpectation", "detail": "0 articles a month, 20 expected"}
    assert query(data / "archive.db", "SELECT message FROM runs WHERE outcome = 'short'") == [{"message": last["message"]}]


@pytest.mark.parametrize("lost", (False, True))
def test_authors_that_are_not_found_make_a_run_short_and_what_is_missing_outright_is_said_first(tmp_path: Path, lost: bool) -> None:
    small = Small("nho", articles=22, answers={"/bai/1": Response(500, b"ill")} if lost else {})
    with Served(small) as served:
        file = site_file(tmp_path, "nho", served.department.origin, more="\n[expect]\nwith_author = 0.9\nwith_date = 0.9\n")
        done = crawl(tmp_path / "data", file)
    assert done.code == 1
    [result] = json.loads(done.out)
    said = f"0 % of the newest {21 if lost else 22} articles have an author, 90 % expected"
    assert result["outcome"] == "short"
    assert ("/bai/1" in result["message"]) if lost else (result["message"] == said)
    assert result["failures"]["BelowExpectation"] == 1
    assert said in {one["detail"] for one in query(tmp_path / "data" / "archive.db", "SELECT detail FROM failures")}


def test_a_broken_run_is_not_measured(tmp_path: Path) -> None:
    with Served(Small("nho", articles=22)) as served:
        file = site_file(tmp_path, "nho", served.department.origin, more="\n[expect]\narticles_per_month = 20\n")
        assert run(tmp_path / "data", file)["outcome"] == "complete"
    assert "BelowExpectation" not in run(tmp_path / "data", file)["failures"]
