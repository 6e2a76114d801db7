"""What a search asks for, and its filters: as conditions on the narrow rows (`facets`), and by which of them to look up first. Reads counts only."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Sort: TypeAlias = Literal["date", "relevance"]

# Filters that are columns of an article, and those that are of its mentions.
COLUMNS = ("site", "year", "author", "category")
FACETS = ("province", *COLUMNS, "cluster", "scheme", "kind")
COLUMN_OF = {"province": "province_id", "site": "site_id", "year": "year", "author": "author", "category": "category"}
SETS = {"cluster": "clusters", "scheme": "schemes", "kind": "kinds"}
# Filters that are no column of `facets`, asked of an article's rows elsewhere: mention of an entity of any kind, and an author by id.
ELSEWHERE = {"mentions": "mentions m WHERE m.entity = ?", "by": "article_authors m WHERE m.author_id = ?"}
LISTS = {  # where articles are listed by what is no column of theirs
    **ELSEWHERE,
    "cluster": "mentions m WHERE m.entity = ?",
    "scheme": "mentions m WHERE m.kind IN ('cluster', 'block') AND m.scheme = ?",
    "kind": "mentions m WHERE m.kind = ?",
}
FILTERS = (*FACETS, *ELSEWHERE)
_MEASURED = {"cluster": "entity", "mentions": "entity"}  # filters whose counts are under another name
GATHERING = 4  # what it costs to gather an article from such a list, against passing one when walking by date


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for. `filters`: by name of FILTERS the value; a province of today stands for its whole territory, before the mergers too."""

    text: str = ""
    filters: Mapping[str, str | int] = field(default_factory=dict)
    sort: Sort = "date"
    limit: int = 20
    offset: int = 0

    def under(self, name: str, value: str | int | None) -> "Asked":
        """The same with another value of a filter, or without it; from the first page on."""
        others = {key: kept for key, kept in self.filters.items() if key != name}
        return replace(self, filters=others if value is None else {**others, name: value}, offset=0)


def where(asked: Asked, first: str | None = None) -> tuple[str, list[str | int]]:
    """The filters as a condition on `f`, an article's row in `facets`. By the filter `first` the rows are looked up, the others are asked of each."""
    conditions, values = ["1"], list[str | int]()
    for name, value in asked.filters.items():
        keep = "" if name == first else "+"  # which keeps SQLite from looking up by it
        if name == "province":
            conditions.append(f"{keep}f.province_id IN (SELECT id FROM provinces WHERE id = ? OR successor_id = ?)")  # noqa: S608 - our own names
            values.append(value)
        elif name in LISTS and name == first:
            conditions.append(f"f.article IN (SELECT a.rowid FROM articles a WHERE a.id IN (SELECT m.article_id FROM {LISTS[name]}))")  # noqa: S608 - our own names
        elif name in ELSEWHERE:
            own = "m.article_id = (SELECT a.id FROM articles a WHERE a.rowid = f.article)"
            conditions.append(f"EXISTS (SELECT 1 FROM {ELSEWHERE[name]} AND {own})")  # noqa: S608 - our own names
        elif name in SETS:
            conditions.append(f"instr(',' || f.{SETS[name]} || ',', ',' || ? || ',')")
        else:
            conditions.append(f"{keep}f.{COLUMN_OF[name]} = ?")
        values.append(value)
    return " AND ".join(conditions), values


def first_of(conn: sqlite3.Connection, asked: Asked, most: int) -> str | None:
    """The filter by which to look the articles up: that with fewest, by the counts. None where walking by date meets `most` of them sooner."""
    found = sorted((_estimated(conn, name, value), name) for name, value in asked.filters.items())
    [total] = conn.execute("SELECT ifnull(sum(articles), 0) FROM counts WHERE measure = 'site'").fetchone()
    return next((name for count, name in found if name not in SETS or GATHERING * count * count <= most * total), None)


def _estimated(conn: sqlite3.Connection, name: str, value: str | int) -> int:
    if name == "by":
        sql, values = "SELECT articles FROM authors WHERE id = ?", [value]
    elif name == "province":
        sql = "SELECT sum(articles) FROM counts WHERE measure = 'province' AND value IN (SELECT id FROM provinces WHERE id = ? OR successor_id = ?)"
        values = [value, value]
    else:
        sql, values = "SELECT articles FROM counts WHERE measure = ? AND value = ?", [_MEASURED.get(name, name), str(value)]
    [count] = conn.execute(sql, values).fetchone() or (None,)
    return int(count or 0)
