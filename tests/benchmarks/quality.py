"""How well, and at what cost, pages with truth are read, beside public tools: `python tests/benchmarks/quality.py [--folder tests/sites]
[--pattern 'gate-*'] [--tools ours,generic,trafilatura,readability,newsplease,newspaper] [--environment DIR] [--json]`.

Pip gives each tool an environment of its own; there it reads in a process that reaches no network. Where a tool fails, it counts as if it had said
nothing of the page. The quickest of three rounds counts, since others on the machine only ever add.
"""
# ruff: noqa: PLC0415 - what the readers import is found in the tools' environments only

import inspect
import json
import platform
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from crawler.survey.cases import CASE, GOLDEN, PAGE
from pipelines.reading.dates import VIETNAM
from scoring import FOLDER, GATE, UNTELLING, Case, Said, Score, cases, score
from test_gate import by_layout, generic

Answer = dict[str, Any]  # of a tool its title, text, authors and date, of ours the article; `seconds` of CPU; `error` where reading failed
Reader = Callable[..., Said]

# From here to `work` stands what other Pythons are given to run: with these imports, and nothing else of this module.
IMPORTS = "from __future__ import annotations\nimport json, re, sys, time\nfrom pathlib import Path"


def bare(body: bytes, _: str) -> Said:
    """The measure of the machine: a parse and nothing else."""
    from lxml import etree

    etree.fromstring(body, etree.HTMLParser(encoding="utf-8"))
    return {}


def trafilatura(body: bytes, url: str) -> Said:
    from trafilatura import bare_extraction

    found = bare_extraction(body, url=url, with_metadata=True)
    return {"title": found.title, "text": found.text, "authors": (found.author or "").split("; "), "date": found.date} if found else {}


def readability(body: bytes, url: str) -> Said:
    """It gives markup, of which each block is made a line, and each row of a table."""
    from lxml import html
    from readability import Document

    page = Document(body, url=url)
    title, tree = page.short_title() or page.title(), html.fromstring(page.summary())
    for cell in tree.iter("td", "th"):
        if len(alone := [*cell.iter("br", "div", "li", "p", "tr")]) == 1:  # else the table is there for the layout
            alone[0].tag = "td"
    block = re.compile("address|article|blockquote|br|d[dlt]|div|fig(caption|ure)|h[1-6r]|li|[ou]l|p|pre|section|table|tr")
    for one in tree.iter("*"):
        edge = "\n" if block.fullmatch(one.tag) else " " if one.tag in {"td", "th"} else ""
        one.text, one.tail = (edge + re.sub(r"\s+", " ", text or "") for text in (one.text, one.tail))
    return {"title": title, "text": tree.text_content()}


def newsplease(body: bytes, url: str) -> Said:
    from newsplease import NewsPlease

    found = NewsPlease.from_html(body, url=url, fetch_images=False)
    return {"title": found.title, "text": found.maintext, "authors": found.authors, "date": found.date_publish}


def newspaper(body: bytes, url: str) -> Said:
    from newspaper import article

    found = article(url, language="vi", input_html=body, fetch_images=False)
    return {"title": found.title, "text": found.text, "authors": found.authors, "date": found.publish_date}


def measured(read: Reader, pages: Sequence[tuple[Any, ...]], rounds: int = 3) -> list[Answer]:
    """What is said of each page, from the quickest of some rounds; one more comes before them to warm up."""
    done = []
    for _ in range(1 + rounds):
        answers = []
        for page in pages:
            start = time.process_time()
            try:
                said = read(*page)
            except Exception as error:  # noqa: BLE001 - tools raise what they like
                said = {"error": f"{type(error).__name__}: {error}"}
            answers.append({**said, "seconds": time.process_time() - start})
        done.append(answers)
    return min(done[1:], key=lambda answers: sum(one["seconds"] for one in answers))


