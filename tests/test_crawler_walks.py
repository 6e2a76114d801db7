"""Walks over listings as systems page them, crawled for real: post backs, REST, ends that lead back, traps, and what new pages hold after a kill."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from conftest import Cli, congthuong
from congthuong.demo.cms import Department, Response
from congthuong.demo.server import Served
from test_bad_pages import GOOD, SITE
from test_end_to_end import query

EACH = 3  # articles on a page


@dataclass
class Paged(Department):
    """Seven articles on three pages; a subclass says how its pager works."""

    articles_there: int = 7
    forms: list[dict[str, list[str]]] = field(default_factory=list)

    def numbers(self, page: int) -> list[int]:
        return list(range(self.articles_there, 0, -1))[(page - 1) * EACH : page * EACH]

    @property
    def pages(self) -> int:
        return -(-self.articles_there // EACH)

    def listing(self, page: int, pager: str) -> Response:
        links = "".join(f'<li><a href="/bai/{n}">Tin số {n}</a></li>' for n in self.numbers(page))
        return Response(body=f'<html><body><ul>{links}</ul><div class="pagination">{pager}</div></body></html>'.encode())

    def article(self, path: str) -> Response:
        number = path.removeprefix("/bai/")
        if not number.isdigit() or int(number) > self.articles_there:
            return Response(404, b"")
        return Response(body=GOOD.replace("Phiên chợ vùng cao mở lại", f"Tin số {number}").encode())


class Numbers(Paged):
    """Page numbers in the query; past the last it shows the last again, and its pager never ends."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path != "/danh-sach/":
            return self.article(path)
        page = min(int(query.get("trang", "1")), self.pages)
        return self.listing(page, f'<span class="current">{page}</span><a href="?trang={int(query.get("trang", "1")) + 1}">»</a>')


class BackToFirst(Paged):
    """Past the last page it redirects to the first."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path != "/danh-sach/":
            return self.article(path)
        page = int(query.get("trang", "1"))
        return (
            Response(302, headers={"Location": "/danh-sach/"})
            if page > self.pages
            else self.listing(page, f'<a href="?trang={page + 1}">Trang sau</a>')
        )


class PostBack(Paged):
    """ASP.NET: the pager posts the page's form."""

    def post(self, path: str, body: bytes) -> Response:
        form = parse_qs(body.decode())
        self.forms.append(form)
        return self.grid(int(form["__EVENTARGUMENT"][0].removeprefix("Page$")))

    def grid(self, page: int) -> Response:
        state = f'<form><input type="hidden" name="__VIEWSTATE" value="state-{page}">'
        following = f"""<a href="javascript:__doPostBack('ctl00$grid','Page${page + 1}')">{page + 1}</a>""" if page < self.pages else ""
        return self.listing(page, f"{state}<span>{page}</span>{following}</form>")

    def respond(self, path: str, query: dict[str, str]) -> Response:
        return self.grid(1) if path == "/danh-sach/" else self.article(path)


class Rest(Paged):
    """WordPress: everything by its REST interface, newest change first."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path != "/wp-json/wp/v2/posts":
            return self.article(path)
        assert query["orderby"] == "modified"
        page = int(query.get("page", "1"))
        posts = [
            {"link": f"{self.origin}/bai/{n}", "modified_gmt": f"2024-01-0{n}T00:00:00", "title": {"rendered": f"Tin số {n}"}}
            for n in self.numbers(page)
        ]
        headers = {"X-WP-Total": str(self.articles_there), "X-WP-TotalPages": str(self.pages)}
        return Response(body=json.dumps(posts).encode(), content_type="application/json", headers=headers)


class Endless(Paged):
    """A trap: every page has a next page and articles that were never seen."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path != "/danh-sach/":
            return Response(404, b"")
        page = int(query.get("trang", "1"))
        return Response(body=f'<a href="/bai/{page}">x</a><div class="pagination"><a href="?trang={page + 1}">»</a></div>'.encode())


def crawl(folder: Path, department: Paged, discovery: str = "") -> tuple[Cli, list[dict[str, Any]], Served]:
    with Served(department) as served:
        file = folder / "trang.toml"
        text = SITE.format(home=f"{department.origin}/")
        file.write_text(text.replace('listings = ["/danh-sach/"]\n', discovery) if discovery else text, encoding="utf-8")
        done = congthuong("crawl", "--site-file", file, "--data", folder / "data", "--json")
    return done, query(folder / "data" / "archive.db", "SELECT title FROM articles ORDER BY title"), served


