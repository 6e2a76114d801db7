"""What `withheld.toml` keeps from leaving the archive. Goes by what `archive.db` has taken in of it, and says so where that is behind."""

from dataclasses import replace

import sqlite_utils

from archive.errors import UsageError
from archive.export.selection import Selection
from archive.withheld import OUTCOME, Withheld, hidden, is_shown

LOOKED_AT = "SELECT 1 FROM captures WHERE id = ? AND outcome <> ?"


def check_in_force(db: sqlite_utils.Database, withheld: Withheld) -> None:
    """UsageError where the archive still shows what the file names."""
    for one in withheld.entries:
        if is_shown(db.conn, one):
            msg = f"{withheld.path}: the archive still shows the {one.kind} {one.id!r}. `congthuong rebuild` puts the file into force; then export"
            raise UsageError(msg)


def without(withheld: Withheld, db: sqlite_utils.Database, site: str, selection: Selection) -> Selection:
    """The selection without the site's withheld captures, and, where anything is withheld, without those that nobody has looked at yet."""
    if not withheld.entries and not hidden(db.conn, site):
        return selection
    return replace(selection, shown=lambda capture: db.conn.execute(LOOKED_AT, (capture, OUTCOME)).fetchone() is not None)
