"""The guard against names that change their minds: what was checked is what is connected to. Runs in processes of their own, with DNS of our making."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from congthuong.demo.cms import Response
from congthuong.demo.server import Served
from crawler import guard
from crawler.guard import PinnedResolver
from crawler.hosts import private
from test_bad_pages import SITE
from test_crawler_run import Small
from test_end_to_end import query

PUBLIC = "1.2.3.4"

# Runs the command line where the name `sct.example.vn` has the addresses of the first list when it is looked up first, then those of the second, and
# so on; the last list stays. Nothing leaves the machine: what would go elsewhere than to loopback is written down, and goes to a closed port.
PROGRAM = f"""
import json, os, socket
answers, wished = json.loads(os.environ["ANSWERS"]), json.loads(os.environ["TREATED_AS_PUBLIC"])
real, asked, went = socket.getaddrinfo, [], []

def getaddrinfo(host, port, *args, **options):
    host = host.decode() if isinstance(host, bytes) else host
    if host.lower() != "sct.example.vn":
        return real(host, port, *args, **options)
    asked.append(host)
    found = answers[min(len(asked), len(answers)) - 1]
    if not found:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return [one for address in found for one in real(address, port or 0, type=socket.SOCK_STREAM)]

socket.getaddrinfo = getaddrinfo
socket.gethostbyname = lambda host: getaddrinfo(host, 0)[0][4][0]

from twisted.internet.posixbase import PosixReactorBase
connect = PosixReactorBase.connectTCP

def connectTCP(self, host, port, *args, **options):
    went.append(host)
    return connect(self, host, port, *args, **options) if host != "{PUBLIC}" else connect(self, "127.0.0.1", 9, *args, **options)

PosixReactorBase.connectTCP = connectTCP

from crawler import hosts, site
site.FASTEST = 0.01  # quick, though these sites may not reach private addresses
public = hosts._public
hosts._public = lambda address: address in wished or public(address)

from congthuong.cli import main
try:
    main()
finally:
    open(os.environ["WENT"], "w").write(json.dumps([asked, went]))
"""


@dataclass
class Done:
    results: list[dict[str, Any]]
    asked: list[str]  # names looked up
    went: list[str]  # addresses connected to
    data: Path

    @property
    def reasons(self) -> set[str]:
        return {one["reason"] for one in query(self.data / "archive.db", "SELECT reason FROM failures")}


def crawl(folder: Path, *files: Path, answers: list[list[str]], public: tuple[str, ...] = ()) -> Done:
    data, went = folder / "data", folder / "went"
    arguments = [arg for file in files for arg in ("--site-file", str(file))]
    given = {"ANSWERS": json.dumps(answers), "TREATED_AS_PUBLIC": json.dumps(public), "WENT": str(went), "CONGTHUONG_CONTACT": "archive@example.vn"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "crawl", *arguments, "--data", str(data), "--json"],
        capture_output=True, text=True, timeout=90, check=False, env=os.environ | given,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return Done(json.loads(done.stdout), *json.loads(went.read_text()), data)


def site_file(folder: Path, name: str, port: int, *, allow_private: bool = False, host: str = "sct.example.vn") -> Path:
    file = folder / f"{name}.toml"
    text = SITE.format(home=f"http://{host}:{port}/")
    file.write_text(text if allow_private else text.replace("allow_private = true\n", "timeout = 5\n"), encoding="utf-8")
    return file


def test_a_name_that_answers_differently_the_second_time_leads_nowhere_else(tmp_path: Path) -> None:
    with Served(Small("nho")) as served:
        done = crawl(tmp_path, site_file(tmp_path, "doi", served.port), answers=[[PUBLIC], ["127.0.0.1"]])
    assert served.asked == []
    assert set(done.went) == {PUBLIC}
    assert len(done.asked) == 1
    assert done.results[0]["outcome"] == "broken"


def test_a_name_that_has_no_address_at_first_is_not_gone_to_when_it_has(tmp_path: Path) -> None:
    with Served(Small("nho")) as served:
        done = crawl(tmp_path, site_file(tmp_path, "doi", served.port), answers=[[], [], ["127.0.0.1"]])
    assert served.asked == []
    assert done.went == []
    assert (done.results[0]["outcome"], done.reasons) == ("broken", {"RobotsUnreachable"})


def test_one_private_address_among_public_ones_is_enough(tmp_path: Path) -> None:
    with Served(Small("nho")) as served:
        done = crawl(tmp_path, site_file(tmp_path, "doi", served.port), answers=[[PUBLIC, "127.0.0.1"]])
    assert (served.asked, done.went, done.reasons) == ([], [], {"RefusedAddress"})


def test_every_request_goes_to_the_address_that_was_checked(tmp_path: Path) -> None:
    """The letters of a host's name may be large or small: it is the same name."""
    with Served(Small("nho"), host="127.0.0.2") as served:
        served.department.answers["/bai/1"] = Response(302, headers={"Location": f"http://SCT.Example.VN:{served.port}/bai/9"})
        file = site_file(tmp_path, "doi", served.port)
        done = crawl(tmp_path, file, answers=[["127.0.0.2"], ["127.0.0.3"]], public=("127.0.0.2",))
    assert "/bai/9" in {one.target for one in served.asked}
    assert (set(done.went), len(done.asked)) == ({"127.0.0.2"}, 1)
    assert (done.results[0]["outcome"], done.results[0]["new"]) == ("complete", 3)