class Unknown(Paged):
    """A system nobody described: a menu of two sections, one with a pager, and what else stands on such pages."""

    menu = """<ul><li><a href="/">Trang chủ</a></li><li><a href="/tin-tuc">Tin tức</a></li><li><a href="/thong-bao">Thông báo</a></li>
    <li><a href="/dang-nhap">Đăng nhập</a></li><li><a href="/lien-he">Liên hệ</a></li><li><a href="https://www.example.com/tin-khac-123.html">Báo</a></li></ul>"""
    calendar = "".join(f'<a href="/lich?ngay={day}">{day}</a>' for day in range(1, 29))

    def respond(self, path: str, query: dict[str, str]) -> Response:
        page = int(query.get("trang", "1"))
        if path == "/":
            return Response(body=f"{self.menu}{self.calendar}<h2>Chào mừng</h2>".encode())
        if path == "/lich":
            others = "".join(f'<a href="/lich?ngay={query["ngay"]}{more}">Ngày khác</a>' for more in range(9))
            return Response(body=f"{self.menu}{others}".encode())
        if path == "/tin-tuc":
            links = "".join(f'<p><a href="/tin-tuc/tin-so-{n}-{100 + n}.html">Tin số {n}</a></p>' for n in self.numbers(page))
            return Response(body=f'{self.menu}{links}<div class="phan-trang pagination"><a href="?trang={page + 1}">Sau</a></div>'.encode())
        if path == "/thong-bao":
            return Response(body=f'{self.menu}<p><a href="/tin-tuc/tin-so-7-107.html">Tin số 7</a></p>'.encode())
        found = re.fullmatch(r"/(?:tin-tuc|thong-bao)/tin-so-(\d)-10\d\.html", path)
        return self.generic_article(int(found[1])) if found else Response(404, b"")

    def generic_article(self, number: int) -> Response:
        words = f"Ngày {number} tháng 3, phiên chợ vùng cao thứ {number} trong năm đã mở lại tại trung tâm xã với hơn sáu mươi gian hàng của bà con."
        body = "".join(
            f"<p>{words} Đoạn {part} kể thêm về hàng hóa, giá cả và công tác bảo đảm an toàn của ban quản lý chợ.</p>" for part in range(4)
        )
        return Response(body=f"<html><body>{self.menu}<div class=main><h1>Tin số {number}</h1>{body}</div></body></html>".encode())


EVERY = [{"title": f"Tin số {n}"} for n in range(1, 8)]


@pytest.mark.parametrize("system", (Numbers, BackToFirst, PostBack), ids=lambda kind: kind.__name__)
def test_a_walk_finds_every_article_and_ends(tmp_path: Path, system: Callable[[str], Paged]) -> None:
    department = system("trang")
    done, held, served = crawl(tmp_path, department)
    assert done.code == 0, done.out + done.err
    assert held == EVERY
    assert len([one for one in served.asked if one.target.startswith("/danh-sach/")]) <= department.pages + 2
    if isinstance(department, PostBack):
        assert [form["__VIEWSTATE"] for form in department.forms] == [["state-1"], ["state-2"]]


def test_with_nothing_but_a_home_page_the_articles_of_an_unknown_system_are_found(tmp_path: Path) -> None:
    department = Unknown("la")
    with Served(department) as served:
        file = tmp_path / "la.toml"
        text = f'name = "Lạ"\nprovince = [{{ id = "bac-kan" }}]\nhome = "{department.origin}/"\nfamily = "generic"\nstatus = "seen"\n'
        file.write_text(f"{text}allow_private = true\npace = 0.01\n", encoding="utf-8")
        done = congthuong("crawl", "--site-file", file, "--data", tmp_path / "data", "--json")
        again = congthuong("crawl", "--site-file", file, "--data", tmp_path / "data", "--json")
    assert query(tmp_path / "data" / "archive.db", "SELECT title FROM articles ORDER BY title") == EVERY
    [result] = json.loads(done.out)
    assert result["failures"] == {"TooLarge": 1}, result  # the calendar is a trap, and is said to be one
    asked = [one.target for one in served.asked]
    assert not {target for target in asked if target.startswith(("/dang-nhap", "/lien-he"))}
    assert len(asked) < 250
    assert json.loads(again.out)[0]["new"] == 0


def test_the_rest_interface_gives_every_post_and_what_changed(tmp_path: Path) -> None:
    rest = 'listings = []\nrest = ["/wp-json/wp/v2/posts"]\n'
    done, held, _ = crawl(tmp_path, Rest("trang"), rest)
    assert done.code == 0, done.out + done.err
    assert held == EVERY


def test_a_section_that_says_it_has_more_than_it_shows_is_a_short_run(tmp_path: Path) -> None:
    class Hides(Rest):
        def respond(self, path: str, query: dict[str, str]) -> Response:
            answer = super().respond(path, query)
            if path == "/wp-json/wp/v2/posts":
                answer.headers["X-WP-Total"] = "40"
            return answer

    done, held, _ = crawl(tmp_path, Hides("trang"), 'listings = []\nrest = ["/wp-json/wp/v2/posts"]\n')
    assert (done.code, held) == (1, EVERY)
    [result] = json.loads(done.out)
    assert result["outcome"] == "short"
    assert "says that it has 40 articles, 7 were found" in result["message"]
    assert query(tmp_path / "data" / "archive.db", "SELECT claimed, held FROM coverage") == [{"claimed": 40, "held": 7}]
    assert congthuong("status", "--data", tmp_path / "data").code == 0  # nothing that is missing has a name


def test_an_endless_pager_is_bounded_and_reported(tmp_path: Path) -> None:
    done, _, served = crawl(tmp_path, Endless("trang"), 'listings = ["/danh-sach/"]\nmax_pages = 5\n')
    assert done.code == 1
    assert len([one for one in served.asked if one.target.startswith("/danh-sach/")]) == 5
    assert json.loads(done.out)[0]["failures"]["TooLarge"] == 1


def test_a_later_run_walks_only_until_what_it_knows(tmp_path: Path) -> None:
    department = Numbers("trang", articles_there=30)
    crawl(tmp_path, department)
    department.articles_there = 32
    done, held, served = crawl(tmp_path, department)
    assert done.code == 0, done.out + done.err
    assert len(held) == 32
    assert len([one for one in served.asked if one.target.startswith("/danh-sach/")]) == 2
