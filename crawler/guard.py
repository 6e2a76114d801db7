"""Keeps the crawler on its site: only its hosts, only http(s), no private address unless the site file allows it. Redirects pass here too.

What was checked is what is connected to: a name is looked up once in a process, and the reactor's resolver knows no other answer.
"""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver, HostResolution
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer  # type: ignore[import-untyped]

from archive.records import Reason
from crawler.hosts import is_on, private
from crawler.spider import SiteSpider

# Name -> its addresses, in the system's order of preference. As wide as the reactor, which all sites of a process share, so it holds facts only:
# the first answer stands for every site, and each asks for itself whether it may go there.
_PINNED: dict[str, tuple[str, ...]] = {}


class Refused(IgnoreRequest):
    """A request that is not made, with the reason that stands in `failures`."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class GuardMiddleware:
    """Says before a request is made whether it may be."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        spider = self._crawler.spider
        if not isinstance(spider, SiteSpider):
            return
        if not is_on(request.url, spider.site.netlocs):
            raise Refused(Reason.OFF_SITE, f"{request.url} is not on {', '.join(sorted(spider.site.netlocs))}")
        request.meta["proxy"] = spider.site.proxy or request.meta.get("proxy")
        if spider.site.allow_private:
            return
        host = urlsplit(request.url).hostname or ""
        addresses = await _addresses(host)
        if address := private(addresses):
            raise _private(host, address)
        if not (addresses or request.meta["proxy"]):  # else the download would ask again, and go wherever it is told then
            raise Refused(Reason.ROBOTS_UNREACHABLE, f"robots.txt of {host}: the name has no address; the site is left alone for now")


class PeerMiddleware:
    """Looks, nearest the network, at who has answered: what a private address said after all is neither kept nor read."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        spider = self._crawler.spider
        checked = isinstance(spider, SiteSpider) and not spider.site.allow_private and not request.meta.get("proxy")
        if checked and response.ip_address and (address := private([str(response.ip_address)])):
            raise _private(urlsplit(request.url).hostname or "", address)
        return response


@implementer(IHostnameResolver)
class PinnedResolver:
    """The reactor's resolver: for names that the guard has looked up its answer, IPv4 and IPv6; for others, such as a proxy's, Scrapy's own."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        CachingThreadedResolver.from_crawler(crawler, reactor).install_on_reactor()
        return cls(reactor)

    def install_on_reactor(self) -> None:
        self._others = self._reactor.nameResolver
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's names
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        addresses = _PINNED.get(_ascii(hostName))
        if addresses is None:
            return self._others.resolveHostName(resolutionReceiver, hostName, portNumber, addressTypes, transportSemantics)
        resolution = HostResolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        for address in addresses:
            kind = IPv6Address if ":" in address else IPv4Address
            if addressTypes is None or kind in addressTypes:
                resolutionReceiver.addressResolved(kind("TCP", address, portNumber))
        resolutionReceiver.resolutionComplete()
        return resolution


async def _addresses(host: str) -> tuple[str, ...]:
    """Every address of a host; none where the name does not resolve, which is asked again next time."""
    name = _ascii(host)
    if name not in _PINNED:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        if found:
            _PINNED.setdefault(name, tuple(dict.fromkeys(str(info[4][0]) for info in found)))
    return _PINNED.get(name, ())


def _ascii(name: str) -> str:
    """A host's name as it stands in an address: Twisted hands it on with its own letters."""
    return name.lower() if name.isascii() else name.lower().encode("idna").decode("ascii")


def _private(host: str, address: str) -> Refused:
    return Refused(Reason.REFUSED_ADDRESS, f"{host} is {address}, a private address; a site file may allow it: allow_private = true")
