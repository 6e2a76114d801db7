"""Kill it anywhere: a crawl is killed at each step that makes something durable, and at any moment; run again it holds what an unbroken one holds.

`--kills N` makes N kills drawn from all places and moments instead of those placed here; `--seed` draws the same again.
"""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.captures import SiteFolder
from archive.data import DataFolder
from archive.errors import StorageError
from archive.tables import dump, open_archive
from archive.warc import capture_id
from congthuong.demo.server import Served
from crawler.frontier import read_log
from crawler.site_files import read_site_file
from kill_child import MENDING, MOMENT, PARTED, PLACES, STEP, TORN
from kill_site import ARTICLES, DISCOVERY, LISTED, Many
from killing import Crawls, Ran, Stroke
from pipelines.rebuild import Source, rebuild
from test_bad_pages import SITE

SITE_ID = "nhieu"
PLACED = {
    "before-the-frontier-has-its-tables": (Stroke("Migrations.apply", 0.9),),
    "in-the-middle-of-a-record": (Stroke(TORN, 0.5),),
    "between-the-records-of-an-exchange": (Stroke(PARTED, 0.3, 0.9),),
    "after-the-write-before-the-fsync": (Stroke("WarcWriter.sync", 0.2, power=True),),
    "after-the-fsync-before-the-index": (Stroke("Index.commit", 0.4),),
    "after-the-index-before-the-frontier": (Stroke("SiteFolder.sync after", 0.5),),
    "after-the-frontier-before-the-archive": (Stroke("Loader.apply", 0.3),),
    "after-the-frontier-when-the-power-fails": (Stroke("Frontier.commit after", 0.8, power=True),),
    "in-the-middle-of-a-batch": (Stroke("Loader.apply after", 0.6),),
    "before-the-log-is-copied": (Stroke("derive.record_log", 0),),
    "before-what-is-derived": (Stroke("derive.derive", 0),),
    "while-a-torn-record-is-cut": (Stroke(TORN, 0.7, 0.1), Stroke("warc_file.cut after", 0)),
    "at-any-moment": (Stroke(MOMENT, 0.6),),
}
VOLATILE = {"capture_id", "version_id", "first_seen", "last_seen"}  # which of several equal captures a row rests on, and when it was made
LOGS = {"captures", "runs", "failures"}


