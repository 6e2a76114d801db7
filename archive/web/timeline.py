"""A cluster year by year: who led it, where it met, who was placed; and who is said to be in it when. Arranges rows of `queries`, reads nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archive.web.queries import Row

ROLES = ("leader", "deputy")


@dataclass(slots=True)
class Year:
    """`led`: by role the provinces, each once: province_id, province, `known` (by the reference data) and articles; those known come first."""

    year: int
    led: dict[str, list[Row]] = field(default_factory=lambda: {role: [] for role in ROLES})
    events: list[Row] = field(default_factory=list)
    awards: list[Row] = field(default_factory=list)


def timeline(leaders: Sequence[Row], facts: Iterable[Row], events: Iterable[Row], awards: Iterable[Row]) -> list[Year]:
    """The years of which anything is known or told, newest first. `leaders` are of the reference data, the others of articles."""
    told = [row for row in facts if row["kind"] in ROLES]
    happened = {"events": [row for row in events if row["year"]], "awards": [row for row in awards if row["year"]]}
    all_years = {row["year"] for row in (*leaders, *told, *happened["events"], *happened["awards"]) if row["year"]}
    years = {year: Year(year) for year in sorted(all_years, reverse=True)}
    for row in leaders:
        years[row["year"]].led[row["role"]].append({"province_id": row["id"], "province": row["name"], "known": True, "articles": 0})
    for row in told:
        if row["year"]:
            _add(years[row["year"]].led[row["kind"]], row)
    for name, rows in happened.items():
        for row in rows:
            getattr(years[row["year"]], name).append(row)
    for year in years.values():
        year.events.sort(key=lambda row: (row["day"] or "", row["what"]))
    return list(years.values())


def _add(led: list[Row], fact: Row) -> None:
    """What articles say of a province that is there already, or a further province."""
    same = next((one for one in led if one["province_id"] == fact["province_id"]), None)
    if same is None:
        led.append({"province_id": fact["province_id"], "province": fact["province"], "known": False, "articles": fact["articles"]})
    else:
        same["articles"] = fact["articles"]


def members(known: Sequence[Row], facts: Iterable[Row]) -> tuple[list[int | None], list[Row]]:
    """(years, rows): the years in which articles name members, None (they do not say) last; for each province whether the reference data have
    it, and by year how many articles name it.
    """
    told = [row for row in facts if row["kind"] == "member"]
    years = sorted({row["year"] for row in told}, key=lambda year: (year is None, -(year or 0)))
    rows = {row["id"]: {"id": row["id"], "name": row["name"], "known": True, "articles": {}} for row in known}
    for row in told:
        one = rows.setdefault(row["province_id"], {"id": row["province_id"], "name": row["province"], "known": False, "articles": {}})
        one["articles"][row["year"]] = row["articles"]
    return years, sorted(rows.values(), key=lambda row: (not row["known"], row["name"]))
