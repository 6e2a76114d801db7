"""The tables as a Data Package (datapackage.org): a CSV file for each and a `datapackage.json` that says what every column means and leads to."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlite_utils

from archive.export import rows
from archive.export.place import PACKAGE
from archive.export.warcs import Progress

LEFT_OUT = frozenset({"counts", "facets"})  # counted from the others, so that pages need not count
MOMENTS = ("_at", "_from", "_until", "_seen", "_published")  # how the names of columns end that hold a moment
DAYS = frozenset({"day", "last_day", "date", "valid_from", "valid_until"})
WORDS = Path(__file__).parents[1] / "web" / "metadata.yaml"


def write_package(out: Path, db: sqlite_utils.Database, sites: tuple[str, ...], at: datetime, *, progress: Progress = int) -> dict[str, int]:
    """Make the folder `out`; by table how many rows. Of some `sites`: their rows and all that rows of theirs name. All from one state of the
    archive, though a crawl may go on writing. `progress` gets 1 for each row.
    """
    out.mkdir()
    said, written, resources = _words(), dict[str, int](), list[dict[str, Any]]()
    db.conn.execute("BEGIN")
    try:
        for table in [name for name in rows.tables(db) if name not in LEFT_OUT]:
            query = rows.Query(table, sites if rows.is_of_sites(db, table) else ())
            path = out / f"{table}.csv"
            with path.open("xb") as file:
                written[table] = rows.write_csv(file, db, query, progress=progress)
            resources.append(_resource(db, table, path, said["databases"]["archive"]["tables"][table]))
        names = [row for row in db.query("SELECT id, name, home FROM sites ORDER BY id") if not sites or row["id"] in sites]
    finally:
        db.conn.rollback()
    package = {
        "name": "cong-thuong-archive",
        "title": said["title"],
        "description": f"{said['description']} {said['license']}",
        "created": at.isoformat(timespec="seconds"),
        "sources": [{"title": row["name"], "path": row["home"]} for row in names],
        "resources": resources,
    }
    (out / PACKAGE).write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return written


def _words() -> dict[str, Any]:
    from datasette.utils import parse_metadata  # noqa: PLC0415 - slow to import

    found: dict[str, Any] = parse_metadata(WORDS.read_text(encoding="utf-8"))
    return found


def _resource(db: sqlite_utils.Database, table: str, path: Path, said: dict[str, Any]) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "name": table,
        "path": path.name,
        "title": said["title"],
        "description": said["description"],
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "schema": _schema(db, table, said),
    }


def _schema(db: sqlite_utils.Database, table: str, said: dict[str, Any]) -> dict[str, Any]:
    columns = {name: kind for name, kind in rows.columns(db, table).items() if name != rows.MARKUP}
    keys = [
        {"fields": key.column, "reference": {"resource": "" if key.other_table == table else key.other_table, "fields": key.other_column}}
        for key in sorted(db.table(table).foreign_keys, key=lambda key: str(key.column))
    ]
    return {
        "fields": [{"name": name, **_type(name, kind), "description": said["columns"][name]} for name, kind in columns.items()],
        "primaryKey": [name for name in db.table(table).pks if name in columns],
        "foreignKeys": keys,
        "missingValues": [""],
    }


def _type(name: str, kind: str) -> dict[str, str]:
    if name in DAYS:
        return {"type": "date"}
    if kind != "INTEGER" and (name == "at" or name.endswith(MOMENTS)):
        return {"type": "datetime", "format": "any"}
    if name in rows.ARRAYS:
        return {"type": "array"}
    return {"type": "integer" if kind == "INTEGER" else "string"}
