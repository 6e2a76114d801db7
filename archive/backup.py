"""Brings a copy of the data folder up to date while crawls go on; putting it back is copying the folder. Never deletes a capture from it.

Each step rests only on what is there already, as in a crawl, so a kill leaves a backup that is whole: the archive is copied first and put in place
last, after the site folders, and of those the WARC files before their index, which never says more than they hold.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archive.captures import CAPTURES, INDEX
from archive.data import DataFolder, lock, querying, storing
from archive.errors import StorageError, UsageError
from archive.snapshot import LEFT_BY_SQLITE, NEW, is_full, opened, put, snapshot, sync
from archive.warc_file import span, sync_folder
from archive.withheld import FILE as WITHHELD

MARK, LOCK = "backup.json", "backup.lock"
BESIDE = frozenset({MARK, LOCK, "lost+found"})  # what may stand in a folder that is to become a backup


@dataclass(slots=True)
class Report:
    """What one backup brought. `troubles`: what could not be brought, where the backup keeps what it had."""

    sites: int = 0
    copied: int = 0  # WARC files, new ones or ones that had grown
    unchanged: int = 0
    bytes: int = 0  # of WARC files
    troubles: list[str] = field(default_factory=list)


def backup(data: DataFolder, out: Path, *, at: datetime, progress: Callable[[int], object] = lambda _: None) -> Report:
    """Make `out` a backup of the data folder as it is now, or bring it up to date; `progress` takes the bytes of WARC files as they are copied.

    UsageError where `out` is no place for it; StorageError where it is full or cannot be written to; Locked where another backup writes to it.
    """
    _check(data, out)
    with storing(out):
        out.mkdir(parents=True, exist_ok=True)
        with lock(out / LOCK):
            _remove_unfinished(out)
            if not (out / MARK).exists():
                _mark(out, None)
            try:
                report = _Run(data, out, progress).run()
            finally:
                _remove_unfinished(out)
            _mark(out, at)
    return report


def _check(data: DataFolder, out: Path) -> None:
    source, target = data.path.resolve(), out.resolve()
    if not (data.sites() or data.archive_db.exists()):
        msg = f"{data.path} holds no site folders and no archive, so there is nothing to back up; name the right folder with --data"
        raise UsageError(msg)
    if target == source or source in target.parents or target in source.parents:
        msg = f"{out}: one of the data folder {data.path} and its backup would lie inside the other; name a folder elsewhere, best on another disk"
        raise UsageError(msg)
    if out.exists() and not out.is_dir():
        msg = f"{out} is a file; a backup is a folder"
        raise UsageError(msg)
    if out.is_dir() and not (out / MARK).exists() and any(one.name not in BESIDE for one in out.iterdir()):
        msg = f"{out} holds other things and is no backup of ours (it has no {MARK}); name an empty folder or one that is not there"
        raise UsageError(msg)
    if (out / data.archive_lock.name).exists() or any((out / "sites").glob("*/lock")):
        msg = f"{out} was put back and crawled into: it is a data folder now, which a backup would overwrite. Name another folder"
        raise UsageError(msg)


def _mark(out: Path, at: datetime | None) -> None:
    _write(out / MARK, json.dumps({"of": "congthuong", "ended_at": at.isoformat(timespec="seconds") if at else None}).encode())


@dataclass(slots=True)
class _Run:
    data: DataFolder
    out: Path
    progress: Callable[[int], object]
    report: Report = field(default_factory=Report)

    def run(self) -> Report:
        archive = None
        with self._going_on():
            archive = snapshot(self.data.archive_db, self.out) if self.data.archive_db.exists() else None
        for site in self.data.sites():  # asked now: whatever site the archive knows has its folder
            with self._going_on():
                self._site(site, archive)
                self.report.sites += 1
        self._withheld()
        if archive and not self.report.troubles:
            put(archive)
        elif archive:
            self.report.troubles.append(f"{self.out / self.data.archive_db.name} was left as it was, for it may tell of what is missing here")
        return self.report

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        """What is wrong with one thing is said at the end, and the others are copied; a full disk is wrong for all."""
        try:
            yield
        except StorageError as error:
            if is_full(error):
                raise
            self.report.troubles.append(str(error))

    def _withheld(self) -> None:
        """The same as in the data folder, none where there is none: what is no longer withheld would stay so in what is put back."""
        source, target = self.data.path / WITHHELD, self.out / WITHHELD
        if source.exists():
            _write(target, source.read_bytes())
        else:
            target.unlink(missing_ok=True)

    def _site(self, site: str, archive: Path | None) -> None:
        source, target = self.data.site(site), self.out / "sites" / site
        if not (source / INDEX).exists():
            if not (source / CAPTURES).is_dir():
                return  # a run that had not begun
            msg = f"{source / INDEX}: missing, so nobody knows how far the WARC files are whole. `congthuong rebuild` makes it again; then back up"
            raise StorageError(msg)
        (target / CAPTURES).mkdir(parents=True, exist_ok=True)
        beside = [snapshot(path, target) for path in sorted(source.glob("*.db")) if path.name != INDEX]
        index = snapshot(source / INDEX, target)
        seen, held = _files(index), _held(target / INDEX)
        _check_history(held, index, source, target)
        for name, end in sorted(seen.items()):
            self._warc(source / CAPTURES / name, target / CAPTURES / name, end, held.get(name, (0, "", 0))[0])
        for path in [*sorted((source / CAPTURES).glob("*.torn-*")), *sorted(source.glob("*.json"))]:
            _write(target / path.relative_to(source), path.read_bytes())
        if archive:
            _check_one_make(archive, index, site, source)
        for new in (index, *beside):
            put(new)

    def _warc(self, source: Path, target: Path, end: int, trusted: int) -> None:
        """The first `end` bytes of a file; of those the first `trusted` are in the backup, by its own index."""
        if end < trusted:
            lost = f"{target} holds {trusted - end} bytes more than {source}, which has lost them"
            msg = f"{lost}. Nothing of it was copied: put it back from there, or name another folder"
            raise StorageError(msg)
        size = target.stat().st_size if target.exists() else 0
        start = trusted if size >= trusted else 0
        if start == end == size:
            self.report.unchanged += 1
            return
        into = target if start else target.with_name(target.name + NEW)
        with storing(target), into.open("r+b" if start else "xb") as stream:
            stream.truncate(start)
            stream.seek(start)
            for chunk in span(source, start, end):
                stream.write(chunk)
                self.report.bytes += len(chunk)
                self.progress(len(chunk))
            stream.flush()
            os.fsync(stream.fileno())
        if into != target:
            into.replace(target)
            sync_folder(target.parent)
        self.report.copied += 1


# -- databases


def _files(index: Path) -> dict[str, int]:
    """How much of each WARC file an index has seen."""
    with querying(index), closing(opened(index)) as db:
        return dict(db.execute("SELECT name, seen FROM files").fetchall())


def _held(index: Path) -> dict[str, tuple[int, str, int]]:
    """What the backup's own index says of each file: bytes seen, and id and place of the last capture. Empty where there is none that can be read."""
    sql = "SELECT name, seen, ifnull(id, ''), ifnull(max(offset), 0) FROM files LEFT JOIN captures ON file = name GROUP BY name"
    if not index.exists():
        return {}
    try:
        with closing(opened(index)) as db:
            return {name: (seen, capture, offset) for name, seen, capture, offset in db.execute(sql)}
    except sqlite3.DatabaseError:
        return {}


