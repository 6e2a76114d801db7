"""Crawls that are killed where a test says, each a child of one process that has everything imported (`kill_child`)."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import kill_child
from kill_child import MOMENT, PARTED, SAID, SYNCED, TORN

TRIES, LEAST = 10, 0.01  # runs until a stroke has fallen, and the share below which it falls at the first call


@dataclass(frozen=True)
class Stroke:
    """One kill. `share`: how far into all the calls of the place, or into the whole run; `part`: of what is written where that is torn.
    `power`: what was not fsynced of the WARCs is gone too, as when the power fails.
    """

    place: str
    share: float
    part: float = 2 / 3
    power: bool = False

    def __str__(self) -> str:
        torn = f"-{self.part:.3f}" if self.place in {TORN, PARTED} else ""
        return f"{self.place.replace(' ', '-')}-{self.share:.3f}{torn}{'-power' if self.power else ''}"


@dataclass(frozen=True)
class Ran:
    """How a crawl ended: its exit code, below 0 where it was killed, how long it took, and what it wrote to stderr."""

    code: int
    seconds: float
    said: str

    @property
    def killed(self) -> bool:
        return self.code in {-signal.SIGKILL, -signal.SIGALRM}


class Crawls:
    """Crawls of one site, each in a child of one process that has imported everything; a context manager."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.calls: dict[str, int] = {}  # of each place in an unbroken run; set by `measure`
        self.seconds = 0.0

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, kill_child.__file__, str(self.file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise BrokenPipeError
        self._asks, self._answers = self._process.stdin, self._process.stdout
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate(timeout=10)

    def measure(self, folder: Path) -> None:
        """Learn from unbroken runs how long they take, and how often each place comes."""
        self.run(folder / "first")  # what it imports, the others have
        self.seconds = self.run(folder / "timed").seconds
        counted = self.run(folder / "counted", {"count": str(folder / "calls.json")})
        if counted.code:
            raise RuntimeError(counted.said)
        self.calls = json.loads((folder / "calls.json").read_text(encoding="utf-8"))

    def strike(self, data: Path, stroke: Stroke) -> Ran:
        """Crawl until the stroke falls. Where less was left to do than in an unbroken run it falls earlier in the next one."""
        share = stroke.share
        for _ in range(TRIES):
            number: float = max(share * self.seconds, 0.0001) if stroke.place == MOMENT else 1 + int(share * self.calls.get(stroke.place, 1))
            ran = self.run(data, {"place": stroke.place, "number": number, "part": stroke.part})
            if ran.killed or ran.code:
                break
            share = share / 2 if share > LEAST else 0
        if stroke.power:
            lose_what_is_not_synced(data)
        return ran

    def run(self, data: Path, order: dict[str, Any] | None = None) -> Ran:
        data.mkdir(parents=True, exist_ok=True)
        for name in (SAID, SYNCED):
            (data / name).touch()
        began = time.monotonic()
        print(json.dumps({"data": str(data), **(order or {})}), file=self._asks, flush=True)
        code = int(self._answers.readline())
        return Ran(code, time.monotonic() - began, (data / SAID).read_text(encoding="utf-8"))


def lose_what_is_not_synced(data: Path) -> None:
    """Cut the WARCs off where they were synced last."""
    synced = dict(line.split("\t") for line in (data / SYNCED).read_text(encoding="utf-8").splitlines())
    for path in data.glob("sites/*/captures/*.warc.gz"):
        os.truncate(path, int(synced.get(str(path), 0)))
