"""Run as a process: it has everything imported, and forks a crawl for each order that it reads as a line of JSON. It prints the exit codes.

An order names the data folder, and where the crawl is to be killed (`place`, `number`, `part`), or a file to `count` the calls of all places into.
"""

import importlib
import json
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NoReturn

from sqlite_utils import Migrations

import pipelines.item_pipeline
from archive import warc_file
from archive.capture_index import Index
from archive.captures import SiteFolder
from archive.warc import make_record
from archive.warc_writer import WarcWriter
from crawler import site_files
from crawler.frontier import Frontier
from crawler.run import crawl
from pipelines import derive
from pipelines.load import Loader

PLACES = (  # the call that is about to be made, or was just made
    "Migrations.apply",  # of the captures' index, the archive and the frontier, in this order: a file is there, its tables are not
    "Migrations.apply after",
    "WarcWriter._open after",  # a new file has its name and nothing else
    "WarcWriter._write",
    "WarcWriter.sync",
    "Index.add after",
    "Index.commit",
    "Index.commit after",
    "SiteFolder.write after",
    "SiteFolder.sync after",
    "Frontier.begin_run",
    "Frontier.begin_run after",
    "Frontier.add after",
    "Frontier.lease after",
    "Frontier.finish",
    "Frontier.finish after",
    "Frontier.commit",
    "Frontier.commit after",
    "Frontier.end_run",
    "Frontier.end_run after",
    "Loader.catch_up",
    "Loader.apply",
    "Loader.apply after",
    "site_files.save_site",
    "derive.record_log",
    "derive.record_log after",
    "derive.derive",
    "derive.derive after",
)
TORN, PARTED = "WarcWriter._write torn", "WarcWriter._write parted"  # in the middle of a record, and between the records of one exchange
STEP, MOMENT = "step", "moment"  # any call that our code makes or takes, and any time
MENDING = ("warc_file.cut", "warc_file.cut after")  # what a run does only where the one before left a torn record
SAID, SYNCED, MODULES = "stderr", "synced", "modules"  # files beside what a crawl makes
OWNERS: dict[str, type | ModuleType] = {
    one.__name__.rpartition(".")[2]: one for one in (Migrations, Index, SiteFolder, WarcWriter, Frontier, Loader, site_files, derive, warc_file)
}
BEGIN = make_record("metadata", {}, b"")[1][:10]  # of each record: it is a gzip member, and they all begin alike
OURS = tuple(f"{Path(__file__).parents[1] / package}{os.sep}" for package in ("archive", "pipelines", "crawler"))


def main() -> None:
    site = site_files.read_site_file(Path(sys.argv[1]))
    site.context()  # reads the reference data
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _crawl(site, order)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if (modules := Path(order["data"], MODULES)).exists():
            _import(json.loads(modules.read_text(encoding="utf-8")))
            modules.unlink()
        print(code, flush=True)  # noqa: T201 - to the process that ordered it


def _crawl(site: Any, order: dict[str, Any]) -> NoReturn:
    """Batches and files are small, so that there is more to break, and the batches of frontier and archive do not end together."""
    code = 9
    try:
        data = Path(order["data"])
        os.dup2(os.open(data / SAID, os.O_WRONLY | os.O_APPEND | os.O_CREAT), 2)
        Frontier.__init__.__kwdefaults__["batch"] = 3  # type: ignore[index]
        SiteFolder.open.__func__.__kwdefaults__["max_size"] = 12_000  # type: ignore[attr-defined]
        pipelines.item_pipeline.BATCH = 2
        _note_syncs(data / SYNCED)
        had = set(sys.modules)
        calls: Counter[str] = Counter()
        if "place" in order:
            _arm(order["place"], order["number"], order["part"])
        elif "count" in order:
            _count(calls)
        [result] = crawl([site], data)
        code = {"complete": 0}.get(result.outcome, 1)
        if code:
            print(result, file=sys.stderr)  # noqa: T201 - `said` of the run
        if "count" in order:
            sys.setprofile(None)
            Path(order["count"]).write_text(json.dumps(calls), encoding="utf-8")
        if "place" not in order:
            (data / MODULES).write_text(json.dumps(sorted(set(sys.modules) - had)), encoding="utf-8")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _import(modules: list[str]) -> None:
    """What a crawl imports on its way, but for the reactor, which is each child's own."""
    for name in modules:
        if name != "twisted.internet.reactor":
            with suppress(ImportError):
                importlib.import_module(name)


def _note_syncs(file: Path) -> None:
    """Write down how long each file was when it was made durable."""
    notes, fsync = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT), os.fsync

    def noted(handle: int) -> None:
        size = os.fstat(handle).st_size
        fsync(handle)
        os.write(notes, f"{Path(f'/proc/self/fd/{handle}').readlink()}\t{size}\n".encode())

    os.fsync = noted  # type: ignore[assignment]  # ours gives numbers only


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(place: str, number: float, part: float) -> None:
    if place == MOMENT:
        signal.setitimer(signal.ITIMER_REAL, number)  # nobody handles SIGALRM, so it kills
    elif place == STEP:
        _on_steps(_at(number, _die))
    else:
        _on_calls(place, _at(number, {TORN: _torn(part), PARTED: _parted(part)}.get(place, _die)))


def _count(calls: Counter[str]) -> None:
    for place in (*PLACES, TORN, PARTED):
        _on_calls(place, lambda *_, place=place: calls.update([place]))
    _on_steps(lambda *_: calls.update([STEP]))


def _at(number: float, act: Callable[..., None]) -> Callable[..., None]:
    left = int(number)

    def counted(*args: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            act(*args)

    return counted


def _on_calls(place: str, act: Callable[..., None]) -> None:
    """Call `act` with the arguments of each call of a place."""
    name, _, when = place.partition(" ")
    owner, _, method = name.partition(".")
    kept = getattr(OWNERS[owner], method)

    def hooked(*args: Any, **options: Any) -> Any:
        if when != "after":
            act(*args)
        result = kept(*args, **options)
        if when == "after":
            act(*args)
        return result

    holders = [OWNERS[owner]] if isinstance(OWNERS[owner], type) else list(sys.modules.values())  # a function goes by its name elsewhere too
    for holder in holders:
        if getattr(holder, method, None) is kept:
            setattr(holder, method, hooked)


def _on_steps(act: Callable[[], None]) -> None:
    def step(frame: FrameType, event: str, arg: object) -> None:
        if frame.f_code.co_filename.startswith(OURS):
            act()

    sys.setprofile(step)


def _torn(part: float) -> Callable[..., None]:
    def write(writer: Any, data: bytes) -> None:
        end = 1 + int((len(data) - 1) * part)
        os.write(writer._handle, data[: end - data.startswith(BEGIN, end)])  # never just between two of them
        _die()

    return write


def _parted(part: float) -> Callable[..., None]:
    def write(writer: Any, data: bytes) -> None:
        begins = [found.start() for found in re.finditer(re.escape(BEGIN), data)]
        os.write(writer._handle, data[: begins[int(len(begins) * part)]])
        _die()

    return write


if __name__ == "__main__":
    main()
