"""Requests that cannot be answered: what is wrong in one sentence, with the right status and without traces or paths."""

import json
import logging
import sqlite3
from http import HTTPStatus
from typing import Any

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from archive.web.words import words

WRONG, MISSING, BROKEN = HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR
log = logging.getLogger(__name__)


def status_of(exception: Exception) -> int:
    """Datasette answers some wrong parameters with 500; those are the request's fault, so 400."""
    if isinstance(exception, Base400):
        return int(exception.status)
    if isinstance(exception, DatasetteError):
        return WRONG if exception.status == BROKEN else int(exception.status)
    interrupted = isinstance(exception, sqlite3.OperationalError) and str(exception) == "interrupted"  # by the time limit of a page of ours
    return WRONG if interrupted or isinstance(exception, (json.JSONDecodeError, QueryInterrupted)) else BROKEN


async def answer(datasette: Any, request: Any, exception: Exception) -> Response:
    status = status_of(exception)
    say = words()["error"]
    known: dict[int, tuple[str, str]] = {MISSING: (say["missing"], say["missing_hint"]), BROKEN: (say["broken"], say["broken_hint"])}
    title, hint = known.get(status) or (say["wrong"], _said(exception))
    if status == BROKEN:
        log.error("no answer to %s", request.path, exc_info=exception)
    response: Response
    if request.path.endswith(".json"):
        response = Response.json({"ok": False, "error": f"{title} {hint}", "status": status, "title": title}, status=status)
    else:
        context = {"title": title, "hint": hint, "status": status, "ours": True}
        response = Response.html(await datasette.render_template("error.html", context, request=request), status=status)
    return response


def _said(exception: Exception) -> str:
    """Datasette's own sentence, its markup taken out."""
    if isinstance(exception, sqlite3.OperationalError):
        return str(words()["error"]["slow"])
    message = str(getattr(exception, "message", None) or (exception.args[0] if exception.args else ""))
    return Markup(message).striptags() if getattr(exception, "message_is_html", False) else message  # noqa: S704 only to strip it
