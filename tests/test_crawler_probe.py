"""The few requests of a look at a site: as polite as a crawl, measured by the server; bounded; every refusal with its reason."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from archive.errors import UsageError
from archive.records import Reason
from congthuong.demo.cms import Department, Response
from congthuong.demo.server import Served
from crawler import probe as module
from crawler.hosts import is_on, private
from crawler.probe import NotFetched, Probe

PAGE = "<html><body><p>Phiên chợ</p></body></html>".encode()


@dataclass
class Host(Department):
    pages: dict[str, Response] = field(default_factory=dict)

    def respond(self, path: str, query: dict[str, str]) -> Response:
        return self.pages.get(path, Response(404, b""))


@contextmanager
def probing(pages: dict[str, Response], *, most: int = 14, pace: float = 0.01) -> Iterator[tuple[Probe, Served, str]]:
    host = Host("khach", pages=pages)
    with Served(host) as served, Probe({f"127.0.0.1:{served.port}"}, pace=pace, allow_private=True, most=most) as probe:
        yield probe, served, host.origin


def text(robots: str) -> Response:
    return Response(body=robots.encode(), content_type="text/plain")


def refused(probe: Probe, url: str) -> Reason:
    with pytest.raises(NotFetched) as caught:
        probe.get(url)
    assert str(caught.value).startswith(str(caught.value.reason))
    return caught.value.reason


def test_robots_txt_is_asked_once_and_the_pace_is_kept() -> None:
    with probing({"/a": Response(body=PAGE), "/b": Response(301, headers={"Location": "/a"})}, pace=0.2) as (probe, served, origin):
        assert probe.get(f"{origin}/a").text == PAGE.decode()
        answer = probe.get(f"{origin}/b")
    assert (answer.url, answer.status, answer.ok) == (f"{origin}/a", 200, True)
    assert [one.target for one in served.asked] == ["/robots.txt", "/a", "/b", "/a"]
    assert min(later.at - earlier.at for earlier, later in pairwise(served.asked)) >= 0.19
    assert all("congthuong-archive/" in one.headers["User-Agent"] and "Cookie" not in one.headers for one in served.asked)


def test_crawl_delay_and_prohibitions_are_obeyed() -> None:
    with probing({"/robots.txt": text("User-agent: *\nCrawl-delay: 0.4\nDisallow: /kin\n"), "/a": Response(body=PAGE)}) as (probe, served, origin):
        probe.get(f"{origin}/a")
        assert refused(probe, f"{origin}/kin") is Reason.ROBOTS_DENIED
    assert [one.target for one in served.asked] == ["/robots.txt", "/a"]
    assert served.asked[1].at - served.asked[0].at >= 0.39


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed() -> None:
    pages = {"/robots.txt": text("User-agent: *\nDisallow: /kin\n"), "/a": Response(302, headers={"Location": "/kin"})}
    with probing(pages) as (probe, served, origin):
        assert refused(probe, f"{origin}/a") is Reason.ROBOTS_DENIED
    assert "/kin" not in {one.target for one in served.asked}


@pytest.mark.parametrize(
    ("robots", "reason"),
    (
        (Response(503, b""), Reason.ROBOTS_UNREACHABLE),
        (Response(500, b""), Reason.ROBOTS_UNREACHABLE),
        (Response(403, b""), None),
        (Response(body=b"<html><body>User-agent: *\nDisallow: /\n</body></html>"), None),
    ),
)
def test_a_broken_robots_txt_means_stay_away_and_a_missing_one_does_not(robots: Response, reason: Reason | None) -> None:
    with probing({"/robots.txt": robots, "/a": Response(body=PAGE)}) as (probe, served, origin):
        if reason is None:
            assert probe.get(f"{origin}/a").ok
            assert probe.robots(origin).absent
        else:
            assert [refused(probe, f"{origin}/a") for _ in range(2)] == [reason, reason]
            assert [one.target for one in served.asked] == ["/robots.txt"]


@pytest.mark.parametrize(
    ("page", "reason"),
    (
        (Response(302, headers={"Location": "http://www.example.com/"}), Reason.OFF_SITE),
        (Response(302, headers={"Location": "ftp://127.0.0.1/"}), Reason.OFF_SITE),
        (Response(302, headers={"Location": "/a"}), Reason.UNREACHABLE),
        (Response(429, b""), Reason.HTTP_SERVER_ERROR),
        (Response(503, b"", headers={"Retry-After": "3600"}), Reason.HTTP_SERVER_ERROR),
        (Response(body=b"\x1f\x8b\x08\0broken", headers={"Content-Encoding": "gzip"}), Reason.UNDECODABLE),
    ),
)
def test_what_is_not_a_page_has_a_reason(page: Response, reason: Reason) -> None:
    with probing({"/a": page}) as (probe, _, origin):
        assert refused(probe, f"{origin}/a") is reason


def test_a_page_too_large_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DOWNLOAD_MAXSIZE", 10_000)
    with probing({"/a": Response(body=b"x" * 10_001), "/b": Response(body=b"x" * 10_000)}) as (probe, _, origin):
        assert refused(probe, f"{origin}/a") is Reason.TOO_LARGE
        assert len(probe.get(f"{origin}/b").body) == 10_000


def test_packed_pages_are_unpacked_and_their_headers_say_so() -> None:
    with probing({"/a": Response(body=gzip.compress(PAGE), headers={"Content-Encoding": "gzip", "Set-Cookie": "a=b"})}) as (probe, served, origin):
        answer = probe.get(f"{origin}/a")
        probe.get(f"{origin}/a")
    assert answer.body == PAGE
    assert {"content-encoding", "set-cookie"}.isdisjoint(name.lower() for name, _ in answer.headers)
    assert "Cookie" not in served.asked[-1].headers


def test_there_is_an_end_to_asking() -> None:
    with probing({"/a": Response(body=PAGE)}, most=3) as (probe, served, origin):
        probe.get(f"{origin}/a")
        probe.get(f"{origin}/a")
        assert refused(probe, f"{origin}/a") is Reason.TOO_LARGE
    assert len(served.asked) == 3


def test_nobody_there_is_said() -> None:
    with Served(Host("khach")) as served:
        port = served.port
    with Probe({f"127.0.0.1:{port}"}, pace=0.01, allow_private=True) as probe:
        assert refused(probe, f"http://127.0.0.1:{port}/") is Reason.ROBOTS_UNREACHABLE


def test_private_addresses_are_refused_and_a_contact_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONGTHUONG_CONTACT", "")
    with pytest.raises(UsageError, match="CONGTHUONG_CONTACT"):
        Probe({"sct.example.vn"})
    monkeypatch.setattr(module, "CONGTHUONG_CONTACT", "webmaster@example.vn")
    with Served(Host("khach", pages={"/": Response(body=PAGE)})) as served, Probe({f"127.0.0.1:{served.port}"}) as probe:
        assert refused(probe, f"http://127.0.0.1:{served.port}/") is Reason.REFUSED_ADDRESS
    assert served.asked == []


@pytest.mark.parametrize(
    ("found", "first"),
    (
        (("8.8.8.8",), None),
        (("8.8.8.8", "10.0.0.1"), "10.0.0.1"),
        (("::1",), "::1"),
        (("fe80::1%eth0",), "fe80::1%eth0"),
        (("169.254.169.254",), "169.254.169.254"),
        ((), None),
    ),
)
def test_private(found: tuple[str, ...], first: str | None) -> None:
    assert private(found) == first


@pytest.mark.parametrize(
    ("url", "on"),
    (
        ("https://sct.example.vn/tin?id=1", True),
        ("HTTP://SCT.example.vn/", True),
        ("https://sct.example.vn:8443/", False),
        ("https://www.sct.example.vn/", False),
        ("https://sct.example.vn@elsewhere.vn/", False),
        ("file:///etc/passwd", False),
        ("https://[/", False),
    ),
)
def test_is_on(url: str, on: bool) -> None:
    assert is_on(url, {"sct.example.vn"}) is on
