"""Keeps the crawler on its site: only its hosts, only http(s), no private address unless the site file allows it. Redirects pass here too."""

import asyncio
import socket
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from archive.records import Reason
from crawler.hosts import is_on, private
from crawler.spider import SiteSpider


class Refused(IgnoreRequest):
    """A request that is not made, with the reason that stands in `failures`."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class GuardMiddleware:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._looked_up: dict[str, tuple[str, ...]] = {}

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
        if address := private(await self._addresses(host)):
            detail = f"{host} is {address}, a private address; a site file may allow it: allow_private = true"
            raise Refused(Reason.REFUSED_ADDRESS, detail)

    async def _addresses(self, host: str) -> tuple[str, ...]:
        """Every address of a host, looked up once a run; none where the name does not resolve, which the download then reports."""
        if host not in self._looked_up:
            try:
                found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
            except OSError:
                return ()
            self._looked_up[host] = tuple(sorted({str(info[4][0]) for info in found}))
        return self._looked_up[host]
