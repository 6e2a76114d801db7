"""How Scrapy runs here. Every setting of ours begins with CONGTHUONG_; the rest are Scrapy's own."""

import os
from importlib.metadata import PackageNotFoundError, version

from archive.encoding import PAGE_LIMIT

try:
    VERSION = version("congthuong")
except PackageNotFoundError:  # run from a checkout that is not installed
    VERSION = "0"

BOT_NAME = "congthuong"
SPIDER_LOADER_CLASS = "crawler.loader.SiteLoader"
SCHEDULER = "crawler.scheduler.FrontierScheduler"

CONGTHUONG_DATA = None  # the data folder; None: $CONGTHUONG_DATA, else `data`
CONGTHUONG_CONTACT = os.environ.get("CONGTHUONG_CONTACT", "")  # whom a webmaster can write to; needed for real sites
CONGTHUONG_LIMIT = 0  # articles a run asks for; 0: all
CONGTHUONG_LOOK_AGAIN = False  # ask again for every article known, whatever its schedule says

USER_AGENT = f"congthuong-archive/{VERSION} ({CONGTHUONG_CONTACT or 'sample run'})"
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 1  # per site: the next is not even chosen before the last one's answer was heard, Retry-After included
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 1  # a page is one item; Scrapy starts as many tasks for every response, 100 of them if not told
WARN_ON_GENERATOR_RETURN_VALUE = False  # would parse the source of the callback again for every request; mypy sees to that
DOWNLOAD_DELAY_JITTER = 0.2
DOWNLOAD_TIMEOUT = 30  # a site file may say otherwise: timeout
DOWNLOAD_MAXSIZE = PAGE_LIMIT
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
RETRY_TIMES = 2
REDIRECT_MAX_TIMES = 5
COOKIES_ENABLED = False
HTTPERROR_ALLOW_ALL = True
TELNETCONSOLE_ENABLED = False
METAREFRESH_ENABLED = False

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.guard.GuardMiddleware": 50,
    "crawler.politeness.RobotsMiddleware": 100,
    "crawler.politeness.SlotMiddleware": 900,
    "crawler.capture.CaptureMiddleware": 950,
    "crawler.guard.PeerMiddleware": 990,
}
TWISTED_DNS_RESOLVER = "crawler.guard.PinnedResolver"
ITEM_PIPELINES = {"pipelines.item_pipeline.ArchivePipeline": 300}
EXTENSIONS = {"scrapy.extensions.logstats.LogStats": None, "scrapy.extensions.memusage.MemoryUsage": None}
LOG_LEVEL = "INFO"


def slot_delay(pace: float) -> float:
    """Scrapy's delay for a slot where two requests are never closer than `pace` seconds: its jitter goes both ways, ours only upward."""
    return pace / (1 - DOWNLOAD_DELAY_JITTER)


def shortest_gap(delay: float) -> float:
    """The pace that a slot's delay keeps: `slot_delay` the other way round."""
    return delay * (1 - DOWNLOAD_DELAY_JITTER)
