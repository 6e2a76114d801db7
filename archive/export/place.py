"""Puts what is exported in its place only when it is whole. Knows no format."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.data import storing
from archive.errors import UsageError
from archive.warc_file import sync_folder

PACKAGE = "datapackage.json"
WARCS = (".warc.gz", ".warc")


@contextmanager
def in_place(out: Path, *, force: bool) -> Iterator[Path]:
    """Where to write the file or folder that is to become `out`: in a hidden folder beside it, so that moving it is one rename on one disk. When
    the block ends well it is made durable and moved; a block that fails leaves `out` as it was, a kill a folder named `.NAME.….part` at most.
    UsageError where `out` is there without `force`, or is what nobody would want replaced.
    """
    _check(out, force=force)
    with storing(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{out.name}.", suffix=".part", dir=out.parent) as work:
            made = Path(work) / "new"
            yield made
            _sync(made)
            _check(out, force=force)  # it may have come meanwhile
            if out.is_dir():
                out.replace(Path(work) / "old")
            made.replace(out)
            sync_folder(out.parent)


def _check(out: Path, *, force: bool) -> None:
    if out.is_symlink() or out.exists():
        if not force:
            msg = f"{out} exists; --force replaces it"
            raise UsageError(msg)
        if out.is_dir() and not _is_export(out):
            msg = f"{out} is a folder that holds other things than what an export writes, so --force does not replace it; name another one"
            raise UsageError(msg)


def _is_export(folder: Path) -> bool:
    """WARC files, or a package of tables, and nothing else."""
    endings = (".csv", PACKAGE) if (folder / PACKAGE).is_file() else WARCS
    return all(one.name.endswith(endings) and one.is_file() for one in folder.iterdir())


def _sync(made: Path) -> None:
    for path in sorted(made.iterdir()) if made.is_dir() else [made]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    if made.is_dir():
        sync_folder(made)
