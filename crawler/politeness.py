"""A good guest: one slot per host and port, robots.txt by RFC 9309, Crawl-delay, Retry-After, slower where the site is slow."""

import logging
import time
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from archive.records import Reason
from crawler.guard import Refused
from crawler.settings import shortest_gap, slot_delay
from crawler.spider import SiteSpider

# Scrapy logs a robots.txt that cannot be had with a traceback; it is a named failure of the run here.
logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)

ROBOTS_LIMIT = 500 * 1024  # bytes
LONGEST_WAIT = 600.0  # seconds of Retry-After that a run waits for; a longer one ends the try
LONGEST_PAUSE = 60.0  # seconds that a slow site is left alone after an answer, at most
OVERLOADED = frozenset({429, 503})
SOUND = frozenset({200, 304})  # answers that a site has to work for; errors and redirects are quick even where it is in trouble


class Tempo:
    """How fast one host is asked: never faster than `floor`, and after each answer it is left alone for as long as its answers take lately.

    A slow answer counts whole and at once: what is asked next is what would hurt. Quick ones after it bring the pause down by halves, as one of them
    proves little. An answer that never came, or said that there is too much to do, makes the pause longer by `floor`, however quick it was.
    """

    def __init__(self, floor: float) -> None:
        self.floor = floor  # seconds between the beginnings of two requests
        self._took = self._pause = 0.0  # seconds: the last answer; those lately

    @property
    def gap(self) -> float:
        """Seconds from the beginning of the last request to the next one."""
        return max(self.floor, self._took + self._pause)

    def heard(self, took: float, status: int | None) -> None:
        """An answer came after so many seconds; None: there was none."""
        if status in SOUND:
            pause = max(took, (self._pause + took) / 2)
        elif status is None or status in OVERLOADED:
            pause = max(took, self._pause + self.floor)
        else:
            pause = max(took, self._pause)
        self._took, self._pause = took, min(pause, LONGEST_PAUSE)


class SlotMiddleware:
    """Names the download slot, so that robots.txt and redirects wait their turn like pages, and sets its delay. Obeys Crawl-delay and Retry-After.

    Scrapy's AutoThrottle does not do: it takes the time from request to request for the pause, so a site that answers one request at a time is never
    let alone, it sees no time-outs, and it writes the delay that our jitter needs.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._tempos: dict[str, Tempo] = {}  # kept here, as Scrapy forgets a slot that was not used for a minute
        crawler.signals.connect(self._set_delay, signal=signals.request_reached_downloader)
        crawler.signals.connect(self._keep_delay, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        request.meta["download_slot"] = _host(request)

    async def process_response(self, request: Request, response: Response) -> Response:
        self._hear(request, response.status)
        if response.status in OVERLOADED and (wait := _seconds(response.headers.get("Retry-After"))) is not None:
            if wait > LONGEST_WAIT:
                raise Refused(Reason.HTTP_SERVER_ERROR, f"{response.status}, asked to come back in {wait:.0f} s")
            if isinstance(self._crawler.spider, SiteSpider):
                self._crawler.spider.bounds.wait(wait)
            if slot := self._slot(request):
                slot.lastseen = max(slot.lastseen, time.monotonic() + wait - self._tempo(_host(request)).gap)
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        if not isinstance(exception, IgnoreRequest):  # those were never sent
            self._hear(request, None)

    def _hear(self, request: Request, status: int | None) -> None:
        if slot := self._slot(request):
            self._tempo(_host(request)).heard(time.monotonic() - slot.lastseen, status)

    def _set_delay(self, request: Request) -> None:
        if slot := self._slot(request):
            slot.delay = slot_delay(self._tempo(_host(request)).gap)

    def _keep_delay(self, robotparser: Any, request: Request) -> None:
        if delay := _crawl_delay(robotparser, self._crawler):
            tempo = self._tempo(_host(request))
            tempo.floor = max(tempo.floor, delay)

    def _tempo(self, host: str) -> Tempo:
        if host not in self._tempos:
            self._tempos[host] = Tempo(shortest_gap(self._crawler.settings.getfloat("DOWNLOAD_DELAY")))
        return self._tempos[host]

    def _slot(self, request: Request) -> Any:
        """Scrapy's slot of the request, with the time of its last request as `lastseen`; None where it has been forgotten."""
        engine = self._crawler.engine
        return engine.downloader.slots.get(_host(request)) if engine is not None else None


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, with what RFC 9309 asks beyond it: unreachable or 5xx means stay away; an HTML page is no robots.txt."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unreachable: dict[str, str] = {}
        crawler.signals.connect(self._bound_delay, signal=signals.robots_parsed)

    def process_request_2(self, rp: Any, request: Request) -> None:
        netloc = urlsplit(request.url).netloc
        if netloc in self._unreachable:
            raise Refused(Reason.ROBOTS_UNREACHABLE, f"robots.txt of {netloc}: {self._unreachable[netloc]}; the site is left alone for now")
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise Refused(Reason.ROBOTS_DENIED, f"robots.txt forbids {request.url}") from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:  # noqa: PLR2004 - RFC 9309, 2.3.1.4
            self._unreachable[netloc] = f"HTTP {response.status}"
        absent = response.status >= 400 or b"<html" in response.body[:1000].lower()  # noqa: PLR2004 - RFC 9309, 2.3.1.3
        await super()._parse_robots(response.replace(body=b"" if absent else _start(response.body)), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unreachable[netloc] = f"{type(exc).__name__}: {exc}"
        super()._robots_error(exc, netloc)

    def _bound_delay(self, robotparser: Any, request: Request) -> None:
        if (delay := _crawl_delay(robotparser, self.crawler)) > LONGEST_WAIT:
            self._unreachable[urlsplit(request.url).netloc] = f"asks for {delay:.0f} s between two requests"


def _host(request: Request) -> str:
    """Host and port: what is asked one request at a time."""
    return urlsplit(request.url).netloc.lower()


def _crawl_delay(robotparser: Any, crawler: Crawler) -> float:
    """What robots.txt asks of us, in seconds; 0 where it does not."""
    return float(robotparser.crawl_delay(str(crawler.settings["USER_AGENT"])) or 0)


def _start(body: bytes) -> bytes:
    """The whole lines of robots.txt that RFC 9309, 2.5, asks to be read at least; what follows is not looked at."""
    return body if len(body) <= ROBOTS_LIMIT else body[:ROBOTS_LIMIT].rpartition(b"\n")[0]


def _seconds(header: bytes | None) -> float | None:
    """Retry-After in seconds; None for a date or nonsense, after which the usual pace goes on."""
    try:
        return max(0.0, float(header)) if header is not None else None
    except ValueError:
        return None