def work(read: Reader, asked: str, answered: str) -> None:
    """The pages of a JSON list, read without a network; the answers as JSON lines."""

    def refuse(event: str, _: object) -> None:
        if event in {"socket.connect", "socket.getaddrinfo"}:
            raise OSError(event)

    sys.addaudithook(refuse)
    pages = [(Path(one["page"]).read_bytes(), one["url"]) for one in json.loads(Path(asked).read_text(encoding="utf-8"))]
    Path(answered).write_text("\n".join(json.dumps(one, default=str) for one in measured(read, pages)), encoding="utf-8")


@dataclass(frozen=True)
class Tool:
    package: str
    version: str
    read: Reader
    beside: tuple[str, ...] = ()  # what pip needs to be told as well


OURS: dict[str, Callable[[Case], Said]] = {"ours": by_layout, "generic": generic}
TOOLS = {
    "trafilatura": Tool("trafilatura", "2.3.1", trafilatura, ("lxml-html-clean==0.4.6",)),  # it asks for this by an extra that older pips do not find
    "readability": Tool("readability-lxml", "0.9", readability),
    "newsplease": Tool("news-please", "1.6.16", newsplease),
    "newspaper": Tool("newspaper4k", "0.9.6", newspaper),
}


class Unusable(click.ClickException):
    """A tool cannot be installed, or its process broke off."""


@click.command()
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FOLDER, help="Holds <site>/<case>/.")
@click.option("--pattern", default=f"{GATE}*", show_default=True, help="Names of the cases.")
@click.option("--tools", default=",".join((*OURS, *TOOLS)), show_default=True)
@click.option("--environment", type=click.Path(file_okay=False, path_type=Path), help="Keep the tools' environments here for the next run.")
@click.option("--json", "as_json", is_flag=True, help="The rows as JSON.")
def main(folder: Path, pattern: str, tools: str, environment: Path | None, as_json: bool) -> None:
    """Print a row for each reader."""
    if unknown := set(tools.split(",")) - OURS.keys() - TOOLS.keys():
        msg = f"{', '.join(sorted(unknown))}; known are {', '.join((*OURS, *TOOLS))}"
        raise click.BadParameter(msg, param_hint="--tools")
    if not (pages := cases(folder, pattern)):
        sys.exit(f"{folder} holds no reviewed page {pattern}: <site>/<case>/ with {PAGE}, {CASE} and {GOLDEN}")
    with tempfile.TemporaryDirectory() as temporary:
        parse = milliseconds(asked(sys.executable, bare, pages))
        rows = [row(name, pages, parse, environment or Path(temporary)) for name in tools.split(",")]
    click.echo(json.dumps(rows, indent=1) if as_json else report(rows, pages, pattern, parse))


def row(name: str, pages: Sequence[Case], parse: float, folder: Path) -> dict[str, Any]:
    """What the table says of a reader."""
    answers = measured(OURS[name], [(case,) for case in pages]) if name in OURS else told(TOOLS[name], pages, folder)
    if errors := [f"{case.name}: {one['error']}" for case, one in zip(pages, answers, strict=True) if "error" in one]:
        click.echo(f"{name} fails on {len(errors)} of {len(pages)} pages. The first is {errors[0]}", err=True)
    said = {case.name: one if name in OURS else article(one) for case, one in zip(pages, answers, strict=True)}
    found, spent = score(lambda case: said[case.name], pages), milliseconds(answers)
    tool, release = (name, version("congthuong")) if name in OURS else (TOOLS[name].package, TOOLS[name].version)
    return (
        {"tool": tool, "version": release, "pages": found.pages, "title exact": found.share("title"), "authors exact": found.share("authors")}
        | {"pages with an invented author": found.invented["authors"], "day exact": found.share("day"), "invented dates": found.invented["dates"]}
        | {"leads kept": found.share("lead kept"), "paragraph precision": found.precision, "paragraph recall": found.recall, "paragraph F1": found.f1}
        | {"word F1": words(said, pages).f1, "CPU, ms a page": round(spent, 2), "CPU, × bare parse": round(spent / parse, 1)}
    )


