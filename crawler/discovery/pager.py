"""The way from one page of a listing to the next, for every pager met in the field. Reads a parsed page; asks for nothing.

In this order: the site's own selectors, `rel=next`, a link that says "next", the page number after the current one. A link that posts the
page's form (`__doPostBack` of ASP.NET) is a step with a body.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urlencode

from lxml import html

from crawler.discovery import Step
from crawler.urls import resolved
from pipelines.layout import compiled

PAGERS, LINKS = 100, 500  # of a page, and in one pager, that are looked at: what is nested without end must not be read without end
NEXT_WORDS = re.compile(
    r"^(?:(?:trang\s+)?(?:tiếp(?:\s+theo)?|sau|kế(?:\s+tiếp)?)|xem\s+tiếp|next(?:\s+page)?|older(?:\s+posts)?|cũ\s+hơn)?\s*(?:>|›|»|→|>>)?$",
    re.IGNORECASE,
)
PAGER = compiled("[class*='pag'], [class*='Pag'], [class*='lfr-'], [class*='listingBar'], [id*='pag'], [id*='Pag'], .nav-links, [role='navigation']")
CURRENT = compiled(".active, .current, .selected, .currentpage, [aria-current], strong, b, span")
NUMBER = re.compile(r"^\d{1,4}$")
POST_BACK = re.compile(r"""^javascript:\s*__doPostBack\(\s*(?:'|&#39;|")([^'"]*)(?:'|&#39;|")\s*,\s*(?:'|&#39;|")([^'"]*)(?:'|&#39;|")\s*\)""")
FORM_FIELDS = ("__VIEWSTATE", "__VIEWSTATEGENERATOR", "__EVENTVALIDATION", "__PREVIOUSPAGE", "__VIEWSTATEENCRYPTED")


def next_page(tree: html.HtmlElement, url: str, selectors: Sequence[str] = ()) -> Step | None:
    """The step to the page after this one; None where there is none, or it leads to this page again."""
    for link in (*_chosen(tree, selectors), *_related(tree), *_worded(tree), *_numbered(tree)):
        step = _step(tree, link, url)
        if step is not None:
            return step
    return None


def _chosen(tree: html.HtmlElement, selectors: Sequence[str]) -> Iterator[html.HtmlElement]:
    for selector in selectors:
        for element in compiled(selector)(tree):
            yield from [element] if element.tag == "a" else element.iter("a")


def _related(tree: html.HtmlElement) -> Iterator[html.HtmlElement]:
    yield from tree.xpath("//*[self::a or self::link][contains(concat(' ', normalize-space(@rel), ' '), ' next ')][@href]")


def _worded(tree: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Links of a pager that say "next" in words or arrows, or in their label."""
    for pager in PAGER(tree)[:PAGERS]:
        for link in islice(pager.iter("a"), LINKS):
            said = [" ".join(link.text_content().split()), link.get("title", ""), link.get("aria-label", "")]
            if any(word and NEXT_WORDS.match(word.strip()) for word in said):
                yield link


def _numbered(tree: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The link of the page number after the one that is marked as current, within one pager."""
    for pager in PAGER(tree)[:PAGERS]:
        numbers = {text: link for link in islice(pager.iter("a"), LINKS) if NUMBER.match(text := link.text_content().strip())}
        if not numbers:
            continue
        marked = [text for element in CURRENT(pager)[:LINKS] if NUMBER.match(text := element.text_content().strip()) and not _followed(element)]
        if marked and (link := numbers.get(str(int(marked[0]) + 1))) is not None:
            yield link


def _followed(element: html.HtmlElement) -> bool:
    """Does the element only wrap a link that leads elsewhere?"""
    links = [element] if element.tag == "a" else list(element.iter("a"))
    return any(link.get("href", "#").strip() not in {"#", "", "javascript:void(0)", "javascript:;"} for link in links) and not _is_current(element)


def _is_current(element: html.HtmlElement) -> bool:
    return bool({"active", "current", "selected", "currentpage"} & set(element.get("class", "").split())) or element.get("aria-current") is not None


def _step(tree: html.HtmlElement, link: html.HtmlElement, url: str) -> Step | None:
    href = link.get("href", "").strip()
    if posted := POST_BACK.match(href):
        return Step(url, _form(tree, *posted.groups()))
    if not href or href.startswith(("#", "javascript:", "mailto:")) or {"disabled", "inactive"} & set(link.get("class", "").split()):
        return None
    target = resolved(url, href).split("#", 1)[0]
    if not target.startswith(("http://", "https://")) or target == url.split("#", 1)[0]:
        return None
    return Step(target)


def _form(tree: html.HtmlElement, target: str, argument: str) -> bytes:
    """The body of an ASP.NET post back: the page's hidden state, and who asks for what."""
    fields = {"__EVENTTARGET": target, "__EVENTARGUMENT": argument}
    for name in FORM_FIELDS:
        for value in tree.xpath("//input[@name=$name]/@value", name=name):
            fields[name] = str(value)
    return urlencode(fields).encode()
