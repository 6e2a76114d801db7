"""Cost of a rebuild, in ms a capture of 75 kB, writes included: `python tests/benchmarks/rebuild.py [--pages 500] [--rounds 3] [--jobs 2]`.

The captures are written without a network; then two site folders of different size are rebuilt by the real command line, so that the start-up
can be left out. The best round counts, since others on the machine only ever add. With several jobs it is time that is told, not CPU. Peak memory is
that of the largest process: `--pages 20000 --rounds 1` shows that it is the same as for 500. What a bare lxml parse of the same pages costs says how
fast the machine is.
"""

import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from lxml import etree
from pages import SITE_FILE, article, slug

from archive.captures import Exchange, SiteFolder
from archive.data import DataFolder
from crawler.site_files import read_site_file, save_site

FEW = 20  # captures of the smaller folder
ORIGIN = "http://127.0.0.1:8000"


@click.command()
@click.option("--pages", default=500, show_default=True, help="Captures of the larger folder.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--jobs", default=1, show_default=True)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Write a folder of so many captures here and do nothing else.")
def main(pages: int, rounds: int, jobs: int, keep: Path | None) -> None:
    """Measure; or only write what would be measured."""
    if keep:
        fill(keep, pages)
        return
    (few, little), (many, much) = (min(rounds_of(count, rounds, jobs)) for count in (FEW, pages))
    each = (many - few) / (pages - FEW)
    unit = "second and core" if jobs == 1 else f"second with {jobs} processes"
    click.echo(f"{each * 1000:.2f} ms a capture, {1 / each:.0f} captures a {unit}; start-up {few - each * FEW:.1f} s")
    click.echo(f"{(much - little) / (pages - FEW) / 1000:.1f} kB an article in archive.db; a bare parse {bare_parse() * 1000:.2f} ms a page")
    click.echo(f"at most {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB in any process")


def rounds_of(count: int, rounds: int, jobs: int) -> Iterator[tuple[float, int]]:
    """Seconds of each rebuild, of CPU for one job, by the clock for several; and the size of `archive.db` in bytes."""
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name), count)
        for _ in range(rounds):
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            command = [sys.executable, "-m", "congthuong", "rebuild", "--data", name, "--jobs", str(jobs)]
            subprocess.run(command, check=True, timeout=3600, capture_output=True, cwd=Path(__file__).parents[2])
            after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            yield cpu if jobs == 1 else ended - began, DataFolder(Path(name)).archive_db.stat().st_size


def bare_parse() -> float:
    """Seconds of CPU that lxml takes for one page and no more; the best of several goes over a hundred of them."""
    pages = [article(number, ORIGIN) for number in range(100)]
    best = math.inf
    for _ in range(5):
        began = time.process_time()
        for page in pages:
            etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
        best = min(best, (time.process_time() - began) / len(pages))
    return best


def fill(path: Path, count: int) -> None:
    """A data folder with one site and its captures."""
    data = DataFolder.named(path).make()
    file = path / "articles.toml"
    file.write_text(SITE_FILE.format(home=ORIGIN), encoding="utf-8")
    site = read_site_file(file)
    with SiteFolder.open(data.site(site.id), site.id, write=True) as folder:
        for number in range(count):
            folder.write(_exchange(number))
    save_site(site, data.site(site.id))


def _exchange(number: int) -> Exchange:
    return Exchange(
        url=f"{ORIGIN}/{slug(number)}/",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=2 * number),
        method="GET",
        status=200,
        reason="OK",
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=article(number, ORIGIN),
        request_headers=(),
        kind="article",
        run="1",
        ip=None,
    )


if __name__ == "__main__":
    main()
