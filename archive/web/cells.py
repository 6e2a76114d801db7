"""How single cells of Datasette's own tables are shown, where its way will not do. What is text stays text."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from datasette.utils import tilde_encode
from markupsafe import Markup

from archive.errors import StorageError
from archive.markup import unpack
from archive.web import filters, marks

SHOWN = 200  # characters of a cell, as `truncate_cells_html` has it
NAMED = {  # by table or view, its columns that hold ids of another table
    "claims": {"entity": "clusters", "subject_entity": "provinces"},
    "cluster_facts": {"cluster_id": "clusters", "province_id": "provinces"},
}


def cell(row: Mapping[str, Any], value: object, column: str, table: str | None) -> str | None:
    """A link for an id that no foreign key can lead anywhere, as it may be of several tables; text that would turn the writing around made plain."""
    if column == "html" and isinstance(value, bytes) and "text" in row.keys():  # noqa: SIM118 a sqlite3.Row tests values
        with suppress(StorageError):
            value = unpack(value, row["text"])
    if not isinstance(value, str) or not value:
        return None
    target = entity_table(row, column, table)
    if target:
        return Markup('<a href="/archive/{}/{}">{}</a>').format(target, tilde_encode(value), filters.shown(value))
    plain = filters.shown(value)
    return None if plain == value and column != "html" else _shortened(plain)


def _shortened(text: str) -> str:
    return text[:SHOWN] + ("…" if len(text) > SHOWN else "")


def entity_table(row: Mapping[str, Any], column: str, table: str | None) -> str | None:
    """The table that holds the row which this column of a mention, claim or fact names."""
    if table == "mentions" and column == "entity" and "kind" in row.keys():  # noqa: SIM118 a sqlite3.Row tests values
        return marks.TABLES.get(row["kind"])
    return NAMED.get(table or "", {}).get(column)