def test_a_site_that_may_reach_private_addresses_opens_them_to_no_other(tmp_path: Path) -> None:
    """Both in one process, of one name. What each may do is its own; where the name leads is the same for both."""
    with Served(Small("nho")) as served:
        files = [site_file(tmp_path, "a", served.port, allow_private=True), site_file(tmp_path, "b", served.port)]
        done = crawl(tmp_path, *files, answers=[["127.0.0.1"]])
    outcomes = {one["site"]: (one["outcome"], one["failures"]) for one in done.results}
    assert outcomes["a"] == ("complete", {})
    assert outcomes["b"][0] == "broken"
    assert set(outcomes["b"][1]) == {"RefusedAddress"}
    assert query(done.data / "archive.db", "SELECT count(*) AS n FROM captures WHERE site_id = 'b'") == [{"n": 0}]


def test_another_answer_for_the_one_leads_the_other_nowhere_else(tmp_path: Path) -> None:
    with Served(Small("nho")) as served:
        files = [site_file(tmp_path, "a", served.port, allow_private=True), site_file(tmp_path, "b", served.port)]
        done = crawl(tmp_path, *files, answers=[[PUBLIC], ["127.0.0.1"]])
    assert query(done.data / "archive.db", "SELECT count(*) AS n FROM captures WHERE site_id = 'b'") == [{"n": 0}]


def test_an_answer_of_a_private_address_is_neither_kept_nor_read(tmp_path: Path) -> None:
    """Should the address be another after all: here a public one is made to lead to loopback."""
    program = PROGRAM.replace('connect(self, "127.0.0.1", 9,', 'connect(self, "127.0.0.1", port,')
    with Served(Small("nho")) as served, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[__name__], "PROGRAM", program)
        done = crawl(tmp_path, site_file(tmp_path, "doi", served.port), answers=[[PUBLIC]])
    assert {one.target for one in served.asked} == {"/robots.txt"}
    assert done.results[0]["outcome"] == "broken"
    assert query(done.data / "archive.db", "SELECT count(*) AS n FROM captures") == [{"n": 0}]
    assert "private address" in query(done.data / "archive.db", "SELECT detail FROM failures")[0]["detail"]


@contextmanager
def over_ipv6(small: Small) -> Iterator[int]:
    """The small site, served on ::1; its port."""
    with Served(small) as served:

        class Server(type(served._server)):  # type: ignore[misc]
            address_family = socket.AF_INET6

        server: ThreadingHTTPServer = Server(("::1", 0), served._server.RequestHandlerClass)
        server.department, server.asked = small, served.asked
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
@pytest.mark.parametrize("addresses", (["::1"], ["127.0.0.2", "::1"]), ids=["six", "four-six"])
def test_a_name_with_ipv6_is_reached_by_whichever_of_its_addresses_answers(tmp_path: Path, addresses: list[str]) -> None:
    with over_ipv6(Small("nho", articles=1)) as port:
        done = crawl(tmp_path, site_file(tmp_path, "sau", port), answers=[addresses], public=("::1", "127.0.0.2"))
    assert (done.results[0]["outcome"], done.results[0]["new"]) == ("complete", 1)


def test_an_address_without_a_name_is_looked_at_too(tmp_path: Path) -> None:
    with Served(Small("nho")) as served:
        files = [site_file(tmp_path, "bon", served.port, host="127.0.0.1"), site_file(tmp_path, "sau", served.port, host="[::1]")]
        done = crawl(tmp_path, *files, answers=[[]])
    assert (served.asked, done.went, done.reasons) == ([], [], {"RefusedAddress"})


class Receiver:
    def __init__(self) -> None:
        self.found: list[Any] = []
        self.ended = False

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's name
        self.name = resolution.name

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.found.append((type(address).__name__, address.host, address.port))

    def resolutionComplete(self) -> None:  # noqa: N802
        self.ended = True


def test_the_resolver_answers_from_what_was_looked_up_and_hands_other_names_on(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "sở.example.vn"
    coded = name.encode("idna").decode()
    monkeypatch.setattr(guard, "_PINNED", {coded: ("2001:4860::1", PUBLIC)})
    handed_on: list[str] = []

    class Reactor:
        class nameResolver:  # noqa: N801 - Twisted's name
            @staticmethod
            def resolveHostName(receiver: Any, name: str, *_: Any) -> None:  # noqa: N802
                handed_on.append(name)

        def installNameResolver(self, resolver: Any) -> None:  # noqa: N802
            self.installed = resolver

    reactor = Reactor()
    resolver = PinnedResolver(reactor)
    resolver.install_on_reactor()
    assert reactor.installed is resolver
    for said in (coded, coded.upper(), name):
        receiver = Receiver()
        resolver.resolveHostName(receiver, said, 80)
        assert (receiver.found, receiver.ended) == ([("IPv6Address", "2001:4860::1", 80), ("IPv4Address", PUBLIC, 80)], True)
    resolver.resolveHostName(Receiver(), "proxy.example.vn", 80)
    assert handed_on == ["proxy.example.vn"]


@pytest.mark.parametrize(
    ("address", "refused"),
    (
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("0.0.0.0", True),  # noqa: S104 - an address that is refused
        ("224.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("::ffff:127.0.0.1", True),
        ("64:ff9b::7f00:1", True),  # 127.0.0.1 behind NAT64
        ("64:ff9b::a01:203", True),  # 10.1.2.3
        ("2002:7f00:1::", True),  # 127.0.0.1 in 6to4
        ("1.2.3.4", False),
        ("2001:4860::1", False),
        ("64:ff9b::102:304", False),  # 1.2.3.4
    ),
)
def test_addresses_that_are_not_of_the_public_internet(address: str, refused: bool) -> None:
    assert private([PUBLIC, address]) == (address if refused else None)
