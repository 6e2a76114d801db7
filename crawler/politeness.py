"""A good guest: one slot per host and port, robots.txt by RFC 9309, Crawl-delay, Retry-After. Set where a request enters the downloader."""

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
from crawler.settings import slot_delay
from crawler.spider import SiteSpider

# Scrapy logs a robots.txt that cannot be had with a traceback; it is a named failure of the run here.
logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)

ROBOTS_LIMIT = 500 * 1024  # bytes
LONGEST_WAIT = 600.0  # seconds of Retry-After that a run waits for; a longer one ends the try


class SlotMiddleware:
    """Names the download slot, so that robots.txt and redirects wait their turn like pages, and obeys Retry-After."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        request.meta["download_slot"] = urlsplit(request.url).netloc.lower()

    async def process_response(self, request: Request, response: Response) -> Response:
        if response.status in {429, 503} and (wait := _seconds(response.headers.get("Retry-After"))) is not None:
            if wait > LONGEST_WAIT:
                raise Refused(Reason.HTTP_SERVER_ERROR, f"{response.status}, asked to come back in {wait:.0f} s")
            if isinstance(self._crawler.spider, SiteSpider):
                self._crawler.spider.bounds.wait(wait)
            slot = _slots(self._crawler)[request.meta["download_slot"]]
            slot.lastseen = max(slot.lastseen, time.monotonic() + wait - slot.delay)
        return response


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, with what RFC 9309 asks beyond it: unreachable or 5xx means stay away; Crawl-delay is kept; an HTML page is no robots.txt."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unreachable: dict[str, str] = {}
        crawler.signals.connect(self._keep_delay, signal=signals.robots_parsed)

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

    def _keep_delay(self, robotparser: Any, request: Request) -> None:
        if delay := robotparser.crawl_delay(self._crawler_agent()):
            if delay > LONGEST_WAIT:
                self._unreachable[urlsplit(request.url).netloc] = f"asks for {delay:.0f} s between two requests"
                return
            slot = _slots(self.crawler).get(urlsplit(request.url).netloc.lower())
            if slot is not None:
                slot.delay = max(slot.delay, slot_delay(float(delay)))

    def _crawler_agent(self) -> str:
        return str(self.crawler.settings["USER_AGENT"])


def _start(body: bytes) -> bytes:
    """The whole lines of robots.txt that RFC 9309, 2.5, asks to be read at least; what follows is not looked at."""
    return body if len(body) <= ROBOTS_LIMIT else body[:ROBOTS_LIMIT].rpartition(b"\n")[0]


def _slots(crawler: Crawler) -> dict[str, Any]:
    engine = crawler.engine
    return engine.downloader.slots if engine is not None else {}


def _seconds(header: bytes | None) -> float | None:
    """Retry-After in seconds; None for a date or nonsense, after which the usual pace goes on."""
    try:
        return max(0.0, float(header)) if header is not None else None
    except ValueError:
        return None
