"""Coming back to a site on later days, crawled for real: conditional requests where they are honest, the home page as witness, walks gone on with."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from congthuong.demo.cms import Response
from congthuong.demo.server import Served
from test_crawler_run import Small, rebuilt_equals_live, site_file
from test_end_to_end import query

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@dataclass
class Tagged(Small):
    """A site whose server answers conditional requests; `tag` says by what ETag it knows a page, `edited` what an article says by now."""

    tag: Callable[[bytes], str] = lambda body: f'"{sha256(body).hexdigest()[:12]}"'
    edited: dict[str, str] = field(default_factory=dict)
    visits: int = 0

    def get(self, target: str) -> Response:
        answer = super().get(target)
        if not target.startswith("/bai/") or answer.status != 200:
            return answer
        self.visits += 1
        body = answer.body.replace(b"Phi\xc3\xaan ch\xe1\xbb\xa3", self.edited.get(target, "Phiên chợ").encode())
        return Response(body=body, headers={"ETag": self.tag(body)})

    def ask(self, target: str, headers: dict[str, str]) -> Response:
        answer = self.get(target)
        same = headers.get("If-None-Match") is not None and headers["If-None-Match"] == answer.headers.get("ETag")
        return Response(304, headers=answer.headers) if same else answer


def crawl_on(day: float, data: Path, file: Path) -> dict[str, object]:
    """A crawl on the day so many days after the first, in a process of its own: Twisted's reactor starts once."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        from crawler import clock  # noqa: PLC0415 - in the child alone
        from crawler.run import crawl  # noqa: PLC0415
        from crawler.site_files import read_site_file  # noqa: PLC0415

        code = 1
        try:
            began = datetime.now(UTC)
            clock.now = lambda: START + day * DAY + (datetime.now(UTC) - began)  # type: ignore[assignment]
            [result] = crawl([read_site_file(file)], data)
            os.write(write, json.dumps({"outcome": result.outcome, "new": result.new, "changed": result.changed}).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as said:
        text = said.read()
    os.waitpid(child, 0)
    return json.loads(text)  # type: ignore[no-any-return]


def asked(served: Served) -> list[tuple[str, int]]:
    """Path and status of every article asked for since the last call."""
    found = [(one.target, one.status) for one in served.asked if one.target.startswith("/bai/")]
    served.asked.clear()
    return found


def test_an_honest_site_is_asked_whether_an_article_changed_every_second_look(tmp_path: Path) -> None:
    with Served(Tagged("nho", articles=1)) as served:
        file = site_file(tmp_path, "nho", served.department.origin)
        statuses = []
        for day in (0, 1.1, 3.1, 7.1, 30.1, 90.1):
            crawl_on(day, tmp_path / "data", file)
            statuses += [status for _, status in asked(served)]
    assert statuses == [200, 200, 304, 200, 304, 200]
    outcomes = query(tmp_path / "data" / "archive.db", "SELECT status, outcome FROM captures WHERE kind = 'article' ORDER BY sequence")
    assert [one["outcome"] for one in outcomes] == ["article"] + ["unchanged"] * 5
    rebuilt_equals_live(tmp_path / "data")


def test_an_edit_is_seen_though_the_etag_stands_and_the_site_is_not_believed_again(tmp_path: Path) -> None:
    department = Tagged("nho", articles=1, tag=lambda _: '"always"')
    with Served(department) as served:
        file = site_file(tmp_path, "nho", served.department.origin)
        statuses, changed = [], []
        for day in (0, 1.1, 3.1, 7.1, 30.1, 90.1):
            if day == 3.1:
                department.edited = {"/bai/0": "Chợ quê"}
            changed.append(crawl_on(day, tmp_path / "data", file)["changed"])
            statuses += [status for _, status in asked(served)]
    assert statuses == [200, 200, 304, 200, 200, 200]
    assert changed == [0, 0, 0, 1, 0, 0]  # the lie of the third look is found out at the fourth
    rebuilt_equals_live(tmp_path / "data")


def test_a_site_whose_validators_change_with_every_answer_is_asked_for_the_page(tmp_path: Path) -> None:
    department = Tagged("nho", articles=1)
    department.tag = lambda _: f'"{department.visits}"'
    with Served(department) as served:
        file = site_file(tmp_path, "nho", served.department.origin)
        for day in (0, 1.1, 3.1, 7.1):
            crawl_on(day, tmp_path / "data", file)
        assert not [one for one in served.asked if "If-None-Match" in one.headers]
        assert [status for _, status in asked(served)] == [200] * 4


@pytest.mark.parametrize("home", (200, 500), ids=["well", "ill"])
def test_where_an_article_is_missing_the_home_page_is_looked_at_once(tmp_path: Path, home: int) -> None:
    with Served(Small("nho", articles=6)) as served:
        served.department.answers["/"] = Response(home, b"<html><body>Home</body></html>")
        file = site_file(tmp_path, "nho", served.department.origin)
        crawl_on(0, tmp_path / "data", file)
        assert "/" not in {one.target for one in served.asked}
        served.department.answers["/bai/2"] = Response(404, b"gone")
        served.department.answers["/bai/3"] = Response(302, headers={"Location": "/danh-sach/"})
        for day in (1.1, 2.2):
            served.asked.clear()
            crawl_on(day, tmp_path / "data", file)
            assert [one.target for one in served.asked].count("/") == (1 if home == 200 else 3)  # Scrapy tries a 500 twice again
            assert {"/bai/2", "/bai/3"} <= {one.target for one in served.asked}
    gone = {one["url"][-1] for one in query(tmp_path / "data" / "archive.db", "SELECT url FROM articles WHERE vanished_at IS NOT NULL")}
    assert gone == ({"2", "3"} if home == 200 else set())
    rebuilt_equals_live(tmp_path / "data")


def test_a_walk_too_long_for_one_run_is_gone_on_with_in_the_next(tmp_path: Path) -> None:
    """`max_pages` of a run's walk was reached; raised, the walk goes on where it was instead of at page 1."""
    with Served(Small("nho", articles=9)) as served:
        answers = served.department.answers
        answers["/danh-sach/"] = Response(body=b'<a href="/bai/8">8</a><b><a href="/trang-7/">sau</a></b>')
        for n in range(7, -1, -1):
            following = f'<b><a href="/trang-{n - 1}/">sau</a></b>' if n else ""
            answers[f"/trang-{n}/"] = Response(body=f'<a href="/bai/{n}">{n}</a>{following}'.encode())
        file = site_file(tmp_path, "nho", served.department.origin)
        text = file.read_text(encoding="utf-8")
        short, long = (text.replace('items = ["a"]', f'items = ["a"]\nnext = ["b"]\nmax_pages = {most}') for most in (4, 9))
        file.write_text(short, encoding="utf-8")
        for day in (0, 0.05):
            assert crawl_on(day, tmp_path / "data", file)["outcome"] == "short"
        file.write_text(long, encoding="utf-8")
        served.asked.clear()
        assert crawl_on(0.1, tmp_path / "data", file)["outcome"] == "complete"
        walked = [one.target for one in served.asked if one.target.startswith(("/danh-sach", "/trang"))]
    assert walked == ["/danh-sach/", "/trang-5/", "/trang-4/", "/trang-3/", "/trang-2/", "/trang-1/", "/trang-0/"]
    assert len(query(tmp_path / "data" / "archive.db", "SELECT id FROM articles")) == 9
