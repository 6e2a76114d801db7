"""A good guest, measured from the server's side: gaps, robots.txt, Crawl-delay, Retry-After, who we say we are."""

import json
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from conftest import congthuong
from congthuong.demo.cms import Department, Response
from congthuong.demo.server import Served
from test_bad_pages import GOOD, SITE


@dataclass
class Host(Department):
    """A small site that counts on manners."""

    robots: str = ""
    busy: int = 0  # answers of 503 with Retry-After before all is well
    seen: list[str] = field(default_factory=list)

    def respond(self, path: str, query: dict[str, str]) -> Response:
        self.seen.append(path)
        if path == "/robots.txt":
            return Response(body=self.robots.encode(), content_type="text/plain") if self.robots else Response(404, b"")
        if path == "/danh-sach/":
            return Response(body="".join(f'<a href="/bai/{n}">{n}</a>' for n in range(3)).encode())
        if path == "/bai/1" and self.busy:
            self.busy -= 1
            return Response(503, b"busy", headers={"Retry-After": "1"})
        return Response(body=GOOD.replace("Phiên chợ", f"Phiên chợ {path[-1]}").encode())


def crawl(folder: Path, host: Host, *, pace: float = 0.2) -> tuple[dict[str, object], Served]:
    with Served(host) as served:
        file = folder / "khach.toml"
        file.write_text(SITE.format(home=f"{host.origin}/").replace("pace = 0.01", f"pace = {pace}"), encoding="utf-8")
        done = congthuong("crawl", "--site-file", file, "--data", folder / "data", "--json")
    return json.loads(done.out)[0], served


def gaps(served: Served) -> list[float]:
    return [later - earlier for earlier, later in pairwise(one.at for one in served.asked)]


def test_requests_keep_the_pace_robots_txt_too(tmp_path: Path) -> None:
    result, served = crawl(tmp_path, Host("khach"))
    assert result["outcome"] == "complete"
    assert [one.target for one in served.asked] == ["/robots.txt", "/danh-sach/", "/bai/0", "/bai/1", "/bai/2"]
    assert min(gaps(served)) >= 0.19


def test_crawl_delay_slows_us_down(tmp_path: Path) -> None:
    result, served = crawl(tmp_path, Host("khach", robots="User-agent: *\nCrawl-delay: 0.6\n"), pace=0.05)
    assert result["outcome"] == "complete"
    assert min(gaps(served)[1:]) >= 0.59


def test_what_robots_txt_forbids_is_not_asked_for_and_said(tmp_path: Path) -> None:
    result, served = crawl(tmp_path, Host("khach", robots="User-agent: *\nDisallow: /bai/1\n"), pace=0.02)
    assert "/bai/1" not in {one.target for one in served.asked}
    assert result["failures"] == {"RobotsDenied": 1}
    assert result["new"] == 2


def test_an_html_page_is_no_robots_txt(tmp_path: Path) -> None:
    result, _ = crawl(tmp_path, Host("khach", robots="<html><body>User-agent: *\nDisallow: /\n</body></html>"), pace=0.02)
    assert (result["outcome"], result["new"]) == ("complete", 3)


def test_retry_after_is_waited_for(tmp_path: Path) -> None:
    result, served = crawl(tmp_path, Host("khach", busy=1), pace=0.02)
    asked = [one.at for one in served.asked if one.target == "/bai/1"]
    assert len(asked) == 2
    after = min(one.at for one in served.asked if one.at > asked[0])
    assert after - asked[0] >= 0.95  # nothing at all is asked meanwhile
    assert (result["outcome"], result["new"]) == ("complete", 3)


def test_we_say_who_we_are(tmp_path: Path) -> None:
    _, served = crawl(tmp_path, Host("khach"), pace=0.02)
    agents = {one.headers["User-Agent"] for one in served.asked}
    assert len(agents) == 1
    assert agents.pop().startswith("congthuong-archive/")
    assert not any("Cookie" in one.headers for one in served.asked)
