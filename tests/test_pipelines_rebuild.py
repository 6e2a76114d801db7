"""Rebuilding: by several processes, of single sites, compared first; beside readers, a running Datasette and a crawl; killed on the way."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.captures import Exchange, SiteFolder
from archive.errors import RunFailed, StorageError
from archive.tables import dump
from archive.web import app
from crawler.site_files import read_site_file, save_site
from pipelines import reading_ahead
from pipelines import rebuild as rebuilding
from pipelines.derive import derive
from pipelines.differences import Difference, Example
from pipelines.load import Loader, Tally
from pipelines.rebuild import Source, compare, rebuild
from test_pipelines_load import HOME, LAYOUT, NO_LOG, PAGE, Bench

SITES = ("mau", "hai")


class Sites(Bench):
    """Two sites of one look in one archive."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.folders = {"mau": self.folder, "hai": SiteFolder.open(self.data.site("hai"), "hai", write=True)}
        self.contexts = {site: replace(self.context, site=site) for site in SITES}

    def on(self, site: str) -> "Sites":
        self.folder, self.context = self.folders[site], self.contexts[site]
        return self

    def fill(self, articles: int) -> None:
        """So many articles on each site, with an edit, a move, a further page, a file, a loss and a page that is none."""
        for site in SITES:
            self.on(site)
            for number in range(articles):
                more = "<p>Cụm thi đua số III họp. <a href='/kh.pdf'>Kế hoạch</a></p><p style='text-align:right'><b>Tác giả: Nông Thị Hà</b></p>"
                self.page(f"tin-{number}.html", title=f"Tin {number} của {site}", more=more)
            self.answer("kh.pdf", "%PDF-1.4", kind="attachment")
            self.answer("", "<ul><li>Danh sách</ul>", kind="home")
            self.page("tin-1.html", title=f"Tin 1 của {site}", text="Đã sửa./.", later=1)
            self.answer("tin-2.html", status=301, headers=(("Location", "/moi/tin-902.html"),))
            self.page("moi/tin-902.html", title=f"Tin 2 của {site}", more=more)
            self.answer("tin-3.html", "<html><body>Không có gì</body></html>")
            self.answer("tin-0.html", status=404, later=1)
            self.answer("tin-0.html", status=404, later=1)
            self.load()

    def sources(self) -> list[Source]:
        return [Source(self.contexts[site], lambda: NO_LOG) for site in SITES]

    def rebuild(self, **options: Any) -> dict[str, Tally]:
        return rebuild(self.data, self.sources, **options)

    def compare(self, **options: Any) -> list[Difference]:
        return compare(self.data, self.sources, **options)

    def close(self) -> None:
        for folder in self.folders.values():
            folder.close()
        self.db.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Sites]:
    two = Sites(tmp_path / "data")
    two.fill(6)
    yield two
    two.close()


def files(two: Sites) -> set[str]:
    return {one.name for one in two.data.path.iterdir() if one.name.startswith("rebuild.db")}


def test_a_rebuild_reads_all_again(two: Sites) -> None:
    live = dump(two.db)
    assert two.rebuild() == dict.fromkeys(SITES, Tally(new=6, changed=1, unchanged=1, failures={"NotAnArticle": 1, "Gone": 2}))
    assert dump(two.db) == live
    assert files(two) == set()


# -- several processes


