"""How the pages of a site are laid out, as data: where title, body, byline and date stand. Touches no page itself; `article` reads by it.

A selector is CSS as `cssselect` knows it. `a, b` takes either; a field with a list of selectors tries them in order and takes the first that
finds something. `::attr(name)` at its end takes an attribute instead of the text. `:contains('Tác giả')` tells case.
"""

import re
from datetime import date
from functools import cached_property, lru_cache
from typing import Annotated, Literal, Self

from cssselect import HTMLTranslator, SelectorError
from cssselect.parser import Function
from cssselect.xpath import XPathExpr
from lxml.etree import XPath
from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

TITLE = ("h1",)  # where a layout that names no title looks for it
CLASS, ID = re.compile(r"\.([A-Za-z][\w-]*)"), re.compile(r"#([A-Za-z][\w-]*)")
ATTRIBUTE = re.compile(r"::attr\(([\w:-]+)\)\s*$")


@lru_cache(maxsize=4096)
def split(selector: str) -> tuple[str, str | None]:
    """The CSS part and the attribute it ends in, if any."""
    found = ATTRIBUTE.search(selector)
    return (selector[: found.start()].rstrip(), found.group(1)) if found else (selector, None)


class Translator(HTMLTranslator):
    """CSS to XPath as libxml2 is quick at, half the time of the standard translation.

    Without lxml's extension function for `:contains`: used a second time, that reads freed memory (lxml 6.1.3, libxml2 2.14.6).
    """

    def xpath_descendant_combinator(self, left: XPathExpr, right: XPathExpr) -> XPathExpr:
        return left.join("/descendant::", right)

    def xpath_attrib_includes(self, xpath: XPathExpr, name: str, value: str | None) -> XPathExpr:
        """A class: what does not even contain its letters is passed over before white space is put in order."""
        if value:
            xpath.add_condition(f"contains({name}, {self.xpath_literal(value)})")
        return super().xpath_attrib_includes(xpath, name, value)

    def xpath_contains_function(self, xpath: XPathExpr, function: Function) -> XPathExpr:
        words = self.xpath_literal(function.arguments[0].value or "")
        return xpath.add_condition(f"contains(string(.), {words})")


@lru_cache(maxsize=4096)
def compiled(css: str, prefix: str = "descendant-or-self::") -> XPath:
    """A selector ready to be called on an element, to look along the axis `prefix`; raises SelectorError."""
    if found := CLASS.fullmatch(css):  # most selectors: from the attributes to their elements it is half the way
        return XPath(f"{prefix}*/@class[contains(., '{found[1]}') and contains(concat(' ', normalize-space(.), ' '), ' {found[1]} ')]/..")
    if found := ID.fullmatch(css):
        return XPath(f"{prefix}*/@id[. = '{found[1]}']/..")
    return XPath(Translator().css_to_xpath(css, prefix))


def _selector(text: str) -> str:
    css, _ = split(text)
    try:
        compiled(css)
    except SelectorError as error:
        msg = f"{text!r} is no CSS selector: {error}"
        raise ValueError(msg) from error
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        msg = f"{text!r} is no regular expression: {error}"
        raise ValueError(msg) from error
    return text


Selector = Annotated[str, AfterValidator(_selector)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class Strict(BaseModel):
    """Unknown keys and wrong types are errors; a loaded value does not change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Layout(Strict):
    """One look of a site's article pages, up to and including the day `valid_until`.

    Where only addresses are known, a layout has no `body`: `generic` looks for title and body, the rest of the layout is used as ever.
    """

    valid_until: date | None = None
    identity: Pattern | None = None  # its first group, searched in path and query, names the article; None: path and parameters that matter

    title: list[Selector] = [*TITLE]
    body: list[Selector] = []  # the element that holds the article's paragraphs; what stands in `remove` is taken out first
    lead: list[Selector] = []  # the sapo, where it stands outside the body or is marked inside it
    byline: list[Selector] = []  # where the name is set apart; without it the end of the body is searched
    byline_in_body: bool = True  # also look for the name at the end of the body
    published: list[Selector] = []  # the printed date, label and all; never the clock of the page header
    modified: list[Selector] = []
    category: list[Selector] = []
    tags: list[Selector] = []
    source: list[Selector] = []
    attachments: list[Selector] = []  # links to files, where they stand outside the body; links to files inside it always count
    image: list[Selector] = []  # the article's picture, where it stands outside the body
    caption: list[Selector] = []  # captions inside the body; figcaption always counts
    remove: list[Selector] = []  # furniture inside title, lead and body
    pages: list[Selector] = []  # links to the further pages of a long article, which is one article
    gone: Pattern | None = None  # searched in the words of a page that is no article: the system says so, with 200, of one that was removed
    date_order: Literal["dmy", "mdy"] = "dmy"
    meta_author: bool = False  # believe <meta name="author"> and JSON-LD author; nearly always the site or its account
    language: str = "vi"

    @model_validator(mode="after")
    def _no_title_alone(self) -> Self:
        if not self.body and self.title != [*TITLE]:
            msg = "a layout that names a title names the body too; without either, the generic reader looks for both"
            raise ValueError(msg)
        return self

    @cached_property
    def identity_pattern(self) -> re.Pattern[str] | None:
        return re.compile(self.identity) if self.identity else None
