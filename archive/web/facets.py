"""Facets over a whole table come from the table of counts: the same at a million articles as at ten. Those over a part are counted."""

import re

# By table and column, the measure under which `pipelines.derive` counts its values.
COUNTED = {
    ("articles", "province_id"): "province",
    ("articles", "site_id"): "site",
    ("articles", "year"): "year",
    ("articles", "category"): "category",
    ("articles", "author"): "author",
    ("mentions", "kind"): "mentions.kind",
    ("mentions", "scheme"): "mentions.scheme",
}
NUMBERS = frozenset({"year"})  # columns that hold them
# As Datasette asks: the values of a column of all rows, most first.
_WHOLE = re.compile(
    r"\s*select \[?(?P<column>\w+)]? as value, count\(\*\) as count from \(\s*select [^()]* from \[?(?P<table>\w+)]?\s*\)"
    r"\s*where \S+ is not null\s+group by \S+ order by count desc, value limit (?P<limit>\d+)\s*"
)


def counted(sql: str) -> str | None:
    """The same question asked of the counts; None where it is another, or of what is not counted."""
    asked = _WHOLE.fullmatch(sql)
    measure = asked and COUNTED.get((asked["table"], asked["column"]))
    if not asked or not measure:
        return None
    value = "CAST(value AS INTEGER)" if asked["column"] in NUMBERS else "value"
    return f"SELECT {value} AS value, articles AS count FROM counts WHERE measure = '{measure}' ORDER BY 2 DESC, 1 LIMIT {asked['limit']}"  # noqa: S608
