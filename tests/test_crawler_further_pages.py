"""Articles of several pages, crawled for real: one article, read from all its pages, whatever becomes of some of them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from conftest import Cli, congthuong
from congthuong.demo.cms import Department, Response
from congthuong.demo.server import Served
from test_bad_pages import SITE
from test_crawler_run import rebuilt_equals_live
from test_end_to_end import query

PARTS = ("Phần thứ nhất nói về chợ.", "Phần thứ hai nói về điện.", "Phần thứ ba nói về Cụm thi đua số III.")


@dataclass
class Long(Department):
    """Two articles: one of a page, one of three, whose pager elides. `answers` stand before it, by path and query."""

    answers: dict[str, Response] = field(default_factory=dict)
    parts: tuple[str, ...] = PARTS

    def get(self, target: str) -> Response:
        return self.answers.get(target) or super().get(target)

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path == "/danh-sach/":
            return Response(body=b'<a href="/bai/ngan">a</a><a href="/bai/dai">b</a>')
        if path == "/bai/ngan":
            return self.page("Bài ngắn", "Chỉ có một trang.", "")
        if path == "/bai/dai":
            number = int(query.get("trang", "1"))
            near = {1, number - 1, number + 1} & set(range(1, len(self.parts) + 1)) - {number}
            links = "".join(f'<a href="/bai/dai?trang={one}">{one}</a>' for one in sorted(near))
            foreign = '<a href="http://127.0.0.1:9/bai/dai?trang=9">9</a>'
            return self.page("Bài dài", self.parts[number - 1], f'<div class="trang">{links}{foreign}</div>')
        return Response(404, b"not here")

    def page(self, title: str, text: str, pager: str) -> Response:
        body = f'<html><body><h1>{title}</h1><time>12/03/2024</time><div class="noi-dung"><p>{text}</p></div>{pager}</body></html>'
        return Response(body=body.encode())


def crawl(folder: Path, served: Served, *arguments: str) -> Cli:
    file = folder / "dai.toml"
    text = SITE.format(home=f"{served.department.origin}/").replace('body = ["div.noi-dung"]', 'body = ["div.noi-dung"]\npages = [".trang a"]')
    file.write_text(text.replace("identity", "#"), encoding="utf-8")
    return congthuong("crawl", "--site-file", file, "--data", folder / "data", "--json", *arguments)


def held(folder: Path) -> dict[str, Any]:
    sql = "SELECT a.title, a.text, a.versions, e.doubt FROM articles a LEFT JOIN evidence e ON e.article_id = a.id AND e.field = 'text' ORDER BY 1"
    return {one["title"]: one for one in query(folder / "data" / "archive.db", sql)}


def test_all_its_pages_are_one_article(tmp_path: Path) -> None:
    with Served(Long("dai")) as served:
        done = crawl(tmp_path, served)
        assert done.code == 0, done.out + done.err
        [result] = json.loads(done.out)
        assert (result["outcome"], result["new"]) == ("complete", 2)
        again = crawl(tmp_path, served, "--look-again")
    assert [(one["new"], one["changed"], one["unchanged"]) for one in json.loads(again.out)] == [(0, 0, 2)]
    assert held(tmp_path)["Bài dài"] == {"title": "Bài dài", "text": "\n".join(PARTS), "versions": 1, "doubt": None}
    assert sorted(held(tmp_path)) == ["Bài dài", "Bài ngắn"]
    first = [one.target for one in served.asked][: len(served.asked) // 2]
    assert [target for target in first if "dai" in target] == ["/bai/dai", "/bai/dai?trang=2", "/bai/dai?trang=1", "/bai/dai?trang=3"]
    rebuilt_equals_live(tmp_path / "data")


def test_every_page_of_it_stands_with_the_article(tmp_path: Path) -> None:
    with Served(Long("dai")) as served:
        crawl(tmp_path, served)
    sql = "SELECT c.url, c.kind, c.outcome FROM captures c JOIN articles a ON a.id = c.article_id WHERE a.title = 'Bài dài' ORDER BY c.sequence"
    found = [(one["url"].rpartition("/")[2], one["kind"], one["outcome"]) for one in query(tmp_path / "data" / "archive.db", sql)]
    assert found[0] == ("dai", "article", "article")
    assert found[1:] == [(f"dai?trang={n}", "page", "page") for n in (2, 1, 3)]
    [mention] = query(tmp_path / "data" / "archive.db", "SELECT quote, start FROM mentions WHERE kind = 'cluster'")
    assert held(tmp_path)["Bài dài"]["text"][mention["start"] :].startswith("Cụm thi đua số III")


def test_an_edit_on_its_last_page_is_a_version(tmp_path: Path) -> None:
    with Served(Long("dai")) as served:
        crawl(tmp_path, served)
        served.department.parts = (*PARTS[:2], "Phần thứ ba đã được sửa.")
        done = crawl(tmp_path, served, "--look-again")
    assert json.loads(done.out)[0]["changed"] == 1
    assert held(tmp_path)["Bài dài"]["versions"] == 2
    rebuilt_equals_live(tmp_path / "data")


def test_a_page_of_it_that_is_gone_leaves_a_gap_that_is_said(tmp_path: Path) -> None:
    with Served(Long("dai", answers={"/bai/dai?trang=3": Response(404, b"gone")})) as served:
        done = crawl(tmp_path, served)
        article = held(tmp_path)["Bài dài"]
        assert article["text"] == "\n".join(PARTS[:2])
        assert "trang=3: HTTP 404" in article["doubt"]
        assert json.loads(done.out)[0]["failures"] == {"Gone": 1}
        rebuilt_equals_live(tmp_path / "data")
        served.department.answers.clear()
        crawl(tmp_path, served, "--look-again")
    assert held(tmp_path)["Bài dài"]["text"] == "\n".join(PARTS)
    assert held(tmp_path)["Bài dài"]["doubt"] is None
    rebuilt_equals_live(tmp_path / "data")


@pytest.mark.parametrize("status", (301, 302))
def test_a_page_of_it_may_stand_behind_a_redirect(tmp_path: Path, status: int) -> None:
    with Served(Long("dai")) as served:
        last = served.department.get("/bai/dai?trang=3")
        served.department.answers |= {"/bai/dai?trang=3": Response(status, headers={"Location": "/bai/dai-phan-ba"}), "/bai/dai-phan-ba": last}
        done = crawl(tmp_path, served)
    assert json.loads(done.out)[0]["outcome"] == "complete", done.out
    assert held(tmp_path)["Bài dài"]["text"] == "\n".join(PARTS)


def test_an_article_whose_page_cannot_be_reached_is_not_held_and_is_short(tmp_path: Path) -> None:
    with Served(Long("dai", answers={"/bai/dai?trang=3": Response(302, headers={"Location": "http://127.0.0.1:9/x"})})) as served:
        done = crawl(tmp_path, served)
        assert json.loads(done.out)[0]["failures"] == {"OffSite": 1}
        rebuilt_equals_live(tmp_path / "data")


def test_pages_without_end_are_bounded(tmp_path: Path) -> None:
    with Served(Long("dai", parts=tuple(f"Phần {n}." for n in range(1, 200)))) as served:
        crawl(tmp_path, served)
    assert 40 < len([one for one in served.asked if one.target.startswith("/bai/dai")]) <= 51
    assert held(tmp_path)["Bài dài"]["text"].startswith("Phần 1.\nPhần 2.\nPhần 3.")
