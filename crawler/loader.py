"""Tells Scrapy that every site file is a spider: `scrapy list`, `scrapy crawl bac-kan`."""

from typing import Self

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from archive.errors import UnknownSite
from crawler.site_files import load_site, site_ids
from crawler.spider import SiteSpider


class SiteLoader:
    """Scrapy's SpiderLoader over `crawler/sites/*.toml`."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:  # noqa: ARG003 - Scrapy's signature
        return cls()

    def load(self, spider_name: str) -> type[Spider]:
        try:
            site = load_site(spider_name)
        except UnknownSite as error:
            raise KeyError(str(error)) from error
        return SiteSpider.of(site)

    def find_by_request(self, request: Request) -> list[str]:  # noqa: ARG002 - Scrapy's signature; a URL tells no site here
        return []

    def list(self) -> list[str]:
        return site_ids()
