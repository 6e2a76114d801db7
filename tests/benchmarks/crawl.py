"""CPU of a crawl, in ms a page of 75 kB, beside Scrapy with nothing to do: `python tests/benchmarks/crawl.py [--pages 300] [--rounds 3] [--parts]`.

Two sizes of one site are crawled by the real command line in a process of its own; the difference leaves the start-up out. `--parts` says where
the time goes: the same once more with clocks around the parts, each without what is inside another.
"""

import gc
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click
from pages import SITE_FILE, Articles, slug
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

from congthuong.demo.server import Served

FEW = 20  # pages of the smaller site
HERE = str(Path(__file__))
Command = Callable[[str, Sequence[str], int], Sequence[str]]  # home, arguments of a crawl, pages -> what to run


@click.command()
@click.option("--pages", default=300, show_default=True, help="Pages of the larger site.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--parts", is_flag=True, help="Say where the time goes.")
@click.option("--inside", type=click.Choice(["bare", "parts"]), hidden=True)
@click.argument("arguments", nargs=-1)
def main(pages: int, rounds: int, parts: bool, inside: str | None, arguments: tuple[str, ...]) -> None:
    """Measure, or be what is measured."""
    if inside == "bare":
        bare(arguments[0], int(arguments[1]))
    elif inside == "parts":
        with clocks():
            from congthuong.cli import main as congthuong  # noqa: PLC0415 - after the clocks are set

            congthuong(arguments, standalone_mode=False)
    else:
        compare(pages, rounds, parts=parts)


def compare(pages: int, rounds: int, *, parts: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        idle, idle_start = measured(pages, rounds, Path(name), lambda home, _, count: [HERE, "--inside", "bare", home, str(count)])
        whole, start = measured(pages, rounds, Path(name), lambda _, rest, __: ["-m", "congthuong", "crawl", *rest])
        click.echo(f"Scrapy with nothing to do: {idle:5.2f} ms a page, start-up {idle_start:.1f} s")
        click.echo(f"congthuong crawl:          {whole:5.2f} ms a page, start-up {start:.1f} s; {whole / idle:.1f} x idle")
        if parts:
            cpu(pages, Path(name), lambda _, rest, __: [HERE, "--inside", "parts", "--", "crawl", *rest])


def measured(pages: int, rounds: int, folder: Path, command: Command) -> tuple[float, float]:
    """Milliseconds a page and seconds of start-up; the best of some rounds counts, since others on the machine only ever add."""
    few, many = (min(cpu(count, folder, command) for _ in range(rounds)) for count in (FEW, pages))
    each = (many - few) / (pages - FEW)
    return each * 1000, few - each * FEW


def cpu(count: int, folder: Path, command: Command) -> float:
    """Seconds of user and system time of one process that crawls a site of so many pages."""
    department = Articles(count)
    with Served(department) as served, tempfile.TemporaryDirectory(dir=folder) as data:
        department.get("/robots.txt")
        home = f"http://127.0.0.1:{served.port}"
        site = Path(data) / "articles.toml"
        site.write_text(SITE_FILE.format(home=home), encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        arguments = command(home, ["--site-file", str(site), "--data", data], count)
        subprocess.run([sys.executable, *arguments], check=True, timeout=120, stdout=subprocess.DEVNULL, cwd=Path(HERE).parents[2])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def bare(home: str, count: int) -> None:
    """Scrapy fetching the same pages with our settings for the network, and doing nothing with them."""

    class Bare(Spider):
        name = "bare"
        start_urls = [f"{home}/{slug(number)}/" for number in range(count)]

        def parse(self, response: Response) -> None:
            assert isinstance(response.request, Request)

    settings = {"ROBOTSTXT_OBEY": True, "COOKIES_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "LOG_LEVEL": "WARNING", "CONCURRENT_REQUESTS": 1}
    process = CrawlerProcess(settings | {"DOWNLOAD_DELAY": 0.0001, "DOWNLOAD_DELAY_JITTER": 0.2})
    process.crawl(Bare)
    process.start()


@contextmanager
def clocks() -> Iterator[None]:
    """Clocks around the parts of a crawl, printed at the end of the process's work."""
    from archive import captures, tables  # noqa: PLC0415
    from crawler import frontier, spider  # noqa: PLC0415
    from pipelines import judge, load, read  # noqa: PLC0415
    from pipelines.reading import article  # noqa: PLC0415

    spent: dict[str, float] = defaultdict(float)
    inner: list[float] = [0.0]  # of the parts that stand around what runs now, time spent in parts inside them

    def clock(owner: Any, names: str, part: str) -> None:
        for name in names.split():
            plain = getattr(owner, name)

            def timed(*args: Any, _plain: Any = plain, **kwargs: Any) -> Any:
                start = time.process_time()
                inner.append(0.0)
                try:
                    return _plain(*args, **kwargs)
                finally:
                    took = time.process_time() - start
                    spent[part] += took - inner.pop()
                    inner[-1] += took

            setattr(owner, name, wraps(plain)(timed))

    clock(captures.SiteFolder, "write", "capture: write")
    clock(captures.SiteFolder, "sync", "capture: sync")
    clock(captures.SiteFolder, "_load", "capture: read back for loading")
    clock(frontier.Frontier, "add lease reach finish fail has_waiting begin_run commit", "frontier")
    clock(judge, "read", "read: the rest")
    clock(judge, "unasked", "read: further pages")
    clock(read, "_text _page", "read: decode and parse")
    clock(read, "locate", "read: locate")
    clock(read, "assemble", "read: fields and body")
    clock(article, "walk", "read: fragment, BeautifulSoup")
    clock(read, "find", "read: mentions")
    clock(load.Loader, "apply", "store: apply")
    clock(load.Loader, "catch_up", "store: the rest")
    clock(spider, "derive record_log", "store: derive")
    clock(tables, "_upsert_sql", "store: making SQL")
    clock(spider.SiteSpider, "_open", "start-up: open")
    collected = [0.0, 0.0]

    def on_collection(phase: str, _: dict[str, int]) -> None:
        collected[0 if phase == "start" else 1] += time.process_time()

    gc.callbacks.append(on_collection)
    try:
        yield
    finally:
        total = time.process_time()
        spent["all else: start-up, engine, network"] = total - sum(spent.values())
        for part, seconds in sorted(spent.items(), key=lambda one: -one[1]):
            click.echo(f"{seconds:8.2f} s  {part}", err=True)
        click.echo(f"{collected[1] - collected[0]:8.2f}  s in the garbage collector, inside the above", err=True)


if __name__ == "__main__":
    main()
