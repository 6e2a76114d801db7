"""`congthuong backup`: a copy of everything that is held, brought up to date while crawls go on."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from archive.backup import Report, backup
from archive.data import DataFolder
from archive.errors import RunFailed
from congthuong.cli import data_option, json_option, on_terminal
from crawler import clock


@click.command("backup")
@click.argument("out", type=click.Path(path_type=Path))
@data_option
@json_option
def command(out: Path, data: Path, as_json: bool) -> None:
    """Copy captures, archive and frontiers to the folder OUT, or bring the backup there up to date.

    Crawls may go on meanwhile; killed at any moment, OUT is whole. WARC files that have not grown are not copied again, and no capture is ever
    deleted from OUT. To put it back, copy the folder: `congthuong verify --data` says whether it is whole, before or after.

    \b
    Examples:
      congthuong backup /mnt/disk/congthuong
      congthuong backup /mnt/disk/congthuong --data /srv/congthuong
      congthuong verify --data /mnt/disk/congthuong
    """
    with _progress() as progress:
        report = backup(DataFolder.named(data), out, at=clock.now(), progress=progress)
    click.echo(json.dumps(asdict(report), ensure_ascii=False, indent=2) if as_json else in_words(out, report))
    if report.troubles:
        raise RunFailed("\n".join((f"{len(report.troubles)} troubles; what {out} held of it is kept", *report.troubles)))


def in_words(out: Path, report: Report) -> str:
    """One line for people."""
    return f"{out}: {report.sites} sites; {report.copied} WARC files copied ({report.bytes / 1e6:.1f} MB), {report.unchanged} unchanged"


@contextmanager
def _progress() -> Iterator[Callable[[int], object]]:
    """A line on a terminal; what is yielded takes each step, in bytes."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not on_terminal(), transient=True) as progress:
        task = progress.add_task("copying captures", total=None)
        yield lambda step: progress.advance(task, step)
