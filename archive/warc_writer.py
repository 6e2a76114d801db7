"""Appends records to the WARC files of one site, a new file when one is full. What it appended is on disk only after `sync`."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from uuid import uuid4

from archive.data import storing
from archive.errors import BrokenRecord
from archive.warc import make_record, named_lines, warc_date
from archive.warc_file import number, sync_folder, walk, warc_files

GIGABYTE = 1_000_000_000


def _software() -> str:
    try:
        return f"congthuong/{version('congthuong')}"
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "congthuong"


STANDARD_INFO = {
    "software": _software(),
    "format": "WARC File Format 1.1",
    "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
    "robots": "obey",
    "description": (
        "Bodies as received, Content-Encoding kept, Transfer-Encoding undone, Content-Length set accordingly. Headers are reconstructed: "
        "their order, the case of their names and the protocol version of the first line may differ from what was sent."
    ),
}


IMPORTED_INFO = {
    **{name: STANDARD_INFO[name] for name in ("software", "format", "conformsTo")},
    "description": "Imported from {label}: records as their maker wrote them, before each a metadata record of ours that says what it was taken for.",
}


class WarcWriter:
    """One per site folder and only under its lock. `info` (operator, contact, user agent) goes into each file's warcinfo record.

    What is appended under a `label`, the name that imported records came with, goes into files of its own, which have it at the end of theirs.
    """

    def __init__(self, folder: Path, site: str, *, info: Mapping[str, str] | None = None, max_size: int = GIGABYTE) -> None:
        self._folder, self._site, self._max_size = folder, site, max_size
        given = dict(info or {})
        note = " ".join(filter(None, (given.pop("description", None), STANDARD_INFO["description"])))
        self._info = {**STANDARD_INFO, "isPartOf": site, **given, "description": note}
        self._handle: int | None = None
        self._label = ""
        self._path = folder
        self._end = 0

    def append(self, members: Sequence[bytes], moment: datetime, *, label: str = "") -> tuple[str, int]:
        """Write the members one after the other into one file; its name, and where the first of them begins. All of them or, with an error, none."""
        if self._handle is None and not label:
            self._go_on()
        if self._handle is None or self._end >= self._max_size or label != self._label:
            self._begin(moment, label)
        start = self._end
        self._write(b"".join(members))
        return self._path.name, start

    def sync(self) -> None:
        if self._handle is not None:
            with storing(self._path):
                os.fsync(self._handle)

    def close(self) -> None:
        if self._handle is not None:
            handle, self._handle = self._handle, None
            os.close(handle)

    def _go_on(self) -> None:
        """Open the last file where it is one of ours, not full, and begun by the same software for the same operator."""
        own = [one for one in warc_files(self._folder) if one.name.startswith(f"{self._site}-") and one.name.endswith(".warc.gz")]
        if own and own[-1].stat().st_size < self._max_size and own[-1] == warc_files(self._folder)[-1]:
            first = next(walk(own[-1]), None)
            if first and first.record and first.record.type == "warcinfo" and first.record.block == named_lines(self._info):
                self._open(own[-1])

    def _begin(self, moment: datetime, label: str) -> None:
        self.sync()
        self.close()
        numbers = [number(one.name) for one in warc_files(self._folder)]
        following = max((one for one in numbers if one < GIGABYTE), default=0) + 1
        end = f"-{label}" if label else ""
        self._open(self._folder / f"{self._site}-{moment.astimezone(UTC):%Y%m%d%H%M%S}-{following:05d}{end}.warc.gz")
        self._label = label
        fields = {"WARC-Record-ID": f"<urn:uuid:{uuid4()}>", "WARC-Date": warc_date(moment), "WARC-Filename": self._path.name}
        imported = {**IMPORTED_INFO, "isPartOf": self._site, "description": IMPORTED_INFO["description"].format(label=label)}
        self._write(make_record("warcinfo", fields, named_lines(imported if label else self._info))[1])

    def _open(self, path: Path) -> None:
        with storing(path):
            self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            self._path, self._end = path, os.fstat(self._handle).st_size
            sync_folder(self._folder)

    def _write(self, data: bytes) -> None:
        if self._handle is None:
            msg = f"{self._path}: written to before it was opened"
            raise BrokenRecord(msg)
        left = memoryview(data)
        try:
            with storing(self._path):
                while left:
                    left = left[os.write(self._handle, left) :]
        except BaseException:
            os.ftruncate(self._handle, self._end)
            raise
        self._end += len(data)
