"""Datasette over one `archive.db`, set up as this archive wants it. Reads the database only; a crawl may write it meanwhile."""

import errno
import gc
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from datasette.utils import parse_metadata

from archive.errors import StorageError, UsageError
from archive.web import plugin
from archive.web.answers import DATABASE
from archive.web.facets import counted

HERE = Path(__file__).parent
PORT = 8001
SETTINGS = {
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 3000,
    "facet_time_limit_ms": 500,
    "suggest_facets": False,  # they scan every column of a table at each look
    "allow_download": False,
    "truncate_cells_html": 200,  # texts of several kB stay readable in a table
}


def default_metadata() -> dict[str, Any]:
    """Title, rights and the words about every table and column, from `metadata.yaml`."""
    loaded: dict[str, Any] = parse_metadata((HERE / "metadata.yaml").read_text(encoding="utf-8"))
    return loaded


def app(database: Path, *, metadata: Mapping[str, Any] | None = None) -> Datasette:
    """Datasette that serves `database` under the name `archive`. `metadata` replaces top-level keys of `metadata.yaml`, such as `title`."""
    if not database.is_file():
        msg = f"there is no archive at {database}: crawl or rebuild first, or name the data folder"
        raise StorageError(msg)
    if not pm.is_registered(plugin):
        pm.register(plugin, plugin.__name__)
        pm.unregister(name="datasette.handle_exception")  # it prints every 404 with all local variables; ours takes its place
    datasette = Datasette(
        [],
        metadata={**default_metadata(), **(metadata or {})},
        template_dir=str(HERE / "templates"),
        static_mounts=[("assets", str(HERE / "static"))],
        settings=SETTINGS,
    )
    datasette.remove_database("_memory")
    datasette.add_database(Archive(datasette, path=str(database), is_mutable=True), name=DATABASE)  # type: ignore[no-untyped-call]
    return datasette


class Archive(Database):
    """The one database there is; nothing is attached to it, so its connections need not be asked for their files."""

    async def attached_databases(self) -> list[Any]:
        return []

    async def execute(self, sql: str, *given: Any, **options: Any) -> Any:  # handed on as Datasette gives it
        return await super().execute(counted(sql) or sql, *given, **options)  # type: ignore[no-untyped-call]


def listen(host: str = "127.0.0.1", port: int | None = None) -> socket.socket:
    """A socket to serve on: at `port` (0: any free one), or without one at 8001 or, if that is taken, at any free one. Raises UsageError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, PORT if port is None else port), family=family)
    except OSError as error:
        if port is None and error.errno == errno.EADDRINUSE:
            return listen(host, 0)
        msg = f"cannot listen on {host} port {PORT if port is None else port}: {error.strerror or error}; try another --port"
        raise UsageError(msg) from error
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # its connections have it too: else each answer waits 40 ms for the browser's nod
    return made


def serve(database: Path, bound: socket.socket, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve on a socket of `listen` until interrupted; it is closed then. `ready` is told the address."""
    with bound:
        datasette = app(database)
        gc.collect()
        gc.freeze()  # what is loaded stays: or each fourth search pays 45 ms for the collector to go through all of it
        if ready:
            host, port = bound.getsockname()[:2]
            ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
        uvicorn.Server(uvicorn.Config(datasette.app(), log_level="warning", lifespan="on")).run(sockets=[bound])
