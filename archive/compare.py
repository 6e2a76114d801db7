"""Provinces beside one another over time, by one measure: with the borders of the day of publication or those of today. Reads `archive.db` only.

A further measure is a further entry of MEASURES.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

By: TypeAlias = Literal["month", "year"]
Borders: TypeAlias = Literal["old", "new"]

# By name the rows that are measured, with `province_id` and `published_at`, and how those of one province and period become a number.
MEASURES: dict[str, tuple[str, str]] = {
    "articles": ("facets", "count(*)"),
    "clusters": ("(SELECT * FROM facets WHERE instr(',' || kinds || ',', ',cluster,'))", "count(*)"),
    "authors": ("(SELECT * FROM facets WHERE author IS NOT NULL)", "count(DISTINCT author)"),
    "delay": (
        "(SELECT *, julianday(substr(published_at, 1, 10)) - julianday(meeting) AS days FROM facets WHERE meeting IS NOT NULL)",
        "round(avg(days) FILTER (WHERE days >= 0), 1)",
    ),
}
ADDED = frozenset({"articles", "clusters"})  # those whose numbers may be added up
LENGTHS = {"month": 7, "year": 4}  # letters of an ISO date


@dataclass(frozen=True, slots=True)
class Asked:
    provinces: tuple[str, ...] = ()  # ids; none: those with most articles
    measure: str = "articles"
    by: By = "year"
    borders: Borders = "old"


@dataclass(frozen=True, slots=True)
class Compared:
    """`values`: by province, in the order asked for, the number of each of `periods`; None where nothing was measured."""

    periods: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)  # of the provinces
    values: dict[str, tuple[float | None, ...]] = field(default_factory=dict)


def compare(conn: sqlite3.Connection, asked: Asked, *, most: int = 3) -> Compared:
    """The numbers of the provinces that are asked for, or of the `most` with most articles. Unknown ones are left out; with the borders of
    today one of before stands for the province it belongs to now.
    """
    provinces = {key: (label, successor) for key, label, successor in conn.execute("SELECT id, label, successor_id FROM provinces")}
    belongs = {key: successor or key if asked.borders == "new" else key for key, (_, successor) in provinces.items()}
    chosen = list(dict.fromkeys(belongs[one] for one in asked.provinces if one in belongs)) or _largest(conn, belongs, most)
    territory = [(key, place) for key, place in belongs.items() if place in chosen]
    rows, value = MEASURES[asked.measure]
    sql = (
        f"WITH territory(id, place) AS (VALUES {', '.join(['(?, ?)'] * len(territory)) or '(NULL, NULL)'})"  # noqa: S608 - our own names only
        f" SELECT t.place, substr(m.published_at, 1, {LENGTHS[asked.by]}) AS period, {value} FROM territory t CROSS JOIN {rows} m"
        " ON m.province_id = t.id WHERE m.published_at IS NOT NULL GROUP BY 1, 2"
    )
    found = {(where, period): number for where, period, number in conn.execute(sql, [one for pair in territory for one in pair])}
    periods = _all_between(sorted({period for _, period in found}), asked.by)
    nothing = 0 if asked.measure in ADDED else None
    values = {one: tuple(found.get((one, period), nothing) for period in periods) for one in chosen}
    return Compared(periods, {one: provinces[one][0] for one in chosen}, values)


def _largest(conn: sqlite3.Connection, belongs: Mapping[str, str], most: int) -> list[str]:
    """The places with most articles, by the table of counts."""
    articles = Counter[str]()
    for province, count in conn.execute("SELECT value, articles FROM counts WHERE measure = 'province'"):
        articles[belongs.get(province, province)] += count
    return [place for place, _ in sorted(articles.items(), key=lambda one: (-one[1], one[0]))[:most] if place in belongs]


def _all_between(periods: Sequence[str], by: By) -> tuple[str, ...]:
    """Without gaps, so that a line does not jump over a time in which nothing was published."""
    if not periods:
        return ()
    first, last = periods[0], periods[-1]
    if by == "year":
        return tuple(str(year) for year in range(int(first), int(last) + 1))
    months = range(int(first[:4]) * 12 + int(first[5:7]) - 1, int(last[:4]) * 12 + int(last[5:7]))
    return tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in months)
