"""Title, date, lead, text and names of pages put together at random (`composed`), read as pages of a site of which nothing is known.

`--composed N` reads N pages drawn anew; the seed it prints draws the same again. A page that is read wrong is named by its number: `compose(number).html`.
"""

from datetime import UTC, datetime

import pytest

from archive.records import Reading
from composed import SITE, Composed, compose
from pipelines.context import Context
from pipelines.read import read_html

CONTEXT = Context(site="hoa-lam", site_name=SITE)
FETCHED = datetime(2026, 7, 1, tzinfo=UTC)
FEW = 600


def said(page: Composed) -> dict[str, object]:
    found = read_html(page.html, "https://sct.hoa-lam.example/tin/1.html", context=CONTEXT, fetched_at=FETCHED)
    if not isinstance(found, Reading):
        return {"title": found.reason}
    article = found.article
    return {
        "title": article.title,
        "published_at": article.published_at,
        "lead": article.lead,
        "paragraphs": tuple(article.text.split("\n")),
        "authors": tuple(one.name for one in article.byline.authors) if article.byline else (),
    }


def test_pages_put_together_of_all_forms_are_read_as_they_were_meant(request: pytest.FixtureRequest) -> None:
    count = request.config.getoption("--composed") or FEW
    first = 0 if count == FEW else request.config.getoption("--seed") * 1000
    wrong = []
    for number in range(first, first + count):
        page = compose(number)
        misses = {name: was for name, was in said(page).items() if was != getattr(page, name)}
        if misses:
            wrong.append(f"compose({number}) {page.parts}: {misses}")
    assert not wrong, f"{len(wrong)} of {count} pages\n" + "\n".join(wrong[:10])


def test_composed_pages_say_what_they_are_said_to_say() -> None:
    """The truth stands on the page, and each place and form is drawn."""
    pages = [compose(number) for number in range(FEW)]
    assert all(one.title in one.html and all(line in one.html for line in one.paragraphs) for one in pages)
    assert sum(one.published_at is None for one in pages) > 10
    assert len({one.parts[0] for one in pages}) == 18
    assert len({one.parts[1] for one in pages}) == 31
