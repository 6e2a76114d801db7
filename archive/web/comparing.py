"""`/compare`: provinces beside one another, as a chart with its table, and as CSV and JSON. Every state is an address."""

import csv
import json
import sqlite3
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import BadRequest, Response
from markupsafe import Markup

from archive.compare import LENGTHS, MEASURES, Asked, Compared, compare
from archive.web.answers import page, reading, taken
from archive.web.charts import chart, summary
from archive.web.queries import Row, rows

MOST = 8  # provinces in one chart


async def compare_page(datasette: Any, request: Any) -> Response:
    asked = asked_of(request.args)

    def read(conn: sqlite3.Connection) -> tuple[Compared, list[Row]]:
        generation = "valid_from IS NOT NULL" if asked.borders == "new" else "1"
        return compare(conn, asked), rows(conn, f"SELECT id, label FROM provinces WHERE {generation} ORDER BY name, id")  # noqa: S608 - our own words only

    found, provinces = await reading(datasette, read)
    form = request.url_vars.get("format")
    if form in {"csv", "json"}:
        return _csv(found) if form == "csv" else _json(found, asked)
    if form == "svg":
        return await _svg(datasette, request, found, asked)
    drawn = {"chart": chart(found.periods, found.names, found.values), "summary": summary(found.periods, found.names, found.values)}
    context = {"asked": asked, "found": found, "provinces": provinces, "measures": tuple(MEASURES), **drawn, **_addresses(asked)}
    return await page(datasette, request, "compare.html", context)


def asked_of(args: Any) -> Asked:
    """What an address asks for. Raises BadRequest naming the parameter that cannot be."""
    chosen: dict[str, Any] = {"measure": args.get("measure") or "articles", "by": args.get("by") or "year", "borders": args.get("borders") or "old"}
    for name, may in (("measure", tuple(MEASURES)), ("by", tuple(LENGTHS)), ("borders", ("old", "new"))):
        if chosen[name] not in may:
            msg = f"{name} is {chosen[name][:20]!r}; it can be {', '.join(may)}"
            raise BadRequest(msg)
    provinces = tuple(dict.fromkeys(one for said in args.getlist("province") for one in said.split(",") if one))
    if len(provinces) > MOST:
        msg = f"province names {len(provinces)}; a chart holds {MOST}"
        raise BadRequest(msg)
    return Asked(provinces, **chosen)


def _addresses(asked: Asked) -> dict[str, Any]:
    return {
        "by": {name: address(replace(asked, by=name)) for name in ("year", "month")},
        "borders": {name: address(replace(asked, borders=name)) for name in ("old", "new")},
        "measured": {name: address(replace(asked, measure=name)) for name in MEASURES},
        "downloads": {form: address(asked, form) for form in ("csv", "json", "svg")},
    }


def address(asked: Asked, form: str | None = None) -> str:
    """Where an answer stands."""
    said = {"province": ",".join(asked.provinces), "measure": asked.measure, "by": asked.by, "borders": asked.borders}
    usual = {"province": "", "measure": "articles", "by": "year", "borders": "old"}
    query = urlencode({name: value for name, value in said.items() if value != usual[name]}, safe=",")
    return f"/compare{'.' + form if form else ''}{'?' + query if query else ''}"


def _csv(found: Compared) -> Response:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(("period", *found.values))
    writer.writerows((period, *(line[number] for line in found.values.values())) for number, period in enumerate(found.periods))
    return taken(out.getvalue(), "text/csv; charset=utf-8", {"content-disposition": 'attachment; filename="compare.csv"'})


async def _svg(datasette: Any, request: Any, found: Compared, asked: Asked) -> Response:
    """The chart by itself, with its look and its legend, for a report."""
    style = Markup((Path(__file__).parent / "static" / "chart.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of ours
    at = datasette.absolute_url(request, address(asked))
    context = {"chart": chart(found.periods, found.names, found.values), "asked": asked, "style": style, "address": at}
    drawn = await datasette.render_template("compare.svg", context, request=request)
    return taken(drawn, "image/svg+xml; charset=utf-8", {"content-disposition": 'attachment; filename="compare.svg"'})


def _json(found: Compared, asked: Asked) -> Response:
    rows = [{"period": period, **{key: line[number] for key, line in found.values.items()}} for number, period in enumerate(found.periods)]
    said = {"measure": asked.measure, "by": asked.by, "borders": asked.borders, "provinces": found.names, "rows": rows}
    return taken(json.dumps(said, ensure_ascii=False), "application/json; charset=utf-8")
