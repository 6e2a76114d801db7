"""`congthuong demo`: the whole way on sample departments of our own, nothing needed from outside."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from archive.data import DataFolder
from archive.errors import Locked, RunFailed
from congthuong.commands.crawl import crawl_and_watch, in_words

FOUND = {
    "articles": "SELECT count(*) FROM articles",
    "provinces": "SELECT count(DISTINCT province_id) FROM articles",
    "authors": "SELECT count(*) FROM authors",
    "mentions of emulation clusters": "SELECT count(*) FROM mentions WHERE kind = 'cluster'",
    "of them the ministry's": "SELECT count(*) FROM mentions WHERE kind = 'cluster' AND scheme = 'moit'",
    "captures": "SELECT count(*) FROM captures",
}


@click.command("demo")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=Path("data/demo"), show_default=True, help="Where the demo's archive goes."
)
@click.option("--serve/--no-serve", default=True, help="Serve the archive afterwards (the default), or end.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to serve on, 0 for any free one; without it 8001 or, if taken, a free one.")
def command(data: Path, serve: bool, port: int | None) -> None:
    """Start four sample departments on loopback, crawl and read them, and serve the archive.

    Everything is of our own composition and runs on this machine. Ctrl-C stops all of it.

    \b
    Examples:
      congthuong demo
      congthuong demo --no-serve --data /tmp/demo
    """
    from archive import web  # noqa: PLC0415 - slow to import
    from congthuong.demo.samples import served_samples  # noqa: PLC0415

    archive = DataFolder(data).archive_db
    bound = web.listen(port=port) if serve else None  # first, so that a taken port is said before the work
    with served_samples() as samples:
        for name, (_, served) in samples.items():
            click.echo(f"{name}: {served.department.origin}/", err=True)
        results = crawl_and_watch([site for site, _ in samples.values()], data)
        click.echo("\n".join(map(in_words, results)))
        if locked := next((result for result in results if result.outcome == "locked"), None):
            raise Locked(locked.message)
        click.echo(f"\n{archive} holds " + summary(archive))
        if any(result.exit_code for result in results):
            msg = "a sample department was not read whole; see above"
            raise RunFailed(msg)
        if bound:
            web.serve(archive, bound, ready=lambda address: click.echo(f"\nThe archive: {address} (Ctrl-C stops all)"))


def summary(archive: Path) -> str:
    with closing(sqlite3.connect(archive)) as db:
        return ", ".join(f"{db.execute(sql).fetchone()[0]} {what}" for what, sql in FOUND.items())
