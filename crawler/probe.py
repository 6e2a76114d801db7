"""Fetches a handful of pages of one site, politely and without Scrapy's engine: robots.txt, one at a time, at the site's pace, within bounds."""

import socket
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from archive.encoding import decode as unpacked
from archive.errors import BrokenEncoding, RunFailed, UsageError
from archive.records import Headers, Reason
from crawler.hosts import is_on, private
from crawler.settings import CONGTHUONG_CONTACT, DOWNLOAD_MAXSIZE, DOWNLOAD_TIMEOUT, REDIRECT_MAX_TIMES, USER_AGENT
from crawler.site import FASTEST, Site
from pipelines.reading.decode import decode

MOST = 14  # requests, robots.txt and redirects among them
BAD, SERVER = 400, 500
ASK_LATER = {429, 503}
REDIRECTS = {301, 302, 303, 307, 308}
HOP_BY_HOP = {"connection", "content-encoding", "content-length", "keep-alive", "set-cookie", "transfer-encoding"}


class NotFetched(RunFailed):
    """A page that was not or could not be fetched; `reason` as it would stand in `failures`."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered: the address after all redirects, the body with its Content-Encoding undone."""

    url: str
    status: int
    headers: Headers
    body: bytes
    fetched_at: datetime  # UTC

    @property
    def ok(self) -> bool:
        return self.status < BAD

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def text(self) -> str:
        """Its characters; none where it is no page."""
        found = decode(self.body, self.header("content-type"))
        return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Robots:
    """What the robots.txt of a host says."""

    rules: Protego
    absent: bool

    @property
    def sitemaps(self) -> tuple[str, ...]:
        return tuple(self.rules.sitemaps)


class Probe:
    """Asks one site for some pages. `get` raises NotFetched with the reason; an answer of 404 is an answer."""

    def __init__(
        self, netlocs: Collection[str], *, pace: float = FASTEST, allow_private: bool = False, verify_tls: bool = True, most: int = MOST
    ) -> None:
        if not (allow_private or CONGTHUONG_CONTACT):
            msg = "whom can the site's webmaster write to? Set CONGTHUONG_CONTACT to an address or a page; it goes into the User-Agent"
            raise UsageError(msg)
        self.netlocs, self.left = frozenset(netlocs), most
        self._pace, self._allow_private = pace, allow_private
        self._last = float("-inf")
        self._robots: dict[str, Robots | NotFetched] = {}
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", "Accept-Language": "vi"}
        self._client = httpx.Client(headers=headers, timeout=DOWNLOAD_TIMEOUT, verify=verify_tls)

    @classmethod
    def of(cls, site: Site, *, most: int = MOST) -> Self:
        return cls(site.netlocs, pace=site.pace, allow_private=site.allow_private, verify_tls=site.verify_tls, most=most)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def get(self, url: str) -> Answer:
        """The answer after redirects, none of which may leave the site."""
        for _ in range(REDIRECT_MAX_TIMES + 1):
            robots = self.robots(url)
            if not robots.rules.can_fetch(url, USER_AGENT):
                raise NotFetched(Reason.ROBOTS_DENIED, f"robots.txt forbids {url}")
            answer = self._ask(url)
            target = answer.header("location") if answer.status in REDIRECTS else ""
            if not target:
                return answer
            url = _joined(url, target)
        raise NotFetched(Reason.UNREACHABLE, f"{url}: one redirect after another")

    def robots(self, url: str) -> Robots:
        """The robots.txt that counts for an address. Raises NotFetched where it cannot be had: then the site is left alone (RFC 9309)."""
        self._guard(url)
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = self._asked_robots(origin)
        known = self._robots[origin]
        if isinstance(known, NotFetched):
            raise known
        return known

    def _asked_robots(self, origin: str) -> Robots | NotFetched:
        url = f"{origin}/robots.txt"
        try:
            for _ in range(REDIRECT_MAX_TIMES + 1):
                answer = self._ask(url)
                if answer.status not in REDIRECTS:
                    break
                url = _joined(url, answer.header("location"))
        except NotFetched as error:
            return error if error.reason is Reason.REFUSED_ADDRESS else NotFetched(Reason.ROBOTS_UNREACHABLE, f"robots.txt of {origin}: {error}")
        if answer.status >= SERVER:
            return NotFetched(Reason.ROBOTS_UNREACHABLE, f"robots.txt of {origin}: HTTP {answer.status}; the site is left alone for now")
        absent = not answer.ok or b"<html" in answer.body[:1000].lower()
        robots = Robots(Protego.parse("" if absent else answer.body.decode("utf-8", "replace")), absent)
        self._pace = max(self._pace, float(robots.rules.crawl_delay(USER_AGENT) or 0))
        return robots

    def _ask(self, url: str) -> Answer:
        """One request, without its redirects."""
        self._guard(url)
        if self.left <= 0:
            raise NotFetched(Reason.TOO_LARGE, f"{url} is not asked for: that would be one request more than a look at a site may take")
        self.left -= 1
        time.sleep(max(0.0, self._last + self._pace - time.monotonic()))
        self._client.cookies.clear()
        try:
            answer = self._answer(url)
        except httpx.TimeoutException as error:
            raise NotFetched(Reason.TIMEOUT, f"{url}: no answer in {DOWNLOAD_TIMEOUT} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotFetched(Reason.UNREACHABLE, f"{url}: {error}") from error
        except BrokenEncoding as error:
            raise NotFetched(Reason.UNDECODABLE, f"{url}: {error}") from error
        finally:
            self._last = time.monotonic()
        if answer.status in ASK_LATER:
            raise NotFetched(Reason.HTTP_SERVER_ERROR, f"{url}: HTTP {answer.status}, it asks to be left alone for now")
        return answer

    def _answer(self, url: str) -> Answer:
        deadline, body = time.monotonic() + DOWNLOAD_TIMEOUT, bytearray()
        with self._client.stream("GET", url) as response:
            for piece in response.iter_raw():
                body += piece
                if len(body) > DOWNLOAD_MAXSIZE:
                    raise NotFetched(Reason.TOO_LARGE, f"{url} is larger than {DOWNLOAD_MAXSIZE} bytes")
                if time.monotonic() > deadline:
                    raise NotFetched(Reason.TIMEOUT, f"{url}: not whole after {DOWNLOAD_TIMEOUT} s")
            headers = tuple((name, value) for name, value in response.headers.multi_items() if name.lower() not in HOP_BY_HOP)
            plain = unpacked(bytes(body), response.headers.get("content-encoding"))
            return Answer(url, response.status_code, headers, plain, datetime.now(UTC).replace(microsecond=0))

    def _guard(self, url: str) -> None:
        if not is_on(url, self.netlocs):
            raise NotFetched(Reason.OFF_SITE, f"{url} is not on {', '.join(sorted(self.netlocs))}")
        host = urlsplit(url).hostname or ""
        if not self._allow_private and (address := private(addresses(host))):
            raise NotFetched(Reason.REFUSED_ADDRESS, f"{host} is {address}, a private address, which has to be allowed")


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError as error:
        raise NotFetched(Reason.OFF_SITE, f"{base} redirects to {location!r}, which is no address") from error


def addresses(host: str) -> tuple[str, ...]:
    """Every IP address of a host; none where its name does not resolve, which the request then reports."""
    with suppress(OSError, UnicodeError):
        return tuple(sorted({str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}))
    return ()
