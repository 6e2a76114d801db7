"""CPU of a rebuild, in ms a capture of 75 kB, writes included: `python tests/benchmarks/rebuild.py [--pages 500] [--rounds 3]`.

The captures are written without a network; then two site folders of different size are rebuilt by the real command line, so that the start-up
can be left out. The best round counts, since others on the machine only ever add.
"""

import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from pages import SITE_FILE, article, slug

from archive.captures import Exchange, SiteFolder
from archive.data import DataFolder
from crawler.site_files import read_site_file, save_site

FEW = 20  # captures of the smaller folder
ORIGIN = "http://127.0.0.1:8000"


@click.command()
@click.option("--pages", default=500, show_default=True, help="Captures of the larger folder.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Write a folder of so many captures here and do nothing else.")
def main(pages: int, rounds: int, keep: Path | None) -> None:
    """Measure; or only write what would be measured."""
    if keep:
        fill(keep, pages)
        return
    few, many = (min(rebuilt(count) for _ in range(rounds)) for count in (FEW, pages))
    each = (many - few) / (pages - FEW)
    click.echo(f"{each * 1000:.2f} ms a capture, {1 / each:.0f} captures a second and core; start-up {few - each * FEW:.1f} s")


def rebuilt(count: int) -> float:
    """Seconds of CPU of one rebuild."""
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name), count)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "congthuong", "rebuild", "--data", name]
        subprocess.run(command, check=True, timeout=120, capture_output=True, cwd=Path(__file__).parents[2])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


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
