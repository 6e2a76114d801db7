"""Requests that cannot be answered: what is wrong in one sentence, with the right status and without traces or paths."""

import json
import logging
import sqlite3
import traceback
from http import HTTPStatus
from pathlib import Path
from typing import Any

import datasette
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from archive.web.words import words

DATASETTE = Path(datasette.__file__).parent
WRONG, MISSING, BROKEN = HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR
log = logging.getLogger(__name__)


def status_of(exception: Exception) -> int:
    """Datasette answers some wrong parameters with 500; those are the request's fault, so 400."""
    if isinstance(exception, Base400):
        return int(exception.status)
    if isinstance(exception, DatasetteError):
        return WRONG if exception.status == BROKEN else int(exception.status)
    wrong = _interrupted(exception) or str(exception) == "not authorized" or isinstance(exception, (json.JSONDecodeError, QueryInterrupted))
    return WRONG if wrong or _stumbled(exception) else BROKEN


def _interrupted(exception: Exception) -> bool:
    """By the time limit of a page of ours."""
    return isinstance(exception, sqlite3.OperationalError) and str(exception) == "interrupted"


def _stumbled(exception: Exception) -> bool:
    """Did Datasette itself fall over a parameter that it does not look at closely?"""
    frames = traceback.extract_tb(exception.__traceback__)
    return isinstance(exception, (LookupError, TypeError, ValueError)) and bool(frames) and Path(frames[-1].filename).is_relative_to(DATASETTE)


async def answer(served: Any, request: Any, exception: Exception) -> Response:
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
        response = Response.html(await served.render_template("error.html", context, request=request), status=status)
    return response


def _said(exception: Exception) -> str:
    """Datasette's own sentence, its markup taken out."""
    say = words()["error"]
    if _interrupted(exception):
        return str(say["slow"])
    if isinstance(exception, sqlite3.DatabaseError):
        return str(say["refused"])
    if _stumbled(exception) and not isinstance(exception, json.JSONDecodeError):
        return str(say["odd"])
    message = str(getattr(exception, "message", None) or (exception.args[0] if exception.args else ""))
    return Markup(message).striptags() if getattr(exception, "message_is_html", False) else message  # noqa: S704 only to strip it
