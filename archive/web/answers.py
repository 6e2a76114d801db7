"""What the routes of ours share: whose page an answer is, reading within a time limit, and answers that any site may read."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Response

DATABASE = "archive"
POLICY = "congthuong.policy"  # key of the request's scope: a box in which the answer says what a browser may do with it
TIME_LIMIT = 3000  # ms

Read = TypeVar("Read")


async def reading(datasette: Any, read: Callable[[sqlite3.Connection], Read]) -> Read:
    """What `read` reads from the archive; interrupted after TIME_LIMIT."""

    def within(conn: sqlite3.Connection) -> Read:
        with sqlite_timelimit(conn, TIME_LIMIT):
            return read(conn)

    found: Read = await datasette.get_database(DATABASE).execute_fn(within)
    return found


def under(request: Any, policy: str) -> None:
    """The answer to this request goes out under a policy of `plugin.POLICIES`."""
    request.scope.get(POLICY, {})["name"] = policy


async def page(datasette: Any, request: Any, template: str, context: Mapping[str, Any]) -> Response:
    """A page of ours, which allows no script."""
    under(request, "ours")
    html: str = await datasette.render_template(template, {"ours": True, **context}, request=request)
    answer: Response = Response.html(html)
    return answer


def taken(body: str, content_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """For machines of any site."""
    answer: Response = Response(body, content_type=content_type, headers={"access-control-allow-origin": "*", **(headers or {})})
    return answer
