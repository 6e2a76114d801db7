"""RSS and Atom feeds, by feedparser."""

import io

from feedparser.api import parse
from feedparser.util import FeedParserDict

from crawler.discovery import MOST, Pointer, Signs, UnreadableSignpost
from crawler.site import Site
from crawler.urls import is_article


def read_feed(body: bytes, site: Site) -> Signs:
    """The articles a feed names; `sign` is the entry's update, or nothing: a publication date does not change with an edit.

    Raises UnreadableSignpost where there is no feed.
    """
    parsed = parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        msg = f"no feed: {parsed.get('bozo_exception') or 'neither RSS nor Atom'}"
        raise UnreadableSignpost(msg)
    return Signs(
        tuple(
            Pointer(entry.link, "article", sign=entry.get("updated") if parsed.version.startswith("atom") else None, hint=_hint(entry))
            for entry in parsed.entries[:MOST]
            if entry.get("link") and is_article(entry.link, site)
        ),
        cut=len(parsed.entries) > MOST,
    )


def _hint(entry: FeedParserDict) -> dict[str, str]:
    return {name: entry[key] for name, key in (("title", "title"), ("published", "published")) if entry.get(key)}
