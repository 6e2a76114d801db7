"""Cost of mentions and claims, in ms of CPU for 5 kB of text: `python tests/benchmarks/mentions.py`.

`news` are articles of 5 kB from the paragraphs of kept pages, as `rebuild.py` has them; `dense` the gold articles, which speak of clusters in almost every
sentence; `hostile` a megabyte of "cụm cụm cụm …". The best of five counts, since others on the machine only ever add.
"""

import sys
import time
from collections.abc import Iterable
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from pages import article

from archive.records import Article, Reading
from mention_gold import context_of, load
from pipelines import read_html
from pipelines.mentions import find


@click.command()
def main() -> None:
    """Measure."""
    readings = (read_html(article(number, "http://127.0.0.1"), f"http://127.0.0.1/{number}/") for number in range(100))
    news = [one.article for one in readings if isinstance(one, Reading)]
    dense = [case.article for part in ("gate", "others") for case in load(part) if "/articles-" in case.name]
    hostile = [Article("s", "u", "", "cụm " * 250_000, "")]
    for name, articles in (("news", news), ("dense", dense), ("hostile", hostile)):
        size = sum(len(one.text.encode()) for one in articles)
        click.echo(f"{name}: {cost(articles) / size * 5_000_000:.2f} ms for 5 kB ({len(articles)} of {size / len(articles) / 1000:.1f} kB)")


def cost(articles: Iterable[Article]) -> float:
    """Seconds of CPU for all of them."""
    context, best = context_of("lang-son"), float("inf")
    for _ in range(5):
        before = time.process_time()
        for one in articles:
            find(one, context)
        best = min(best, time.process_time() - before)
    return best


if __name__ == "__main__":
    main()
