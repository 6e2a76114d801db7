"""The Datasette plugin: hooks only, each handing on to the module that does the work."""

import sqlite3
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import jinja2
import pluggy
from datasette.utils import tilde_decode
from datasette.utils.asgi import Response

from archive.web import capturing, cells, comparing, filters, functions, machines, problems, searching, status, whereabouts
from archive.web.answers import DATABASE, POLICY, under
from archive.web.pages import PAGES, home_page
from archive.web.words import for_templates

POLICIES = {
    # pages of ours have neither script nor inline style
    "ours": "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # stock ones of Datasette have both
    "stock": (
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # what a department sent: an origin of its own, no script, form or request; in the frame on its page, `frame-src` keeps it from going elsewhere
    "capture": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none';"
        " frame-ancestors 'self'"
    ),
}
CACHE = 24 * 1024  # kB of pages that each of Datasette's three reading connections keeps

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Callable[[], Awaitable[Message]], Send], Awaitable[None]]

hookimpl = pluggy.HookimplMarker("datasette")


@hookimpl(trylast=True)  # after Datasette's own, whose `escape_fts` is replaced
def prepare_connection(conn: sqlite3.Connection) -> None:
    conn.execute(f"PRAGMA cache_size = -{CACHE}")
    conn.execute("PRAGMA temp_store = MEMORY")
    functions.register(conn)
    whereabouts.keep_to_ourselves(conn)


@hookimpl
def prepare_jinja2_environment(env: jinja2.Environment) -> None:
    env.globals["w"] = for_templates()
    env.globals["style_version"] = filters.style_version()
    env.filters.update(filters.FILTERS)


@hookimpl
def extra_template_vars(template: str, database: str | None, request: Any, datasette: Any) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def variables() -> dict[str, Any]:
        page = PAGES.get(template)
        if page is None or request is None or database not in {None, DATABASE}:
            return {}
        under(request, "ours")
        key = tilde_decode((request.url_vars.get("pks") or "").split(",")[0])
        found: dict[str, Any] = await datasette.get_database(DATABASE).execute_fn(lambda conn: page(conn, key))
        return {"ours": True, **found}

    return variables


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [
        (r"^/$", home_page),
        (r"^/search(?:\.(?P<format>json|csv|atom))?$", searching.search_page),
        (r"^/compare(?:\.(?P<format>json|csv|svg))?$", comparing.compare_page),
        (r"^/status$", status.status_page),
        *((rf"^/captures/(?P<id>[0-9a-f]{{16}})/{name}$", view) for name, view in capturing.ROUTES.items()),
        (r"^/-/(?!static/|static-plugins/|(?:versions|metadata|settings|plugins)(?:\.json)?$)", machines.nothing),
        (r"^/robots\.txt$", machines.robots),
        (r"^/sitemap(?:-(?P<number>[1-9]\d{0,5}))?\.xml$", machines.sitemap),
    ]


@hookimpl
def render_cell(row: Any, value: object, column: str, table: str | None) -> str | None:
    return cells.cell(row, value, column, table)


@hookimpl
def handle_exception(request: Any, exception: Exception, datasette: Any) -> Callable[[], Awaitable[Response]]:
    async def answer() -> Response:
        under(request, "ours")
        return await problems.answer(datasette, request, exception)

    return answer


@hookimpl
def asgi_wrapper() -> Callable[[Asgi], Asgi]:
    return _with_headers


def _with_headers(inner: Asgi) -> Asgi:
    """Every answer says what a browser may do with it."""

    async def wrapped(scope: Scope, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        box: dict[str, str] = {}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = POLICIES[box.get("name", "stock")]
                added = {"content-security-policy": policy, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
                headers = [*message.get("headers", []), *((name.encode(), value.encode()) for name, value in added.items())]
                message = {**message, "headers": headers}
            await send(message)

        await inner({**scope, POLICY: box}, receive, send_with_headers)

    return wrapped
