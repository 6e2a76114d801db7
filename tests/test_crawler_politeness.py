"""A good guest, measured from the server's side: gaps, robots.txt, Crawl-delay, Retry-After, slow sites, who we say we are."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.http import Response as ScrapyResponse
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.test import get_crawler

from conftest import congthuong
from congthuong.demo.cms import Department, Response
from congthuong.demo.server import Served
from crawler.politeness import LONGEST_PAUSE, SlotMiddleware, Tempo
from crawler.settings import DOWNLOAD_DELAY_JITTER, slot_delay
from test_bad_pages import GOOD, SITE


@dataclass
class Host(Department):
    """A small site that counts on manners."""

    robots: str = ""
    busy: int = 0  # answers of 503 with Retry-After before all is well
    slow: dict[str, float] = field(default_factory=dict)  # path -> seconds that its answer takes
    articles: int = 3
    times: list[tuple[str, float, float]] = field(default_factory=list)  # path, asked, answered

    def respond(self, path: str, query: dict[str, str]) -> Response:
        asked = time.monotonic()
        time.sleep(self.slow.get(path, 0))
        answer = self.answer(path)
        self.times.append((path, asked, time.monotonic()))
        return answer

    def pauses(self) -> dict[str, float]:
        """How long the site was let alone after each of its answers."""
        return {path: later - answered for (path, _, answered), (_, later, _) in pairwise(self.times)}

    def answer(self, path: str) -> Response:
        if path == "/robots.txt":
            return Response(body=self.robots.encode(), content_type="text/plain") if self.robots else Response(404, b"")
        if path == "/danh-sach/":
            return Response(body="".join(f'<a href="/bai/{n}">{n}</a>' for n in range(self.articles)).encode())
        if path == "/bai/1" and self.busy:
            self.busy -= 1
            return Response(503, b"busy", headers={"Retry-After": "1"})
        return Response(body=GOOD.replace("Phiên chợ", f"Phiên chợ {path[-1]}").encode())


def crawl(folder: Path, host: Host, *, pace: float = 0.2, more: str = "") -> tuple[dict[str, object], Served]:
    with Served(host) as served:
        file = folder / "khach.toml"
        file.write_text(SITE.format(home=f"{host.origin}/").replace("pace = 0.01", f"pace = {pace}\n{more}"), encoding="utf-8")
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


def test_a_slow_site_is_let_alone_for_as_long_as_its_answers_take_and_asked_faster_when_it_is_quick_again(tmp_path: Path) -> None:
    host = Host("khach", articles=9, slow=dict.fromkeys(("/bai/0", "/bai/1", "/bai/2"), 0.9))
    result, _ = crawl(tmp_path, host, pace=0.05)
    assert (result["outcome"], result["new"]) == ("complete", 9)
    pauses = host.pauses()
    assert min(pauses[path] for path in host.slow) >= 0.85
    assert pauses["/bai/3"] >= 0.4  # one quick answer proves little
    assert max(pauses["/danh-sach/"], pauses["/bai/7"]) < 0.85  # a busy machine has its own pauses


def test_a_time_out_counts_as_slow(tmp_path: Path) -> None:
    host = Host("khach", slow={"/bai/1": 0.9})
    result, _ = crawl(tmp_path, host, pace=0.02, more="timeout = 0.4")
    assert result["failures"] == {"Timeout": 1}
    asked = sorted((at, path) for path, at, _ in host.times if path.startswith("/bai/"))
    tries = [at for at, path in asked if path == "/bai/1"]
    after = min(at for at, path in asked if at > tries[-1])
    assert len(tries) == 3
    assert min(later - earlier for earlier, later in pairwise([*tries, after])) >= 0.65  # 0.4 s of waiting for nothing, and as long again


# Answers (seconds they took, status; None: there was none) and the gap after them, at a pace of 2 s.
TEMPI = {
    "quick": ([(0.3, 200)], 2.0),
    "a slow one": ([(5.0, 200)], 10.0),
    "slow at once, after many quick ones": ([(0.1, 200)] * 20 + [(5.0, 200)], 10.0),
    "a quick one brings the pause to half": ([(8.0, 200), (0.0, 200)], 4.0),
    "and half of that": ([(16.0, 200), (0.0, 200), (0.0, 304)], 4.0),
    "never under the pace": ([(8.0, 200)] + [(0.0, 200)] * 20, 2.0),
    "quick errors prove nothing": ([(8.0, 200), (0.0, 404), (0.0, 500), (0.0, 302)], 8.0),
    "slow errors count": ([(8.0, 500)], 16.0),
    "a time-out": ([(30.0, None)], 60.0),
    "refused again and again": ([(0.0, None)] * 3, 6.0),
    "too much to do": ([(0.0, 503), (0.0, 429)], 4.0),
    "not for ever": ([(0.0, None)] * 1000, 60.0),
}


@pytest.mark.parametrize(("answers", "gap"), TEMPI.values(), ids=TEMPI)
def test_the_gap_after_answers(answers: list[tuple[float, int | None]], gap: float) -> None:
    tempo = Tempo(2.0)
    for took, status in answers:
        tempo.heard(took, status)
    assert tempo.gap == pytest.approx(gap)


@given(st.floats(0.01, 600), st.lists(st.tuples(st.floats(0, 600), st.sampled_from([None, 200, 302, 304, 404, 429, 500, 503])), min_size=1))
def test_no_answers_make_us_faster_than_the_pace_or_wait_without_end(floor: float, answers: list[tuple[float, int | None]]) -> None:
    tempo = Tempo(floor)
    for took, status in answers:
        tempo.heard(took, status)
        assert tempo.gap >= floor
        assert min(took, LONGEST_PAUSE) * 0.999 <= tempo.gap - took or tempo.gap == floor
        assert tempo.gap <= max(floor, took + LONGEST_PAUSE)


HOST = "sct.example.vn"


@pytest.fixture
def slots() -> dict[str, Slot]:
    return {HOST: Slot(1, 0.0, DOWNLOAD_DELAY_JITTER)}


@pytest.fixture
def middleware(slots: dict[str, Slot]) -> SlotMiddleware:
    """As it stands in a crawl at a pace of 2 s, before a downloader that has these slots."""
    crawler = get_crawler(settings_dict={"DOWNLOAD_DELAY": slot_delay(2.0)})
    crawler.engine = SimpleNamespace(downloader=SimpleNamespace(slots=slots))
    return SlotMiddleware.from_crawler(crawler)


def say(middleware: SlotMiddleware, signal: object, **said: object) -> None:
    middleware._crawler.signals.send_catch_log(signal, request=Request(f"http://{HOST}/tin/1"), **said)


def test_crawl_delay_is_remembered_where_scrapy_forgets_the_slot(middleware: SlotMiddleware, slots: dict[str, Slot]) -> None:
    """It does so after a minute in which a site's second host was not asked."""
    robots = ProtegoRobotParser.from_crawler(middleware._crawler, b"User-agent: *\nCrawl-delay: 7\n")
    delays = []
    for hears_robots in (False, True, False):
        if hears_robots:
            say(middleware, signals.robots_parsed, robotparser=robots)
        slots[HOST] = Slot(1, 0.0, DOWNLOAD_DELAY_JITTER)
        say(middleware, signals.request_reached_downloader)
        delays.append(slots[HOST].delay)
    assert delays == pytest.approx([slot_delay(2.0), slot_delay(7.0), slot_delay(7.0)])


@pytest.mark.parametrize("took", (0.1, 8.0))
def test_retry_after_is_waited_for_whole_however_slow_the_site_was(middleware: SlotMiddleware, slots: dict[str, Slot], took: float) -> None:
    request, slot, now = Request(f"http://{HOST}/tin/1"), slots[HOST], time.monotonic()
    for headers in ({}, {"Retry-After": "20"}):
        say(middleware, signals.request_reached_downloader)
        slot.lastseen = now - took
        asyncio.run(middleware.process_response(request, ScrapyResponse(request.url, status=503 if headers else 200, headers=headers)))
    say(middleware, signals.request_reached_downloader)
    earliest = slot.lastseen + slot.delay * (1 - slot.jitter) - now
    assert earliest == pytest.approx(20.0, abs=0.5)
