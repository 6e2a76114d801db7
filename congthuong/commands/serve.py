"""`congthuong serve`: the archive in a browser, by Datasette."""

from pathlib import Path

import click

from archive.data import DataFolder
from archive.errors import UsageError
from congthuong.cli import data_option


@click.command("serve")
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="The port; 0 for any free one.")
def command(data: Path, host: str, port: int) -> None:
    """Serve the archive with Datasette until Ctrl-C.

    \b
    Examples:
      congthuong serve
      congthuong serve --data /srv/congthuong --host 0.0.0.0 --port 8080
    """
    from archive.web import listen, serve  # noqa: PLC0415 - Datasette is slow to import, and other commands do without

    path = DataFolder(data).archive_db
    if not path.exists():
        msg = f"{path} does not exist yet; `congthuong crawl SITE` makes it. The demo's is in data/demo: `congthuong serve --data data/demo`"
        raise UsageError(msg)
    serve(path, listen(host, port), ready=lambda address: click.echo(f"Serving {path} at {address} (Ctrl-C stops)", err=True))