def _check_history(held: dict[str, tuple[int, str, int]], index: Path, source: Path, target: Path) -> None:
    """StorageError where the backup holds captures that are not in the folder any more: it may be all that is left of them."""
    with closing(opened(index)) as db:
        for name, (_, capture, offset) in held.items():
            same = "SELECT 1 FROM captures WHERE id = ? AND file = ? AND offset = ?"
            if capture and db.execute(same, (capture, name, offset)).fetchone() is None:
                lost = f"{target} holds the capture {capture} in {name}, which {source} has lost"
                msg = f"{lost}. Nothing of it was copied: put it back from there, or name another folder"
                raise StorageError(msg)


def _check_one_make(archive: Path, index: Path, site: str, source: Path) -> None:
    """StorageError where the archive's captures are not those of the index: an import came between the two snapshots, or was killed."""
    odd = "SELECT count(*) FROM captures a LEFT JOIN of_site.captures c ON c.id = a.id WHERE a.site_id = ? AND c.sequence IS NOT a.sequence"
    with querying(archive), closing(opened(archive)) as db:
        db.execute("ATTACH ? AS of_site", (str(index),))
        [count] = db.execute(odd, (site,)).fetchone()
    if count:
        why = f"archive and index differ in {count} captures: an import is at work, or was killed"
        msg = f"{source}: {why}. Back up again, or `congthuong rebuild` first"
        raise StorageError(msg)


# -- files


def _write(path: Path, content: bytes) -> None:
    """Put a small file in place, whole; one that says the same stays."""
    if path.exists() and path.read_bytes() == content:
        return
    new = path.with_name(path.name + NEW)
    with storing(path):
        new.write_bytes(content)
        sync(new)
        new.replace(path)
        sync_folder(path.parent)


def _remove_unfinished(out: Path) -> None:
    """What a run that was killed or failed had not put in place."""
    for end in ("", *LEFT_BY_SQLITE):
        for folder in ("", "sites/*/", f"sites/*/{CAPTURES}/"):
            for path in out.glob(f"{folder}*{NEW}{end}"):
                path.unlink(missing_ok=True)
