"""Whatever is asked of whichever route, the answer is an answer: never a fault of ours, never a trace, never where the archive lies."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from hypothesis import given, settings
from hypothesis import strategies as st

from test_archive_web import datasette, get, path

__all__ = ["datasette", "get", "path"]

ROUTES = (
    *(
        "/",
        "/.json",
        "/archive",
        "/archive.json",
        "/archive.csv",
        "/archive/articles",
        "/archive/articles.json",
        "/archive/articles.csv",
        "/archive/mentions",
    ),
    *(
        "/archive/cluster_facts",
        "/archive/articles/a1",
        "/archive/articles/a1.json",
        "/archive/articles/~",
        "/archive/captures/c1",
        "/archive/sites/bac-kan",
    ),
    *("/archive/provinces/bac-kan", "/archive/clusters/moit-309-2023-iii", "/archive/authors/ly-thu-ha", "/archive/decisions/qd-309-bct-2023"),
    *("/archive/article_authors/a1,0", "/archive/articles_of_a_cluster", "/archive/without_byline.json", "/archive/files", "/archive/counts"),
    *(
        "/search",
        "/search.json",
        "/search.csv",
        "/search.atom",
        "/compare",
        "/compare.json",
        "/compare.csv",
        "/compare.svg",
        "/status",
        "/robots.txt",
        "/sitemap.xml",
    ),
    *("/sitemap-1.xml", "/captures/0123456789abcdef/record", "/captures/x/rendered", "/-/versions.json", "/-/metadata.json", "/assets/style.css"),
)
NAMES = (
    *(
        "q",
        "province",
        "site",
        "year",
        "author",
        "category",
        "cluster",
        "scheme",
        "kind",
        "mentions",
        "by",
        "sort",
        "page",
        "size",
        "safe",
        "measure",
        "borders",
    ),
    *(
        "_search",
        "_search_title",
        "_sort",
        "_sort_desc",
        "_size",
        "_next",
        "_facet",
        "_facet_array",
        "_facet_date",
        "_facet_size",
        "_where",
        "_through",
    ),
    *(
        "_shape",
        "_labels",
        "_col",
        "_nocol",
        "_fts_table",
        "_fts_pk",
        "_searchmode",
        "_nofacet",
        "_trace",
        "_timelimit",
        "_ttl",
        "_nl",
        "_stream",
        "_json",
    ),
    *(
        "sql",
        "id",
        "id__in",
        "id__gt",
        "title__like",
        "year__exact",
        "tags__arraycontains",
        "published_at__date",
        "title__glob",
        "_filter_column",
        "_extra",
    ),
)
VALUES = (
    *(
        "",
        "0",
        "-1",
        "1e309",
        "99999999999999999999",
        "x",
        "[",
        "{",
        '{"table": "mentions", "column": "entity", "value": 1}',
        "select 1",
        "select * from articles",
    ),
    *(
        "year",
        "title",
        "nosuch",
        "on",
        "id",
        "'",
        '"',
        "%00",
        "\x00",
        "a" * 300,
        "đ",
        "\ud800",
        "\u202e",
        "1,2",
        "month",
        "old",
        "new",
        "objects",
        "array",
        "delay",
    ),
    *(
        "moit-309-2023-iii",
        "bac-kan",
        "2023",
        "*",
        "NEAR(",
        "<script>alert(1)</script>",
        "raw",
        "articles_exact",
        "select file from pragma_database_list",
    ),
)


@pytest.fixture(scope="module")
def ask(datasette: Datasette) -> Callable[[str], Any]:
    return lambda address: asyncio.run(datasette.client.get(address, follow_redirects=True))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Datasette drops a coroutine when it refuses a facet
@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(ROUTES),
    st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(st.sampled_from(VALUES), st.text(max_size=12))), max_size=3),
)
def test_any_request_is_answered(ask: Callable[[str], Any], path: Path, route: str, parameters: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in parameters)
    answer = ask(f"{route}?{query}")
    assert answer.status_code in {200, 400, 404}, answer.text
    assert "Traceback" not in answer.text
    assert str(path.parent) not in answer.text
    assert "<script>alert(1)" not in answer.text or "html" not in answer.headers["content-type"]


@pytest.mark.parametrize(
    "address",
    (
        *(
            "/-/databases.json",
            "/-/databases",
            "/-/threads.json",
            "/-/messages",
            "/-/permissions",
            "/-/patterns",
            "/-/allow-debug",
            "/-/auth-token",
            "/-/actor",
        ),
        "/archive.json?sql=select+*+from+pragma_database_list",
        "/archive.json?sql=select+*+from+pragma_database_list()",
        "/archive/articles.json?_where=1=(select+count(*)+from+PRAGMA_database_list)",
        "/archive.db",
    ),
)
def test_where_the_archive_lies_is_told_to_nobody(ask: Callable[[str], Any], path: Path, address: str) -> None:
    answer = ask(address)
    assert answer.status_code in {400, 403, 404}
    assert str(path.parent) not in answer.text
