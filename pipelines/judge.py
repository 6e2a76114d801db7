"""What captures are: an article, a file with words, a named failure, or nothing to read. One judgement for all who ask. No clock, no network."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urljoin

from archive.records import Capture, Evidence, Failure, FileText, Reading, Reason
from pipelines import urls
from pipelines.context import Context
from pipelines.files import file_text
from pipelines.read import further_pages, read, refused

REDIRECTS = frozenset({301, 302, 303, 307, 308})  # those that clients follow
MOST_PAGES = 50  # of one article

Result = Reading | FileText | Failure | None  # None: nothing to read (a listing, a redirect, an image), or an article that is not whole yet


def judge(pages: Sequence[Capture], context: Context) -> Result:
    """What an article is, from the capture of its first page and those of the further ones asked for so far; or any other capture, alone."""
    first = pages[0]
    if first.broken:
        return Failure(*first.broken, first)
    if first.kind == "robots" or target(first):
        return None
    if failure := refused(first):
        return failure
    if first.kind == "attachment":
        return file_text(first)
    if first.kind != "article" or target(pages[-1]) or unasked(pages, context):
        return None
    return _kept(read([one for one in pages if _is_page(one)], context), pages, context)


def _kept(reading: Reading | Failure, pages: Sequence[Capture], context: Context) -> Reading | Failure:
    """The article with a doubt where pages of it are missing; a failure where it is of another edition than those that are kept."""
    if isinstance(reading, Failure):
        return reading
    language = reading.article.language
    if context.languages and language not in context.languages:
        return Failure(Reason.OTHER_LANGUAGE, f"written in {language!r}; its site file keeps {', '.join(context.languages)}", pages[0])
    return _doubted(reading, missing(pages))


def unasked(pages: Sequence[Capture], context: Context) -> list[str]:
    """The addresses of the article's further pages that were not asked for yet."""
    if len(pages) >= MOST_PAGES:
        return []
    asked = {urls.clean(one.url) for one in pages}
    return [url for one in pages if _is_page(one) for url in further_pages(one, context) if url not in asked]


def missing(pages: Sequence[Capture]) -> list[Failure]:
    """Why further pages could not be had, where no later answer brought them."""
    had = {one.url for one in pages if _is_page(one)}
    lost = [one for one in pages[1:] if one.url not in had and not target(one)]
    return [failure for one in lost if (failure := Failure(*one.broken, one) if one.broken else refused(one))]


def target(capture: Capture) -> str | None:
    """Where a redirect leads, as `urls.clean` has it. Headers are latin-1 here, but servers write UTF-8."""
    location = capture.header("Location")
    if not location or capture.status not in REDIRECTS:
        return None
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        found = urls.clean(urljoin(capture.url, location))
    except ValueError:  # no address
        return None
    return found if found.startswith(("http://", "https://")) else None


def _is_page(capture: Capture) -> bool:
    return not (capture.broken or target(capture) or refused(capture))


def _doubted(reading: Reading, gaps: Sequence[Failure]) -> Reading:
    if not gaps:
        return reading
    said = "; ".join(f"{gap.capture.url if gap.capture else ''}: {gap.detail}" for gap in gaps)
    evidence = tuple(replace(one, doubt=f"a page of it is missing: {said}") if one.field == "text" else one for one in reading.article.evidence)
    if not any(one.field == "text" for one in evidence):
        evidence += (Evidence("text", "pages", "", f"a page of it is missing: {said}"),)
    return replace(reading, article=replace(reading.article, evidence=evidence))
