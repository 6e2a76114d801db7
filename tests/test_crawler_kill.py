"""Kill it anywhere: a crawl is killed at each step that makes something durable, and at any moment; run again it holds what an unbroken one holds."""

import json
import subprocess
import sys
import textwrap
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from archive.captures import SiteFolder
from archive.data import DataFolder
from archive.tables import dump, open_archive
from congthuong.demo.cms import Department, Response
from congthuong.demo.server import Served
from crawler.frontier import read_log
from crawler.site_files import read_site_file
from pipelines.rebuild import Source, rebuild
from test_bad_pages import GOOD, SITE

ARTICLES = 9
ON_A_PAGE = 3
# Where the process dies: what it is about to do (or has just done), and at which time of doing it.
POINTS = {
    "in-the-middle-of-a-record": ("torn", 8),
    "after-the-write-before-the-fsync": ("WarcWriter.sync", 2),
    "after-the-fsync-before-the-index": ("Index.commit", 3),  # the first is the opening's
    "after-the-index-before-the-frontier": ("SiteFolder.sync after", 3),
    "after-the-frontier-before-the-archive": ("Loader.apply", 2),
    "in-the-middle-of-a-batch": ("Loader.apply after", 2),
    "in-the-middle-of-the-last-batch": ("Loader.apply after", 4),
    "before-the-log-is-copied": ("record_log", 1),
    "before-what-is-derived": ("derive", 1),
    "any-moment-1": ("timer", 0.2),
    "any-moment-2": ("timer", 0.4),
}

# Each crawl runs in a child of one process that has imported everything, with small batches, so that there is more to break.
SCRIPT = textwrap.dedent("""
    import json, os, signal, sys, time
    from pathlib import Path
    import crawler.spider as spider
    import pipelines.item_pipeline
    from archive.capture_index import Index
    from archive.captures import SiteFolder
    from archive.warc_writer import WarcWriter
    from crawler.frontier import Frontier
    from crawler.run import crawl
    from crawler.site_files import read_site_file
    from pipelines.load import Loader

    PLACES = {one.__name__: one for one in (Index, SiteFolder, WarcWriter, Loader)}
    file, folder, points = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
    site = read_site_file(file)

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def arm(point, number):
        if point == "timer":
            signal.setitimer(signal.ITIMER_REAL, number)  # nobody handles SIGALRM, so it kills
            return
        calls = 0
        place, _, when = point.partition(" ")
        owner, _, name = place.rpartition(".")
        if point == "torn":
            owner, name = "WarcWriter", "_write"
        owner = PLACES[owner] if owner else spider
        kept = getattr(owner, name)

        def armed(*args, **options):
            nonlocal calls
            calls += 1
            if calls < number:
                return kept(*args, **options)
            if point == "torn":
                os.write(args[0]._handle, args[1][: len(args[1]) * 2 // 3])
            elif when:
                kept(*args, **options)
            die()

        setattr(owner, name, armed)

    def run(data, point=None, number=0):
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        Frontier.__init__.__kwdefaults__["batch"] = 4
        pipelines.item_pipeline.BATCH = 2
        if point:
            arm(point, number)
        code = 9
        try:
            [result] = crawl([site], data)
            code = {"complete": 0}.get(result.outcome, 1)
            if code:
                print(result, file=sys.stderr)
        finally:
            os._exit(code)

    said = {"whole": [run(folder / "whole")]}
    for name, (point, number) in points.items():
        said[name] = [run(folder / name, point, number), run(folder / name)]
    print(json.dumps(said))
""")


@dataclass
class Many(Department):
    """A site of nine articles on three pages of a listing."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path == "/danh-sach/":
            page = int(query.get("trang", "1"))
            links = "".join(f'<a href="/bai/tin-{n}">{n}</a>' for n in range((page - 1) * ON_A_PAGE, page * ON_A_PAGE))
            following = f'<b class="sau"><a href="/danh-sach/?trang={page + 1}">sau</a></b>' if page * ON_A_PAGE < ARTICLES else ""
            return Response(body=f"<html><body>{links}{following}</body></html>".encode())
        if path.startswith("/bai/tin-"):
            return Response(body=GOOD.replace("Phiên chợ", f"Phiên chợ {path.rpartition('-')[2]}").encode())
        return Response(404, b"not here")


@dataclass
class Runs:
    folder: Path
    file: Path
    codes: dict[str, list[int]]
    errors: str


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("killed")
    with Served(Many("nhieu")) as served:
        file = folder / "nhieu.toml"
        text = SITE.format(home=f"{served.department.origin}/").replace('items = ["a"]', 'items = ["a"]\nnext = ["b.sau"]')
        file.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(file), str(folder), json.dumps(POINTS)], capture_output=True, text=True, timeout=100, check=False
        )
    assert done.returncode == 0, done.stderr
    return Runs(folder, file, json.loads(done.stdout), done.stderr)


def held(data: Path) -> dict[str, Any]:
    db = open_archive(data / "archive.db", readonly=True)
    try:
        return dump(db)
    finally:
        db.close()


def articles(tables: dict[str, Any]) -> list[tuple[Any, ...]]:
    return sorted((one["id"], one["url"], one["title"], one["text"], one["published_at"], one["versions"]) for one in tables["articles"])


@pytest.mark.parametrize("name", POINTS)
def test_killed_and_run_again_it_holds_what_an_unbroken_crawl_holds(runs: Runs, name: str) -> None:
    killed, again = runs.codes[name]
    assert killed < 0 or name.startswith("any-moment"), "nothing was killed"
    assert again == 0, runs.errors
    whole, now = held(runs.folder / "whole"), held(runs.folder / name)
    assert len(whole["articles"]) == ARTICLES
    assert articles(now) == articles(whole)
    assert now["versions"] == []
    assert {(one["key"], one["article_id"]) for one in now["addresses"]} == {(one["key"], one["article_id"]) for one in whole["addresses"]}
    assert [(one["claimed"], one["held"]) for one in now["coverage"]] == [(ARTICLES, ARTICLES)]
    assert now["mentions"] == whole["mentions"]
    assert now["counts"] == whole["counts"]
    assert now["failures"] == []
    assert [one["outcome"] for one in now["runs"]][-1] == "complete"


@pytest.mark.parametrize("name", POINTS)
def test_every_capture_is_kept_whole_and_loaded_once(runs: Runs, name: str) -> None:
    now = held(runs.folder / name)["captures"]
    with SiteFolder.open(DataFolder(runs.folder / name).site("nhieu"), "nhieu", write=False) as folder:
        kept = list(folder.captures())
    assert [sequence for sequence, _ in kept] == list(range(1, len(kept) + 1))
    assert not [capture for _, capture in kept if capture.broken]
    assert {one["id"]: one["sequence"] for one in now} == {capture.id: sequence for sequence, capture in kept}
    assert {capture.kind for _, capture in kept} == {"robots", "listing", "article"}


@pytest.mark.parametrize("name", POINTS)
def test_what_was_killed_is_rebuilt_to_the_same_rows(runs: Runs, name: str) -> None:
    data = DataFolder(runs.folder / name)
    before = held(data.path)
    rebuild(data, lambda: [Source(read_site_file(runs.file).context(), lambda: asdict(read_log(data.site("nhieu") / "frontier.db")))])
    assert held(data.path) == before
