"""The reader for pages that call themselves articles, but in which our own reader finds none: trafilatura, its paragraphs only, doubted.

It knows nothing of departments' pages, so no date, name or category is taken from it.
"""

from html import escape

from bs4 import BeautifulSoup

from archive.records import Article, Evidence
from pipelines.context import Context
from pipelines.reading.select import Page
from pipelines.reading.text import is_furniture, normal

DOUBT = "no layout describes this page, and a general program found its text"
LEAST = 400  # characters: it calls a list of links an article sooner than it should
BLOCKS = ("p", "h2", "h3", "h4", "li", "tr", "quote", "blockquote")


def article_of(page: Page, context: Context) -> Article | None:
    """None where the page does not call itself an article, where there is no text to speak of, or nothing to call it by."""
    if not page.structured.says_article:
        return None
    import trafilatura  # noqa: PLC0415 - half a second of imports that hardly any page needs

    markup = page.source.decode("utf-8", "ignore")
    told = trafilatura.extract_metadata(markup, default_url=page.url)
    title = normal(told.title or "") if told else ""
    body = trafilatura.extract(markup, url=page.url, output_format="html", include_comments=False, include_tables=True) or ""
    lines = _lines(body)
    text = "\n".join(lines)
    if not title or len(text) < LEAST:
        return None
    evidence = (Evidence("title", "trafilatura", title, DOUBT), Evidence("text", "trafilatura", "", DOUBT))
    html = "\n".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)
    return Article(site=context.site, url=page.url, title=title, text=text, html=html, evidence=evidence)


def _lines(body: str) -> list[str]:
    found = [one for one in BeautifulSoup(body, "lxml").find_all(BLOCKS) if not one.find(BLOCKS)]
    return [line for one in found if (line := normal(one.get_text(" "))) and not is_furniture(line)]
