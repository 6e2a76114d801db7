"""Cost of reading a page as a multiple of a bare lxml parse of it: `python tests/benchmarks/reading.py [--rounds 10]`.

Over the pages of the sample departments, filled up to 75 kB with a theme's furniture, by their layouts and without any. The best round counts,
since another process on the machine only ever adds.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import click
from lxml import html
from pages import article, padded, slug

from congthuong.demo import cms, sharepoint
from congthuong.demo.samples import SYSTEMS, sample_sites
from pipelines.context import Context
from pipelines.read import read_html

Page = tuple[bytes, str]  # and its address
ADDRESSES: dict[str, Callable[[Any, cms.Article], str]] = {
    "demo-bac-kan": lambda _, one: f"/{one.page['slug']}/",
    "demo-lang-son": lambda department, one: department.link(one),
    "demo-cao-bang": lambda department, one: department.link(one),
    "demo-ha-giang": lambda _, one: sharepoint.address(one),
}


@click.command()
@click.option("--rounds", default=10, show_default=True)
def main(rounds: int) -> None:
    """Print a line for each kind of page."""
    click.echo(f"{'':24} {'parse':>8} {'layout':>8} {'generic':>8}   ms a page, and as a multiple of the parse")
    for name, context, pages in kinds():
        parse = best(rounds, pages, bare)
        layout = best(rounds, pages, partial(read_html, context=context))
        generic = best(rounds, pages, read_html)
        click.echo(f"{name:24} {parse:8.2f} {layout:8.2f} {generic:8.2f}   {layout / parse:.1f} x, {generic / parse:.1f} x")


def kinds() -> Iterator[tuple[str, Context, list[Page]]]:
    sites = sample_sites()
    for name, system in SYSTEMS.items():
        department = system(name, origin="http://127.0.0.1:8000")
        targets = [ADDRESSES[name](department, one) for one in department.articles]
        yield name, sites[name].context(), [(padded(department.get(target).body), department.origin + target) for target in targets]
    origin = "http://127.0.0.1:8000"
    written = [(article(number, origin), f"{origin}/{slug(number)}/") for number in range(12)]
    yield "articles of `pages`", sites["demo-bac-kan"].context(), written


def bare(page: bytes, _: str) -> None:
    html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))


def best(rounds: int, pages: list[Page], work: Callable[[bytes, str], object]) -> float:
    """Milliseconds of CPU a page in the quickest round."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        for page in pages:
            work(*page)
        times.append((time.process_time() - start) * 1000 / len(pages))
    return min(times)


if __name__ == "__main__":
    main()
