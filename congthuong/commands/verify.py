"""`congthuong verify`: is everything that is held whole, from the bytes of the captures to the counts?"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from archive.data import DataFolder
from archive.errors import RunFailed, UnknownSite, UsageError
from archive.verify.findings import Findings
from archive.verify.sample import Sample
from congthuong.cli import data_option, json_option, on_terminal
from crawler import clock
from crawler.site_files import site_of_folder
from pipelines.verify import verify

MOST = 20  # breaks shown to people


@click.command("verify")
@click.argument("names", metavar="[SITE]...", nargs=-1)
@click.option("--quick", is_flag=True, help="Look at the oldest, the newest and some drawn from between; drawn anew every day.")
@data_option
@json_option
def command(names: tuple[str, ...], quick: bool, data: Path, as_json: bool) -> None:
    """Follow every article, mention and capture to the bytes it rests on, and name what does not hold. Changes nothing.

    Crawls may go on meanwhile. Exit code 1 where a link is broken. What only a better reader would read differently is said, but is no break.

    --quick still looks at every database and file as a whole, and of each site at 100 captures and 100 articles with all that hangs on them.

    \b
    Examples:
      congthuong verify
      congthuong verify bac-kan --quick
      congthuong verify --json | jq '.breaks[]'
    """
    folder = DataFolder.named(data)
    held = folder.sites()
    if not held and not folder.archive_db.exists():
        msg = f"{data} holds no site folders and no archive, so there is nothing to verify; name the right folder with --data"
        raise UsageError(msg)
    if unknown := sorted(set(names) - set(held)):
        msg = f"{data} holds no site {', '.join(unknown)}; it holds {', '.join(held) or 'none'}"
        raise UnknownSite(msg)
    contexts = {name: site_of_folder(folder.site(name)).context() for name in sorted(set(names)) or held}
    sample = Sample(clock.now().toordinal()) if quick else None
    with _progress() as progress:
        findings = verify(folder, contexts, sample=sample, progress=progress)
    if as_json:
        click.echo(json.dumps(findings.said | {"quick": quick}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(in_words(findings)))
    if not findings.whole:
        msg = f"{len(findings.breaks)} broken links of the chain"
        raise RunFailed(msg)


def in_words(findings: Findings) -> Iterator[str]:
    """For people: what was looked at, what is worth knowing, and the first breaks."""
    yield "looked at " + ", ".join(f"{count} {what}" for what, count in findings.checked.items())
    for what, note in findings.notes.items():
        yield f"{what}: {note.count}. {note.way_out}"
        yield from (f"  {example}" for example in note.examples)
        if note.count > len(note.examples):
            yield "  …"
    for one in findings.breaks[:MOST]:
        yield f"BROKEN {one.link}: {one.place}: {one.trouble}\n  {one.way_out}"
    if len(findings.breaks) > MOST:
        yield f"… and {len(findings.breaks) - MOST} more; --json has all"
    if findings.whole:
        yield "everything holds"


@contextmanager
def _progress() -> Iterator[Callable[[str, int], object]]:
    """A line on a terminal that says what is being looked at, and how many of it were."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not on_terminal(), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def step(what: str, times: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=None)
            progress.advance(tasks[what], times)

        yield step
