"""The WARC files of sites, copied: whole, or only the records of a selection. What is written is read by any WARC tool."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from archive.export.selection import Part

Progress: TypeAlias = Callable[[int], object]


def write_warcs(out: Path, parts: Iterable[Part], *, progress: Progress = int) -> None:
    """Make the folder `out` and put the files into it, named as in the archive. `progress` gets the bytes of each step."""
    out.mkdir()
    for part in parts:
        with (out / part.name).open("xb") as stream:
            for chunk in part.chunks():
                stream.write(chunk)
                progress(len(chunk))