def drawn(kills: int, seed: int) -> dict[str, tuple[Stroke, ...]]:
    """Crawls with so many kills in all; every third is killed twice, and where the first left a torn record often while that is mended."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    cases: dict[str, tuple[Stroke, ...]] = {}
    while kills > 0:
        strokes = [_stroke(draw)]
        if kills > 1 and draw.random() < 1 / 3:
            mends = strokes[0].place == TORN and not strokes[0].power and draw.random() < 1 / 2
            strokes.append(Stroke(draw.choice(MENDING), 0) if mends else _stroke(draw))
        cases[f"{len(cases)}-" + "-then-".join(map(str, strokes))] = tuple(strokes)
        kills -= len(strokes)
    return cases


def _stroke(draw: random.Random) -> Stroke:
    """A fifth each: any moment, any call of ours, a record torn or cut off from its exchange, and twice a place that makes something durable."""
    place = draw.choice([MOMENT, STEP, draw.choice([TORN, PARTED]), draw.choice(PLACES), draw.choice(PLACES)])
    return Stroke(place, draw.random(), draw.random(), power=draw.random() < 1 / 4)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "strokes" in metafunc.fixturenames:
        kills = metafunc.config.getoption("--kills")
        cases = drawn(kills, metafunc.config.getoption("--seed")) if kills else PLACED
        metafunc.parametrize("strokes", cases.values(), ids=cases, scope="module")


@dataclass(frozen=True)
class Crawled:
    """What a data folder holds."""

    tables: dict[str, list[dict[str, Any]]]
    captures: dict[str, int]  # id -> sequence number, as the site folder has them
    outcomes: list[str]  # of the runs, as the frontier has them


@dataclass(frozen=True)
class Killed:
    data: DataFolder
    strikes: list[Ran]
    left: list[Crawled]  # what each kill left
    again: Ran
    now: Crawled = field(repr=False)


def look(data: DataFolder) -> Crawled:
    """What there is; what a kill left before anything was made is empty."""
    tables: dict[str, list[dict[str, Any]]] = {}
    captures: dict[str, int] = {}
    with suppress(StorageError), closing(open_archive(data.archive_db, readonly=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = dump(db)
    with suppress(StorageError), SiteFolder.open(data.site(SITE_ID), SITE_ID, write=False) as folder:
        kept = list(folder.captures())
        assert not [capture for _, capture in kept if capture.broken]
        captures = {capture.id: sequence for sequence, capture in kept}
    return Crawled(tables, captures, [run["outcome"] for run in read_log(data.site(SITE_ID) / "frontier.db").runs])


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawls]:
    folder = tmp_path_factory.mktemp("unbroken")
    with Served(Many(SITE_ID)) as served:
        file = folder / f"{SITE_ID}.toml"
        text = SITE.format(home=f"{served.department.origin}/").replace("pace = 0.01", "pace = 0.0001")
        file.write_text(text.replace("sitemaps = []\nfeeds = []\n", DISCOVERY), encoding="utf-8")
        with Crawls(file) as crawls:
            crawls.measure(folder)
            yield crawls


@pytest.fixture(scope="module")
def whole(crawls: Crawls) -> Crawled:
    """What an unbroken crawl holds."""
    return look(DataFolder(crawls.file.parent / "first"))


@pytest.fixture(scope="module")
def killed(request: pytest.FixtureRequest, strokes: tuple[Stroke, ...], crawls: Crawls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    data, failed = DataFolder(tmp_path_factory.mktemp("killed")), request.session.testsfailed
    strikes, left = [], []
    for stroke in strokes:
        strikes.append(crawls.strike(data.path, stroke))
        left.append(look(data))
    again = crawls.run(data.path)
    yield Killed(data, strikes, left, again, look(data))
    if request.session.testsfailed == failed:
        shutil.rmtree(data.path)


def same(crawled: Crawled) -> dict[str, list[dict[str, Any]]]:
    """The rows that must not tell whether the crawl was killed."""
    return {
        table: sorted(({name: value for name, value in row.items() if name not in VOLATILE} for row in rows), key=repr)
        for table, rows in crawled.tables.items()
        if table not in LOGS
    }


def rows(crawled: Crawled, table: str, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(row[column] for column in columns) for row in crawled.tables[table])


def frontier(data: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(data / "sites" / SITE_ID / "frontier.db")) as db:
        return db.execute("SELECT kind, url, state, reason FROM requests ORDER BY kind, url").fetchall()


def test_an_unbroken_crawl_holds_what_the_site_has(whole: Crawled, crawls: Crawls) -> None:
    assert [url.rpartition("/")[2] for (url,) in rows(whole, "articles", "url")] == sorted(f"tin-{number}" for number in range(1, ARTICLES + 1))
    assert sum(row["kind"] == "attachment" and row["status"] == 200 for row in whole.tables["captures"]) == 2
    assert {row["kind"] for row in whole.tables["captures"]} >= {"robots", "rest", "sitemap", "feed", "listing", "article", "attachment"}
    assert sorted((row["claimed"], row["held"]) for row in whole.tables["coverage"]) == [(2, 2), (2, 2), (2, 2), (len(LISTED), len(LISTED) - 1)]
    assert len(list((crawls.file.parent / "first").glob("sites/*/captures/*.warc.gz"))) > 2


def test_every_place_is_one_that_a_crawl_passes(crawls: Crawls) -> None:
    assert {place for place in (*PLACES, TORN, PARTED, STEP) if not crawls.calls.get(place)} == set()


def test_killed_and_run_again_it_holds_what_an_unbroken_crawl_holds(killed: Killed, whole: Crawled, crawls: Crawls) -> None:
    assert [one.said for one in killed.strikes if not one.killed] == []
    assert killed.again.code == 0, killed.again.said
    now = killed.now
    assert same(now) == same(whole)
    assert now.tables["versions"] == []
    assert {(row["url"].rpartition("/")[2], row["reason"]) for row in now.tables["failures"]} == {("mat", "Gone")}
    assert frontier(killed.data.path) == frontier(crawls.file.parent / "first")
    assert now.outcomes[-1] == "complete"
    assert set(now.outcomes) <= {"complete", "killed"}
    assert [outcome for (outcome,) in sorted(rows(now, "runs", "outcome"))] == sorted(now.outcomes)


def test_what_a_kill_left_was_true_and_is_kept(killed: Killed, whole: Crawled) -> None:
    for left, after in zip(killed.left, [*killed.left[1:], killed.now], strict=True):
        assert left.captures.items() <= after.captures.items()
        if left.tables:
            loaded = {row["id"]: row["sequence"] for row in left.tables["captures"]}
            assert loaded.items() <= left.captures.items()
            names = "id", "url", "title", "text", "versions"
            assert set(rows(left, "articles", *names)) <= set(rows(whole, "articles", *names))
        if "complete" in left.outcomes:  # nothing is called complete before it is
            assert rows(left, "addresses", "key", "article_id") == rows(whole, "addresses", "key", "article_id")


def test_every_capture_is_kept_whole_and_loaded_once(killed: Killed, whole: Crawled) -> None:
    now, unbroken = killed.now, whole.tables["captures"]
    assert sorted(now.captures.values()) == list(range(1, len(now.captures) + 1))
    assert {row["id"]: row["sequence"] for row in now.tables["captures"]} == now.captures
    assert {(row["kind"], row["url"], row["status"]) for row in now.tables["captures"]} == {
        (row["kind"], row["url"], row["status"]) for row in unbroken
    }
    assert [capture_id(record.rec_headers.get_header("WARC-Record-ID")) for record in answers(killed.data)] == list(now.captures)


def answers(data: DataFolder) -> Iterator[Any]:
    """The responses and revisits, as warcio reads them; a wrong digest is an error."""
    for path in sorted((data.site(SITE_ID) / "captures").glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.content_stream().read()
                if record.rec_type in {"response", "revisit"}:
                    yield record


def test_what_was_killed_is_rebuilt_to_the_same_rows(killed: Killed, crawls: Crawls) -> None:
    source = Source(read_site_file(crawls.file).context(), lambda: asdict(read_log(killed.data.site(SITE_ID) / "frontier.db")))
    rebuild(killed.data, lambda: [source])
    assert look(killed.data) == killed.now