def told(tool: Tool, pages: Sequence[Case], folder: Path) -> list[Answer]:
    try:
        return asked(installed(tool, folder / tool.package), tool.read, pages)
    except Unusable as error:
        click.echo(f"{tool.package} counts as if it had said nothing: {error.message}", err=True)
        return [{"seconds": 0.0} for _ in pages]


def installed(tool: Tool, folder: Path) -> Path:
    """The Python that has the tool. What pip says is not handed on, since it names its index."""
    python = folder / "bin" / "python"
    wanted = [f"{tool.package}=={tool.version}", *tool.beside]
    steps = [sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "--disable-pip-version-check", *wanted]
    if any(subprocess.run(step, check=False, capture_output=True).returncode for step in steps[python.exists() :]):
        msg = f"{' '.join(wanted)} cannot be installed in {folder}"
        raise Unusable(msg)
    return python


def asked(python: str | Path, read: Reader, pages: Sequence[Case]) -> list[Answer]:
    """The answers of a reader in a process of its own."""
    program = "\n\n".join((IMPORTS, *map(inspect.getsource, (read, measured, work)), f"work({read.__name__}, *sys.argv[1:])"))
    with tempfile.TemporaryDirectory() as name:
        wanted, given = Path(name, "pages.json"), Path(name, "answers.jsonl")
        wanted.write_text(json.dumps([{"page": str(case.path / PAGE), "url": case.answer.url} for case in pages]), encoding="utf-8")
        done = subprocess.run([python, "-I", "-c", program, wanted, given], check=False, capture_output=True, text=True, errors="replace")
        if done.returncode:
            msg = f"its process ended with {done.returncode}: {(done.stderr.splitlines() or ['no word'])[-1]}"
            raise Unusable(msg)
        return [json.loads(line) for line in given.read_text(encoding="utf-8").splitlines()]


def article(answer: Answer) -> Said:
    """A tool's answer as `article.json` would have it. A letter made of two characters is the same letter."""
    tidy = partial(unicodedata.normalize, "NFC")
    authors = [{"name": tidy(name.strip()), "kind": "person", "role": "text"} for name in answer.get("authors") or () if name.strip()]
    title, text = (tidy((answer.get(name) or "").strip()) or None for name in ("title", "text"))
    return {"title": title, "text": text, "byline": {"authors": authors}, "published_at": day(answer.get("date"))}


def day(date: str | None) -> str | None:
    """A day at midnight; of a moment with a zone, the day it was in Vietnam."""
    if not date:
        return None
    moment = datetime.fromisoformat(date)
    return f"{moment.astimezone(VIETNAM) if moment.tzinfo else moment:%Y-%m-%d} 00:00:00+07:00"


def words(said: dict[str, Said], pages: Sequence[Case]) -> Score:
    """Counted as paragraphs are, but word by word, so that it does not matter where lines break."""
    total = Score()
    for case in pages:
        found, true = (Counter(filter(None, UNTELLING.split((one.get("text") or "").casefold()))) for one in (said[case.name], case.truth))
        total.paragraphs.update(said=found.total(), true=true.total(), both=(found & true).total())
    return total


def milliseconds(answers: Sequence[Answer]) -> float:
    return 1000 * float(sum(one["seconds"] for one in answers)) / len(answers)


def report(rows: Sequence[dict[str, Any]], pages: Sequence[Case], pattern: str, parse: float) -> str:
    leads, now = sum(bool(case.truth["lead"]) for case in pages), datetime.now(UTC)
    head = f"{now:%Y-%m-%d}, Python {platform.python_version()}: {len(pages)} pages `{pattern}`, {leads} of them with a lead."
    return "\n".join((f"{head} A bare parse by lxml {version('lxml')} takes {parse:.2f} ms a page.", "", *markdown(rows)))


def markdown(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"| {' | '.join(rows[0])} |"
    yield f"| {' | '.join('---' if isinstance(value, str) else '---:' for value in rows[0].values())} |"
    for one in rows:
        cells = (f"{value:.{1 if name.startswith('CPU') else 3}f}" if isinstance(value, float) else str(value) for name, value in one.items())
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
