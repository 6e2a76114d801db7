"""Crawls on given days: each in a child of one process that has imported everything, with the crawl's clock set to that day. For tests of coming back."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

FIRST = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)  # after all that the samples publish

# The clock begins at the moment given and goes on from there. A line in, a line out: what `congthuong crawl --json` would say.
SCRIPT = textwrap.dedent("""
    import json, os, sys, time
    from dataclasses import asdict
    from datetime import datetime, timedelta
    from pathlib import Path
    import crawler.spider
    from crawler import clock
    from crawler.run import crawl
    from crawler.site_files import read_site_file

    for line in sys.stdin:
        asked = json.loads(line)
        if child := os.fork():
            if os.waitpid(child, 0)[1]:
                print("null", flush=True)
            continue
        try:
            at, began = datetime.fromisoformat(asked["at"]), time.monotonic()
            clock.now = lambda: at + timedelta(seconds=time.monotonic() - began)
            results = crawl([read_site_file(Path(file)) for file in asked["files"]], Path(asked["data"]))
            print(json.dumps([asdict(result) for result in results]), flush=True)
            os._exit(0)
        finally:
            os._exit(1)
""")


@dataclass
class Days:
    """Runs crawls, one after the other; the days count from 1."""

    _to: IO[str]
    _from: IO[str]

    def crawl(self, data: Path, files: Sequence[Path], day: int, *, late: timedelta = timedelta()) -> dict[str, dict[str, Any]]:
        """What each site's run on that day said, by site. `late`: how much later in the night it begins than on day 1."""
        at = FIRST + timedelta(days=day - 1) + late
        print(json.dumps({"at": at.isoformat(), "data": str(data), "files": [str(file) for file in files]}), file=self._to, flush=True)
        said = json.loads(self._from.readline())
        assert said is not None, f"the crawl of day {day} died"
        return {one["site"]: one for one in said}


@contextmanager
def days() -> Iterator[Days]:
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        yield Days(process.stdin, process.stdout)
        process.stdin.close()
        process.wait(30)
