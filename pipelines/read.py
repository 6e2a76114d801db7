"""Reading: captures of one article to the article, or the named reason why they hold none. Deterministic; a defect of ours is a reason too."""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from archive.encoding import PAGE_LIMIT, content
from archive.errors import BrokenEncoding, TooLargeUnpacked
from archive.records import Article, Capture, Failure, Reading, Reason
from archive.reference import load_reference
from pipelines import urls
from pipelines.context import Context
from pipelines.layout import Layout
from pipelines.mentions import find
from pipelines.reading import generic, last_resort, legacy
from pipelines.reading.article import Located, assemble, locate
from pipelines.reading.decode import held, markup
from pipelines.reading.select import Page, elements, needed
from pipelines.reading.text import normal
from pipelines.reading.tree import LONGEST_TEXT, TooMuch, inner_text, parse

log = logging.getLogger(__name__)

CHALLENGE = re.compile(
    rb"document\.cookie|location\.(?:reload|replace|href)|toNumbers|slowAES|D1N="
    rb"|__cf_chl|cf-browser-verification|challenge-platform|just a moment|checking your browser",
    re.IGNORECASE,
)
PASSWORD = re.compile(rb"<input\b[^>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)
LONGEST_TITLE = 10_000  # characters
CHALLENGE_WORDS = 300  # characters at most that a challenge shows
MULTIPLE, NOT_MODIFIED, BAD, MISSING, GONE, SERVER = 300, 304, 400, 404, 410, 500


def read(captures: Sequence[Capture], context: Context) -> Reading | Failure:
    """One article from its captures, several where it has several pages. Never raises for what a page holds."""
    try:
        return _read(captures, context)
    except Exception as error:  # a crawl must not die of one page
        log.exception("%s: the reader failed on capture %s", captures[0].url, captures[0].id)
        return Failure(Reason.READER_ERROR, repr(error), captures[0])


def read_html(body: str | bytes, url: str, *, context: Context | None = None, fetched_at: datetime | None = None) -> Reading | Failure:
    """The same for a page at hand: its bytes or characters, the address it is from, and when it was fetched (UTC where it names no
    zone; None: read by the newest layout).
    """
    context = context or Context(reference=load_reference())
    if fetched_at and fetched_at.tzinfo is None:
        fetched_at = fetched_at.replace(tzinfo=UTC)
    source = markup(body) if isinstance(body, bytes) else held(body)
    if isinstance(source, Failure):
        return source
    try:
        return _article([_page(source, url)], context, fetched_at)
    except Exception as error:  # as in `read`
        log.exception("%s: the reader failed", url)
        return Failure(Reason.READER_ERROR, repr(error))


def _read(captures: Sequence[Capture], context: Context) -> Reading | Failure:
    pages: list[Page] = []
    for capture in captures:
        source = _source(capture)
        if isinstance(source, Failure):
            return replace(source, capture=capture)
        pages.append(_page(source, capture.url))
    found = _article(pages, context, captures[0].fetched_at)
    return replace(found, capture=captures[0]) if isinstance(found, Failure) else found


@lru_cache(maxsize=1)  # whether it has further pages is asked of a page right before it is read
def _source(capture: Capture) -> bytes | Failure:
    if capture.broken:
        return Failure(*capture.broken)
    if failure := refused(capture):
        return failure
    try:
        body = content(capture, PAGE_LIMIT)
    except TooLargeUnpacked as error:
        return Failure(Reason.TOO_LARGE, str(error))
    except BrokenEncoding as error:
        return Failure(Reason.UNDECODABLE, str(error))
    return markup(body, capture.header("content-type") or "")


def refused(capture: Capture) -> Failure | None:
    """The failure that the status of an answer says, whatever was asked for; None for a page to look at (a 304 stands for one)."""
    status = capture.status
    if status < MULTIPLE or status == NOT_MODIFIED:
        return None
    detail = f"HTTP {status}"
    if status >= SERVER:
        return Failure(Reason.HTTP_SERVER_ERROR, detail, capture)
    if status >= BAD:
        return Failure(Reason.GONE if status in {MISSING, GONE} else Reason.HTTP_CLIENT_ERROR, detail, capture)
    return Failure(Reason.NOT_AN_ARTICLE, f"{detail} to {capture.header('location') or 'nowhere'}", capture)


def further_pages(capture: Capture, context: Context) -> tuple[str, ...]:
    """The addresses of an article's other pages that this page of it links to, by the layout of its day."""
    selectors = _layouts(context, capture.fetched_at)[0].pages
    if not selectors or isinstance(source := _source(capture), Failure):
        return ()
    if not any(
        all(name.encode() in source for names in needed(css) for name in names) for css in selectors
    ):  # nearly all articles have one page: that need not be parsed to be seen
        return ()
    page = _page(source, capture.url)
    found = dict.fromkeys(
        urls.clean(urljoin(capture.url, link.get("href", "")))
        for css in selectors
        for hit in elements(page, css)
        for link in ([hit] if hit.tag == "a" else hit.iter("a"))
    )
    own = urlsplit(capture.url).netloc
    return tuple(url for url in found if urlsplit(url).netloc == own and url != urls.clean(capture.url))


def challenge(body: bytes) -> Failure | None:
    """Is this page a script that a visitor has to pass, whatever was asked for?"""
    source = markup(body)
    return source if isinstance(source, Failure) else _challenge(_page(source, ""))


def _challenge(page: Page) -> Failure | None:
    words = normal(inner_text(page.root))
    if len(words) <= CHALLENGE_WORDS and CHALLENGE.search(page.source):
        return Failure(Reason.CHALLENGE_PAGE, f"a script instead of a page: {words[:80]!r}")
    return None


def _page(source: bytes, url: str) -> Page:
    root = parse(source)
    legacy.convert(root, source)
    return Page(root, source, url)


def _article(pages: Sequence[Page], context: Context, fetched_at: datetime | None) -> Reading | Failure:
    try:
        article = _by_layout(pages, context, fetched_at)
    except TooMuch as error:
        return Failure(Reason.TOO_LARGE, str(error))
    if article is None:
        failure = _why_not(pages[0], context, fetched_at)
        unread = failure.reason is Reason.NOT_AN_ARTICLE and not _layouts(context, fetched_at)[0].body
        article = last_resort.article_of(pages[0], context) if unread else None
        if article is None:
            return failure
    if not (article.text or article.images or article.attachments):
        return _protected(pages[0]) or Failure(Reason.EMPTY_BODY, f"nothing under the title {article.title[:80]!r}")
    if len(article.title) > LONGEST_TITLE or len(article.text) > LONGEST_TEXT:
        return Failure(Reason.TOO_LARGE, f"a title of {len(article.title)} and a text of {len(article.text)} characters")
    mentions, claims = find(article, context)
    return Reading(article, mentions, claims)


def _protected(page: Page) -> Failure | None:
    """Is a password asked for? To be asked only where nothing of an article stands: many pages have a login in their header."""
    found = PASSWORD.search(page.source)
    return Failure(Reason.PROTECTED, f"no article, but a form for a password: {found.group().decode()[:80]!r}") if found else None


def _layouts(context: Context, fetched_at: datetime | None) -> tuple[Layout, ...]:
    return context.layouts_on(fetched_at.date() if fetched_at else date.max) if context.layouts else (generic.LAYOUT,)


def _by_layout(pages: Sequence[Page], context: Context, fetched_at: datetime | None) -> Article | None:
    """By the layout of the capture's day; by a neighbour, with a doubt, where that one does not fit."""
    for distance, layout in enumerate(_layouts(context, fetched_at)):
        located = [found for page in pages if (found := _located(page, layout))]
        if len(located) == len(pages):
            return assemble(_apart(located) if len(located) > 1 else located, context, fetched_at=fetched_at, doubt=_doubt(layout, distance))
    return None


def _apart(located: Sequence[Located]) -> list[Located]:
    """Each page once: the first may stand under two addresses."""
    texts = [one.body.text for one in located]
    return [one for number, one in enumerate(located) if texts.index(texts[number]) == number]


def _located(page: Page, layout: Layout) -> Located | None:
    if not layout.body:
        return generic.locate(page, layout)
    title, body = locate(page, layout)
    return Located(page, title, body, "layout", layout) if title and body else None


def _doubt(layout: Layout, distance: int) -> str | None:
    if not layout.body:
        return "no layout describes this page"
    return f"read by the layout until {layout.valid_until or 'now'}: that of the day of the capture does not fit" if distance else None


def _why_not(page: Page, context: Context, fetched_at: datetime | None) -> Failure:
    if asked := _challenge(page):
        return asked
    layout = _layouts(context, fetched_at)[0]
    if layout.gone and (said := re.search(layout.gone, normal(inner_text(page.root)))):
        return Failure(Reason.GONE, f"the page says {said.group()!r}")
    if not layout.body:
        return _protected(page) or Failure(Reason.NOT_AN_ARTICLE, "no block of paragraphs under a heading")
    title, body = locate(page, layout)
    missing = [
        f"{name} ({', '.join(selectors)})" for name, hit, selectors in (("title", title, layout.title), ("body", body, layout.body)) if not hit
    ]
    if body or generic.locate(page):
        return Failure(Reason.FIELD_MISSING, f"the page looks like an article, but the layout finds no {' and no '.join(missing)}")
    return _protected(page) or Failure(Reason.NOT_AN_ARTICLE, f"no {' and no '.join(missing)}")
