"""A site of bad pages: each ends as a failure with a named reason, and the good page beside them is there all the same."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import congthuong
from congthuong.demo.cms import Department, Response
from congthuong.demo.server import Served
from test_end_to_end import query

SITE = """
name = "Trang mẫu hỏng"
province = [{{ id = "bac-kan" }}]
home = "{home}"
family = "wordpress"
status = "seen"
allow_private = true
pace = 0.01
[discovery]
article = '/bai/'
sitemaps = []
feeds = []
listings = ["/danh-sach/"]
items = ["a"]
[[layout]]
title = ["h1"]
body = ["div.noi-dung"]
published = ["time"]
"""

GOOD = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Tin</title></head><body><h1>Phiên chợ vùng cao mở lại</h1>
<time>12/03/2024</time><div class="noi-dung"><p>Sáng 12/3, phiên chợ vùng cao đã mở lại sau hai tháng sửa chữa.</p><p>Hơn sáu mươi hộ đăng ký gian hàng./.</p></div></body></html>"""

PAGES: dict[str, Response] = {
    "tot": Response(body=GOOD.encode()),
    "khong-phai-bai": Response(body=b"<html><body><form><input name=user><input name=password></form></body></html>"),
    "trong": Response(body=b""),
    "hong": Response(body=bytes(range(256)) * 40, content_type="text/html"),
    "mat": Response(404, b"<html><body><h1>404</h1></body></html>"),
    "loi": Response(500, b"<html><body>Server Error</body></html>"),
    "di-noi-khac": Response(302, headers={"Location": "http://www.example.com/quang-cao"}),
    "anh": Response(body=b"\x89PNG\r\n\x1a\n" + b"\0" * 100, content_type="image/png"),
    "nen-hong": Response(body=b"\x1f\x8b\x08\0broken", headers={"Content-Encoding": "gzip"}),
}

REASONS = {
    "khong-phai-bai": {"NotAnArticle", "FieldMissing"},
    "trong": {"EmptyBody"},
    "hong": {"Undecodable", "NotAnArticle", "NotHtml"},
    "mat": {"Gone"},
    "loi": {"HttpServerError"},
    "di-noi-khac": {"OffSite"},
    "anh": {"NotHtml"},
    "nen-hong": {"Undecodable"},
}


@dataclass
class Odd(Department):
    """A site whose pages are what a shaky server sends."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path == "/danh-sach/":
            links = "".join(f'<a href="/bai/{name}">{name}</a>' for name in PAGES)
            return Response(body=f"<html><body>{links}</body></html>".encode())
        if path == "/":
            return Response(body=b"<html><body>Home</body></html>")
        return PAGES.get(path.removeprefix("/bai/"), Response(404, b"not here"))


@dataclass
class OddSite:
    served: Served
    file: Path
    data: Path


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[OddSite]:
    with Served(Odd("odd")) as served:
        file = tmp_path / "odd.toml"
        file.write_text(SITE.format(home=f"{served.department.origin}/"), encoding="utf-8")
        yield OddSite(served, file, tmp_path / "data")


def test_every_bad_page_is_a_failure_with_its_reason_and_none_is_an_article(odd: OddSite) -> None:
    done = congthuong("crawl", "--site-file", odd.file, "--data", odd.data, "--json")
    assert done.code == 1, done.err  # it fell short, and says so
    assert "Traceback" not in done.err
    [result] = json.loads(done.out)
    assert result["outcome"] == "short"
    archive = odd.data / "archive.db"
    assert [one["title"] for one in query(archive, "SELECT title FROM articles")] == ["Phiên chợ vùng cao mở lại"]
    found = {one["url"].rsplit("/", 1)[-1]: one["reason"] for one in query(archive, "SELECT url, reason FROM failures")}
    assert found.keys() == REASONS.keys()
    for name, reason in found.items():
        assert reason in REASONS[name], name
    assert query(archive, "SELECT claimed, held FROM coverage") == [{"claimed": len(PAGES), "held": 1}]


def test_robots_txt_that_answers_500_keeps_us_away(tmp_path: Path) -> None:
    @dataclass
    class Ill(Odd):
        def respond(self, path: str, query: dict[str, str]) -> Response:
            return Response(503, b"") if path == "/robots.txt" else super().respond(path, query)

    with Served(Ill("ill")) as served:
        file = tmp_path / "ill.toml"
        file.write_text(SITE.format(home=f"{served.department.origin}/"), encoding="utf-8")
        done = congthuong("crawl", "--site-file", file, "--data", tmp_path / "data", "--json")
        assert {one.target for one in served.asked} == {"/robots.txt"}
    assert done.code == 1
    [result] = json.loads(done.out)
    assert result["outcome"] == "broken"
    assert "RobotsUnreachable" in result["failures"]


def test_a_site_that_is_not_there_is_broken_not_empty(tmp_path: Path) -> None:
    file = tmp_path / "gone.toml"
    file.write_text(SITE.format(home="http://127.0.0.1:9/"), encoding="utf-8")
    done = congthuong("crawl", "--site-file", file, "--data", tmp_path / "data", "--json")
    assert done.code == 1
    assert json.loads(done.out)[0]["outcome"] == "broken"
    assert "Traceback" not in done.err


def test_a_private_address_is_refused_unless_the_site_file_allows_it(odd: OddSite) -> None:
    text = odd.file.read_text(encoding="utf-8").replace("allow_private = true\npace = 0.01\n", "")
    odd.file.write_text(text, encoding="utf-8")
    done = congthuong("crawl", "--site-file", odd.file, "--data", odd.data, "--json")
    assert done.code == 2
    assert "CONGTHUONG_CONTACT" in done.err  # a site that is not ours is not asked without a contact
    done = congthuong("crawl", "--site-file", odd.file, "--data", odd.data, "--json", env=os.environ | {"CONGTHUONG_CONTACT": "archive@example.vn"})
    assert done.code == 1
    assert not odd.served.asked
    reasons = {one["reason"] for one in query(odd.data / "archive.db", "SELECT reason FROM failures")}
    assert reasons == {"RefusedAddress"}


def test_a_folder_that_cannot_be_written_is_one_clear_message(odd: OddSite) -> None:
    odd.data.write_text("a file stands where the folder should be")
    for data, code in ((odd.data, 2), ("/proc/congthuong", 1)):
        done = congthuong("crawl", "--site-file", odd.file, "--data", data)
        assert done.code == code
        assert str(data) in done.out + done.err
        assert "Traceback" not in done.err
    assert not odd.served.asked


def test_a_full_disk_is_said_and_nothing_reported_is_lost(odd: OddSite) -> None:
    """A limit on the size of files stands in for a full disk: writes fail in the middle of the run."""

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    PAGES["tot"] = Response(body=GOOD.encode() + b"<!-- " + os.urandom(2_000_000).hex().encode() + b" -->")
    try:
        args = [sys.executable, "-m", "congthuong", "crawl", "--site-file", str(odd.file), "--data", str(odd.data)]
        done = subprocess.run(args, capture_output=True, text=True, timeout=60, check=False, preexec_fn=little_room)
    finally:
        PAGES["tot"] = Response(body=GOOD.encode())
    assert done.returncode == 1
    assert "Traceback" not in done.stderr, done.stderr
    assert "broken" in done.stdout
    assert str(odd.data) in done.stdout
    again = congthuong("crawl", "--site-file", odd.file, "--data", odd.data, "--json")
    assert "Traceback" not in again.err
    titles = [one["title"] for one in query(odd.data / "archive.db", "SELECT title FROM articles")]
    assert titles == ["Phiên chợ vùng cao mở lại"]
