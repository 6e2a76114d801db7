"""The REST interface of WordPress: every post with when it was changed last, and how many there are."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.discovery import Pointer, Signs, Step, UnreadableSignpost
from crawler.site import Site
from crawler.urls import is_article

LONGEST_NUMBER = 10  # digits
ASKED = {"per_page": "100", "orderby": "modified", "order": "desc", "_fields": "link,date,modified_gmt,title"}


def first_page(url: str) -> str:
    """The address of the newest changes, whether the interface is `/wp-json/wp/v2/posts` or `?rest_route=/wp/v2/posts`."""
    return _with(url, ASKED)


def read_rest(body: bytes, headers: Mapping[str, str], url: str, site: Site) -> Signs:
    """The posts of one page, newest change first; `sign` is the change, `total` what X-WP-Total claims. Names of `headers` are in small letters.

    Raises UnreadableSignpost.
    """
    try:
        posts = json.loads(body)
    except (ValueError, RecursionError) as error:
        msg = f"no list of posts: {error}"
        raise UnreadableSignpost(msg) from error
    if not isinstance(posts, list):
        code = posts.get("code") if isinstance(posts, dict) else type(posts).__name__
        msg = f"no list of posts: {code}"
        raise UnreadableSignpost(msg)
    pointers = tuple(
        Pointer(post["link"], "article", sign=post.get("modified_gmt"), hint=_hint(post))
        for post in posts
        if isinstance(post, dict) and isinstance(post.get("link"), str) and is_article(post["link"], site)
    )
    page, pages = _number(dict(parse_qsl(urlsplit(url).query)).get("page")) or 1, _number(headers.get("x-wp-totalpages"))
    following = Step(_with(url, {"page": str(page + 1)})) if posts and pages is not None and page < pages else None
    return Signs(pointers, following, total=_number(headers.get("x-wp-total")))


def _hint(post: Mapping[str, object]) -> dict[str, str]:
    title = post.get("title")
    shown = title.get("rendered") if isinstance(title, dict) else title
    return {name: value for name, value in (("title", shown), ("published", post.get("date"))) if isinstance(value, str)}


def _number(header: str | None) -> int | None:
    return int(header) if header is not None and header.isdecimal() and len(header) < LONGEST_NUMBER else None


def _with(url: str, parameters: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | dict(parameters))))