def test_several_processes_make_the_same_archive(two: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the order of the rows: they are read in any order and written in that of the captures."""
    monkeypatch.setattr(reading_ahead, "SPAN", 2)  # more pieces than processes
    live = dump(two.db)
    one = two.rebuild()
    order = two.rows("SELECT rowid, id FROM articles ORDER BY rowid")
    two.db.execute("DELETE FROM counts")
    assert two.rebuild(jobs=3) == one
    assert dump(two.db) == live
    assert two.rows("SELECT rowid, id FROM articles ORDER BY rowid") == order


def test_the_writing_process_reads_no_article_again_that_others_read(two: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    judged = Loader._judge

    def noted(loader: Loader, sequence: int, capture: Any) -> Any:
        read.append(capture.kind if not capture.header("Location") else "redirect")
        return judged(loader, sequence, capture)

    monkeypatch.setattr(Loader, "_judge", noted)
    two.rebuild(jobs=2)
    assert set(read) <= {"home", "attachment", "redirect"}


@pytest.mark.parametrize("begun", ((), (0,), (1, 4)), ids=["none", "first", "others"])
def test_what_no_process_has_begun_is_read_here_and_all_stays_in_order(two: Sites, monkeypatch: pytest.MonkeyPatch, begun: tuple[int, ...]) -> None:
    monkeypatch.setattr(reading_ahead, "SPAN", 2)
    given: list[Future[Any]] = []

    class Pool:
        def submit(self, _: object, site: str, entries: list[Any]) -> Future[Any]:
            given.append(Future())
            if len(given) - 1 in begun:
                given[-1].set_running_or_notify_cancel()
                given[-1].set_result(list(folder.read(entries, two.contexts[site])))
            return given[-1]

    with reading_ahead.ReadFolder.open(two.data.site("mau"), "mau", write=False) as folder:
        entries = list(folder._index.after(0))
        alone = list(folder.read(entries, two.contexts["mau"]))
        assert list(reading_ahead.Readers(Pool(), two.contexts, 2).read(folder, "mau", entries)) == alone  # type: ignore[arg-type]
    assert [number for number, one in enumerate(given) if not one.cancelled()] == list(begun)


def test_a_further_page_is_read_with_those_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though they were given to different processes."""
    monkeypatch.setattr(reading_ahead, "SPAN", 1)
    bench = Bench(tmp_path / "data")
    bench.context = replace(bench.context, layouts=(LAYOUT.model_copy(update={"pages": [".pages a"]}),))
    first = bench.page("dai-12.html", text="Phần một.", related="</ul><div class=pages><a href='/dai-12.html?p=2'>2</a></div>")
    body = PAGE.format(counter=1, title="Dài", date="", text="Phần hai.", more="", related="").encode()
    asked = {"method": "GET", "status": 200, "reason": "OK", "headers": (), "request_headers": (), "kind": "page", "run": "r", "ip": None}
    bench.folder.write(Exchange(url=f"{HOME}dai-12.html?p=2", fetched_at=bench.now, body=body, part_of=first, **asked))
    bench.page("khac-13.html", title="Một tin khác")
    bench.load()
    live = dump(bench.db)
    assert [row["text"] for row in live["articles"] if row["title"] != "Một tin khác"] == ["Phần một.\nPhần hai."]
    rebuild(bench.data, lambda: [Source(bench.context, lambda: NO_LOG)], jobs=2)
    assert dump(bench.db) == live
    bench.folder.close()
    bench.db.close()


def test_a_reading_process_that_dies_is_said_and_the_archive_stays(two: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    live = dump(two.db)
    progress: list[str] = []

    def kill(site: str, _: Tally) -> None:
        progress.append(site)
        for child in children(os.getpid()):
            os.kill(child, signal.SIGKILL)
        time.sleep(0.2)

    with pytest.raises(RunFailed, match="fewer --jobs"):
        two.rebuild(jobs=2, progress=kill)
    assert progress == ["mau"]
    assert dump(two.db) == live
    two.rebuild(jobs=2)
    assert dump(two.db) == live


def children(parent: int) -> list[int]:
    """Its processes that run a program of ours."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent and "spawn_main" in (status.parent / "cmdline").read_text():
                found.append(int(status.parent.name))
    return found


# -- single sites


def test_one_site_read_again_is_as_all_read_again(two: Sites) -> None:
    live = dump(two.db)
    two.db.execute("UPDATE articles SET title = 'cũ' WHERE site_id = 'mau'")  # as an older reader had it
    two.db.execute("DELETE FROM mentions WHERE article_id IN (SELECT id FROM articles WHERE site_id = 'mau') AND refers_to IS NOT NULL")
    two.db.execute("UPDATE articles SET category = 'giữ' WHERE site_id = 'hai'")
    tallies = two.rebuild(sites=["mau"])
    assert (tallies["mau"].new, tallies["hai"].new) == (6, 0)
    assert {row["category"] for row in dump(two.db)["articles"] if row["site_id"] == "hai"} == {"giữ"}
    two.db.execute("UPDATE articles SET category = NULL")
    derive(two.db)
    assert dump(two.db) == live
    two.rebuild(sites=["hai", "mau"], jobs=2)
    assert dump(two.db) == live


def test_one_site_of_an_archive_that_is_not_there_is_all_of_them(two: Sites) -> None:
    live = dump(two.db)
    two.db.close()
    two.data.archive_db.unlink()
    two.rebuild(sites=["mau"])
    two.db = rebuilding.open_for_writing(two.data.archive_db)
    assert dump(two.db) == live


def test_what_others_captured_meanwhile_is_in_too(two: Sites) -> None:
    two.on("hai").page("tin-50.html", title="Tin đến sau")
    two.folder.sync()
    two.rebuild(sites=["mau"])
    assert two.rows("SELECT site_id FROM articles WHERE title = 'Tin đến sau'") == [{"site_id": "hai"}]


# -- compared first


def test_nothing_differs_where_the_reader_is_the_same(two: Sites) -> None:
    assert two.compare() == []
    assert two.compare(jobs=2, sites=["hai"]) == []


def test_every_difference_is_counted_by_site_and_field(two: Sites) -> None:
    """By hand, as an older reader would have left it: a title, a mention that it did not find, one that it found alone, an article too many."""
    [first] = two.rows("SELECT * FROM articles WHERE site_id = 'mau' AND title = 'Tin 4 của mau'")
    [mention] = two.rows("SELECT * FROM mentions WHERE article_id = ? AND kind = 'cluster'", first["id"])
    two.db.execute("UPDATE articles SET title = 'Tin bốn', last_seen = '2020', vanished_at = '2020' WHERE id = ?", [first["id"]])
    two.db.execute("UPDATE articles SET author = NULL WHERE site_id = 'hai'")
    two.db.execute("DELETE FROM mentions WHERE id = ?", [mention["id"]])
    more = {**mention, "id": "thừa", "quote": "khối"}
    two.db["mentions"].insert(more)
    two.db["articles"].insert({**first, "id": "thừa", "title": "Bài thừa", "site_id": "hai"})
    before = dump(two.db)
    found = {(one.site, one.table, one.field): one for one in two.compare()}
    url = f"{HOME}tin-4.html"
    assert {place: one.count for place, one in found.items()} == {
        ("hai", "articles", "(gone)"): 1,
        ("hai", "articles", "author"): 5,  # the edited one names nobody
        ("mau", "articles", "title"): 1,
        ("mau", "mentions", "(gone)"): 1,
        ("mau", "mentions", "(new)"): 1,
    }
    assert found["mau", "articles", "title"].examples == [Example(first["id"], url, "Tin bốn", "Tin 4 của mau")]
    assert found["mau", "mentions", "(new)"].examples == [Example(first["id"], url, None, mention["quote"])]
    assert found["mau", "mentions", "(gone)"].examples == [Example(first["id"], url, "khối", None)]
    assert found["hai", "articles", "(gone)"].examples == [Example("thừa", url, "Bài thừa", None)]
    assert {one.new for one in found["hai", "articles", "author"].examples} == {"Nông Thị Hà"}
    assert dump(two.db) == before
    assert files(two) == set()


def test_it_is_swapped_in_only_where_that_is_said(two: Sites) -> None:
    live = dump(two.db)
    two.db.execute("UPDATE articles SET title = 'cũ'")
    old = dump(two.db)
    two.compare(apply=lambda found: not found)
    assert dump(two.db) == old
    two.compare(apply=lambda found: [one.count for one in found] == [6, 6])
    assert dump(two.db) == live


def test_what_the_archive_does_not_have_yet_is_no_difference(two: Sites) -> None:
    two.on("hai").page("tin-50.html", title="Tin đến sau")
    two.folder.sync()
    assert two.compare() == []
    two.compare(apply=lambda _: True)
    assert two.rows("SELECT site_id FROM articles WHERE title = 'Tin đến sau'") == [{"site_id": "hai"}]


def test_without_an_archive_there_is_nothing_to_compare(two: Sites) -> None:
    two.db.close()
    two.data.archive_db.unlink()
    with pytest.raises(StorageError, match="no archive yet"):
        two.compare()
    two.db = rebuilding.open_for_writing(two.data.archive_db)


# -- beside others


def test_a_running_datasette_shows_the_new_rows_at_its_next_request(two: Sites) -> None:
    two.db.execute("UPDATE articles SET title = 'cũ' WHERE site_id = 'mau'")
    served = app(two.data.archive_db)

    def titles() -> list[str]:
        rows = asyncio.run(served.client.get("/archive/articles.json?_shape=array&_col=title&site_id=mau")).json()
        return sorted(row["title"] for row in rows)

    assert titles() == ["cũ"] * 6
    two.rebuild(sites=["mau"])
    assert titles() == [f"Tin {number} của mau" for number in range(6)]
    assert asyncio.run(served.client.get("/archive/articles.json?_shape=array&_search=tin+4+mau")).json()[0]["title"] == "Tin 4 của mau"
    served.executor.shutdown()
    for database in served.databases.values():
        database.close()


def test_a_crawl_that_goes_on_meanwhile_loses_nothing(two: Sites) -> None:
    """It writes to the archive that is about to be replaced; what it wrote was captured first, so it is read again."""
    loader = Loader(two.db, two.folders["hai"], two.contexts["hai"])
    numbers = iter(range(100, 200))

    def crawl(_site: str, _tally: Tally) -> None:
        for _ in range(3):
            number = next(numbers)
            two.on("hai").page(f"tin-{number}.html", title=f"Tin {number}")
            two.folder.sync()
            loader.catch_up()
        two.page("tin-300.html", title="Chưa nạp")  # kept, but not loaded by the crawl yet
        two.folder.sync()

    two.rebuild(progress=crawl)
    loader.catch_up()
    derive(two.db)
    live = dump(two.db)
    assert {f"Tin {number}" for number in range(100, 106)} | {"Chưa nạp"} <= {row["title"] for row in live["articles"]}
    two.rebuild()
    assert dump(two.db) == live


SITE = """
name = "Sở Công Thương mẫu"
province = [{ id = "bac-kan" }]
home = "http://site.example/"
family = "generic"
status = "seen"
[[layout]]
title = ["h1"]
body = ["div.body"]
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with so many captures that a rebuild takes seconds."""
    folder = tmp_path_factory.mktemp("many")
    bench = Bench(folder / "data")
    file = folder / "mau.toml"
    file.write_text(SITE, encoding="utf-8")
    site = read_site_file(file)
    save_site(site, bench.data.site("mau"))
    bench.context = site.context()
    for number in range(1500):
        bench.page(f"tin-{number}.html", title=f"Tin {number}")
    bench.load()
    bench.folder.close()
    bench.db.close()
    return folder / "data"


@pytest.mark.parametrize("how", (signal.SIGKILL, signal.SIGTERM, signal.SIGINT), ids=lambda how: how.name)
def test_a_rebuild_ended_on_the_way_leaves_the_archive_and_no_process(many: Path, tmp_path: Path, how: signal.Signals) -> None:
    """Then the next one works."""
    shutil.copytree(many, tmp_path / "data")
    bench = Bench(tmp_path / "data")
    bench.folder.close()
    live = dump(bench.db)
    args = [sys.executable, "-m", "congthuong", "rebuild", "--jobs", "3", "--data", str(bench.data.path)]
    process = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=_heeding)  # noqa: PLW1509
    until(lambda: bench.data.rebuild_db.exists() and len(children(process.pid)) == 2)
    workers = children(process.pid)
    until(lambda: written(bench.data.rebuild_db) or process.poll() is not None)
    process.send_signal(how)
    _, err = process.communicate(timeout=30)
    assert process.returncode != 0, err
    assert "Process SpawnProcess" not in err
    until(lambda: not any(alive(one) for one in workers))
    assert dump(bench.db) == live
    done = subprocess.run(args, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert dump(bench.db)["articles"] == live["articles"]
    bench.db.close()


def _heeding() -> None:
    """Ctrl-C counts in the process, though a shell that runs these tests in its background has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def written(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 1_000_000  # without any article it has some 400,000 bytes


def alive(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.005)
