"""`congthuong backup` as a user meets it; and the restore: a crawl under way is backed up, put back elsewhere by copying, whole, and goes on."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from conftest import Cli, Crawled
from congthuong.demo.server import Served
from test_crawler_run import Small, crawl, rebuilt_equals_live, site_file, start
from test_end_to_end import query

ARTICLES = "SELECT id, title, text, author, published_at, vanished_at FROM articles ORDER BY id"


def test_a_crawl_under_way_is_backed_up_and_put_back(tmp_path: Path, cli: Callable[..., Cli]) -> None:
    data, out, restored = tmp_path / "data", tmp_path / "backup", tmp_path / "restored"
    with Served(Small("nho", articles=120)) as served:
        file = site_file(tmp_path, "nho", served.department.origin, pace=0.02)
        process = start(data, file)
        while len(served.asked) < 30:
            time.sleep(0.01)
        said = [cli("backup", out, "--data", data, "--json")]
        while len(served.asked) < 70:
            time.sleep(0.01)
        assert process.poll() is None, "the crawl has ended before it could be backed up"
        said.append(cli("backup", out, "--data", data, "--json"))
        finished, err = process.communicate(timeout=60)
        assert json.loads(finished)[0]["outcome"] == "complete", err
        assert [one.code for one in said] == [0, 0], [one.err for one in said]

        shutil.copytree(out, restored)
        verified = cli("verify", "--data", restored, "--json")
        assert verified.code == 0, verified.out
        held = verified.json["checked"]["captures"]  # type: ignore[index]
        assert 0 < held < 121
        asked = len(served.asked)
        again = crawl(restored, file)
        assert json.loads(again.out)[0]["outcome"] == "complete", again.err
        assert len(served.asked) - asked <= 123 - held + 50  # robots and listing once more, and what was leased or not committed
    assert query(restored / "archive.db", ARTICLES) == query(data / "archive.db", ARTICLES)
    assert cli("verify", "--data", restored).code == 0
    rebuilt_equals_live(restored)


def test_what_it_says(crawled: Crawled, tmp_path: Path, cli: Callable[..., Cli]) -> None:
    out = tmp_path / "backup"
    said = cli("backup", out, "--data", crawled.data)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{out}: 4 sites; 4 WARC files copied (")
    again = cli("backup", out, "--data", crawled.data, "--json")
    assert again.json == {"sites": 4, "copied": 0, "unchanged": 4, "bytes": 0, "troubles": []}
    assert cli("verify", "--data", out).code == 0
    ended = json.loads((out / "backup.json").read_text(encoding="utf-8"))
    assert ended["of"] == "congthuong"
    assert ended["ended_at"].endswith("+00:00")


def test_wrong_use_is_one_clear_message(crawled: Crawled, tmp_path: Path, cli: Callable[..., Cli]) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    for args, words in (
        ((crawled.data / "backup", "--data", crawled.data), "inside the other"),
        ((tmp_path, "--data", crawled.data), "is no backup of ours"),
        ((tmp_path / "out", "--data", tmp_path / "nothing"), "nothing to back up"),
    ):
        said = cli("backup", *args)
        assert (said.code, said.out) == (2, "")
        assert words in said.err
        assert "Traceback" not in said.err


def test_what_could_not_be_copied_is_said_and_the_rest_is(crawled: Crawled, tmp_path: Path, cli: Callable[..., Cli]) -> None:
    data = Path(shutil.copytree(crawled.data, tmp_path / "data"))
    (data / "sites" / "demo-bac-kan" / "captures.db").unlink()
    said = cli("backup", tmp_path / "out", "--data", data)
    assert said.code == 1
    assert said.out.startswith(f"{tmp_path / 'out'}: 3 sites; 3 WARC files copied")
    assert "2 troubles" in said.err
    assert "demo-bac-kan/captures.db: missing" in said.err
