"""Every kind of signpost there is, and the function that reads it. A further kind is a further line."""

from collections.abc import Callable, Mapping
from typing import Any

from scrapy.http import Response, TextResponse

from crawler.discovery import Signs, UnreadableSignpost
from crawler.discovery.feed import read_feed
from crawler.discovery.listing import read_listing
from crawler.discovery.rest import read_rest
from crawler.discovery.sitemap import read_sitemap
from crawler.site import Site

Hint = Mapping[str, Any]


def _rest(response: Response, site: Site, _hint: Hint) -> Signs:
    headers = {str(name).lower(): str(value) for name, value in response.headers.to_unicode_dict().items()}
    return read_rest(response.body, headers, response.url, site)


def _listing(response: Response, site: Site, hint: Hint) -> Signs:
    return read_listing(response.text if isinstance(response, TextResponse) else "", response.url, site, depth=hint.get("depth", 0))


SIGNPOSTS: dict[str, Callable[[Response, Site, Hint], Signs]] = {
    "rest": _rest,
    "sitemap": lambda response, site, _hint: read_sitemap(response, site),
    "feed": lambda response, site, _hint: read_feed(response.body, site),
    "listing": _listing,
}


def read_signpost(kind: str, response: Response, site: Site, hint: Hint) -> Signs:
    """What one page of a signpost says; `hint` is what was known of it when it was found. Raises UnreadableSignpost."""
    if kind not in SIGNPOSTS:
        msg = f"no signpost is called {kind!r}"
        raise UnreadableSignpost(msg)
    return SIGNPOSTS[kind](response, site, hint)
