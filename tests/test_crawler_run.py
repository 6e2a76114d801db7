"""Whole runs that do not go straight: two at once, stopped by a signal, a dead site beside a live one, lists that fail, the second run after a failure."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.data import lock
from conftest import Cli, Samples, congthuong
from congthuong.demo.cms import Department, Response
from congthuong.demo.server import Served
from test_bad_pages import GOOD, SITE
from test_end_to_end import contents, query


@dataclass
class Small(Department):
    """A site whose answers a test sets: by path, else a listing of `articles`, else an article."""

    articles: int = 3
    answers: dict[str, Response] = field(default_factory=dict)

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path in self.answers:
            return self.answers[path]
        if path == "/":
            return Response(body=b"<html><body>Home</body></html>")
        if path == "/danh-sach/":
            return Response(body="".join(f'<a href="/bai/{n}">{n}</a>' for n in range(self.articles)).encode())
        if path.startswith("/bai/"):
            return Response(body=GOOD.replace("Phiên chợ", f"Phiên chợ {path[5:]}").encode())
        return Response(404, b"not here")


def site_file(folder: Path, name: str, origin: str, *, pace: float = 0.01, more: str = "") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(SITE.format(home=f"{origin}/").replace("pace = 0.01", f"pace = {pace}") + more, encoding="utf-8")
    return file


def crawl(data: Path, *files: Path, **options: Any) -> Cli:
    return congthuong("crawl", *(arg for file in files for arg in ("--site-file", file)), "--data", data, "--json", **options)


def start(data: Path, file: Path) -> subprocess.Popen[str]:
    args = [sys.executable, "-m", "congthuong", "crawl", "--site-file", str(file), "--data", str(data), "--json"]
    return subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def rebuilt_equals_live(data: Path) -> None:
    live = contents(data / "archive.db")
    assert congthuong("rebuild", "--data", data).code == 0
    assert contents(data / "archive.db") == live


def test_two_crawls_of_different_sites_write_one_archive_at_once(samples: Samples, tmp_path: Path) -> None:
    data = tmp_path / "data"
    processes = [start(data, file) for file in samples.files.values()]
    said = [process.communicate(timeout=90) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
    assert [json.loads(out)[0]["outcome"] for out, _ in said] == ["complete"] * 4
    assert query(data / "archive.db", "SELECT site_id, count(*) AS n FROM articles GROUP BY 1") == [
        {"site_id": name, "n": 12} for name in sorted(samples.files)
    ]
    assert query(data / "archive.db", "PRAGMA foreign_key_check") == []
    rebuilt_equals_live(data)


def test_a_run_that_is_told_to_stop_says_what_is_left_and_the_next_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Served(Small("nho", articles=8)) as served:
        file = site_file(tmp_path, "nho", served.department.origin, pace=0.15)
        process = start(data, file)
        deadline = time.monotonic() + 30
        while len(served.asked) < 5 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert "Traceback" not in err
        [result] = json.loads(out)
        assert result["outcome"] == "partial"
        assert result["waiting"] > 0
        assert result["new"] == query(data / "archive.db", "SELECT count(*) AS n FROM articles")[0]["n"] > 0
        again = crawl(data, file)
    [later] = json.loads(again.out)
    assert (later["outcome"], later["new"]) == ("complete", 8 - result["new"])
    assert {one.target for one in served.asked} == {"/robots.txt", "/danh-sach/", *(f"/bai/{n}" for n in range(8))}
    assert [one["outcome"] for one in query(data / "archive.db", "SELECT outcome FROM runs ORDER BY id")] == ["partial", "complete"]


def test_a_dead_site_stops_no_other(tmp_path: Path) -> None:
    data = tmp_path / "data"
    dead = site_file(tmp_path, "chet", "http://127.0.0.1:9")
    with Served(Small("song")) as served:
        done = crawl(data, dead, site_file(tmp_path, "song", served.department.origin))
    assert done.code == 1
    assert [(one["site"], one["outcome"], one["new"]) for one in json.loads(done.out)] == [("chet", "broken", 0), ("song", "complete", 3)]
    assert query(data / "archive.db", "SELECT site_id, outcome FROM runs ORDER BY 1") == [
        {"site_id": "chet", "outcome": "broken"},
        {"site_id": "song", "outcome": "complete"},
    ]
    rebuilt_equals_live(data)


def test_a_locked_site_stops_no_other_and_their_results_are_printed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "sites" / "giu").mkdir(parents=True)
    with Served(Small("song")) as served, lock(data / "sites" / "giu" / "lock"):
        done = crawl(data, site_file(tmp_path, "giu", served.department.origin), site_file(tmp_path, "song", served.department.origin))
    assert done.code == 3
    assert "holds the lock" in done.err
    assert [(one["site"], one["outcome"], one["new"]) for one in json.loads(done.out)] == [("giu", "locked", 0), ("song", "complete", 3)]


FAILING = {
    "missing": Response(404, b"not here"),
    "refused": Response(403, b"no"),
    "empty": Response(body=b"<html><body></body></html>"),
    "elsewhere": Response(302, headers={"Location": "http://www.example.com/"}),
}


def test_a_site_whose_listing_cannot_be_had_is_not_complete(tmp_path: Path) -> None:
    answers = {name: {"/danh-sach/": answer} for name, answer in FAILING.items()}
    answers["forbidden"] = {"/robots.txt": Response(body=b"User-agent: *\nDisallow: /\n", content_type="text/plain")}
    with ExitStack() as stack:
        served = {name: stack.enter_context(Served(Small(name, answers=given))) for name, given in answers.items()}
        done = crawl(tmp_path / "data", *(site_file(tmp_path, name, one.department.origin) for name, one in served.items()))
    assert done.code == 1
    assert {one["site"]: one["outcome"] for one in json.loads(done.out)} == dict.fromkeys(answers, "broken")
    assert {one.target for one in served["forbidden"].asked} == {"/robots.txt"}


def test_answers_that_lead_nowhere_have_a_named_reason(tmp_path: Path) -> None:
    answers = {
        "/bai/0": Response(302, headers={"Location": "/bai/0"}),
        "/bai/1": Response(302, headers={"Location": "javascript:void(0)"}),
        "/bai/2": Response(body=GOOD.encode() + b" " * 11_000_000),
    }
    with Served(Small("nho", articles=4, answers=answers)) as served:
        done = crawl(tmp_path / "data", site_file(tmp_path, "nho", served.department.origin))
    assert (json.loads(done.out)[0]["outcome"], json.loads(done.out)[0]["new"]) == ("short", 1)
    assert "Traceback" not in done.err
    found = {one["url"].rpartition("/")[2]: one["reason"] for one in query(tmp_path / "data" / "archive.db", "SELECT url, reason FROM failures")}
    assert found == {"0": "NotAnArticle", "1": "NotAnArticle", "2": "TooLarge"}


def test_a_listing_that_goes_missing_is_said_though_its_articles_are_held(tmp_path: Path) -> None:
    with Served(Small("nho")) as served:
        file = site_file(tmp_path, "nho", served.department.origin)
        assert crawl(tmp_path / "data", file).code == 0
        served.department.answers["/danh-sach/"] = Response(404, b"not here")
        done = crawl(tmp_path / "data", file)
    assert (done.code, json.loads(done.out)[0]["outcome"]) == (1, "short")


def test_an_article_that_fails_is_missing_in_the_next_run_too(tmp_path: Path) -> None:
    """The next run does not ask for it again so soon; it must not be called complete for that."""
    with Served(Small("nho", answers={"/bai/1": Response(500, b"ill")})) as served:
        file = site_file(tmp_path, "nho", served.department.origin)
        assert json.loads(crawl(tmp_path / "data", file).out)[0]["outcome"] == "short"
        [again] = json.loads(crawl(tmp_path / "data", file).out)
    assert again["outcome"] == "short"
    assert "/bai/1" in again["message"]
    assert again["failures"] == {}


def test_what_the_site_itself_explains_is_not_missing(tmp_path: Path) -> None:
    away = Response(302, headers={"Location": "http://www.example.com/"})
    with Served(Small("nho", answers={"/bai/1": Response(404, b"gone"), "/bai/2": away})) as served:
        file = site_file(tmp_path, "nho", served.department.origin)
        outcomes = [json.loads(crawl(tmp_path / "data", file).out)[0]["outcome"] for _ in range(2)]
    assert outcomes == ["complete", "complete"]


def feed(*numbers: int) -> Callable[[str], Response]:
    def made(origin: str) -> Response:
        items = "".join(f"<item><title>{n}</title><link>{origin}/bai/{n}</link></item>" for n in numbers)
        return Response(
            body=f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode(), content_type="text/xml"
        )

    return made


def page(following: int | None, *numbers: int) -> Response:
    links = "".join(f'<a href="/bai/{n}">{n}</a>' for n in numbers)
    return Response(body=f"<html><body>{links}{f'<b><a href=/trang-{following}/>sau</a></b>' if following else ''}</body></html>".encode())


def test_a_listing_is_walked_on_though_the_feed_named_its_first_page_already(tmp_path: Path) -> None:
    """The feed holds only the newest; what was published since the last run and is older stands on the pages behind the first."""
    with Served(Small("nho")) as served:
        origin, answers = served.department.origin, served.department.answers
        answers |= {"/feed/": feed(1)(origin), "/danh-sach/": page(None, 1)}
        file = site_file(tmp_path, "nho", origin)
        file.write_text(
            file.read_text(encoding="utf-8").replace("feeds = []", 'feeds = ["/feed/"]').replace('items = ["a"]', 'items = ["a"]\nnext = ["b"]'),
            encoding="utf-8",
        )
        assert json.loads(crawl(tmp_path / "data", file).out)[0]["new"] == 1
        answers |= {"/feed/": feed(7, 6)(origin), "/danh-sach/": page(2, 7, 6), "/trang-2/": page(3, 5, 4), "/trang-3/": page(None, 3, 1)}
        [result] = json.loads(crawl(tmp_path / "data", file).out)
    assert (result["outcome"], result["new"]) == ("complete", 5)


def test_sitemaps_that_name_each_other_are_read_once(tmp_path: Path) -> None:
    def index(*paths: str) -> Response:
        parts = "".join(f"<sitemap><loc>{served.department.origin}{path}</loc></sitemap>" for path in paths)
        return Response(
            body=f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>'.encode(), content_type="text/xml"
        )

    with Served(Small("nho")) as served:
        served.department.answers |= {"/a.xml": index("/b.xml", "/a.xml"), "/b.xml": index("/a.xml")}
        file = site_file(tmp_path, "nho", served.department.origin)
        file.write_text(file.read_text(encoding="utf-8").replace("sitemaps = []", 'sitemaps = ["/a.xml"]'), encoding="utf-8")
        for _ in range(2):
            served.asked.clear()
            crawl(tmp_path / "data", file, timeout=30)
            assert sorted(one.target for one in served.asked if one.target.endswith(".xml")) == ["/a.xml", "/b.xml"]


def test_an_article_behind_two_redirects_is_held_under_the_address_that_the_listing_names(tmp_path: Path) -> None:
    with Served(Small("nho", articles=1)) as served:
        served.department.answers |= {
            "/bai/0": Response(302, headers={"Location": "/bai/chuyen"}),
            "/bai/chuyen": Response(302, headers={"Location": "/bai/ch\u1ee3".encode().decode("latin-1")}),
        }
        done = crawl(tmp_path / "data", site_file(tmp_path, "nho", served.department.origin))
    assert json.loads(done.out)[0]["outcome"] == "complete", done.out
    assert query(tmp_path / "data" / "archive.db", "SELECT claimed, held FROM coverage") == [{"claimed": 1, "held": 1}]
