"""What the archive shows: Datasette over `archive.db`, with a plugin, templates and words of its own. Only reads."""

from archive.web.server import app, listen, serve

__all__ = ["app", "listen", "serve"]
