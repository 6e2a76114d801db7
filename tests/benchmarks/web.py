"""How fast the served archive answers: `python tests/benchmarks/web.py [--articles 100000] [--keep FILE]`.

A synthetic archive is written (texts of kept pages cut and joined anew, 40 departments, ten years, mentions and claims as they were read) and served on loopback in a
process of its own; each address is asked several times, one after the other. The first answers are left out, since each of Datasette's three connections has to read its
pages once. Printed are the median and the 95th percentile in milliseconds as a browser would see them, and the largest memory of the server.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import httpx
import sqlite_utils
from pages import article

from archive.markup import pack
from archive.records import Reading
from archive.reference import load_reference
from archive.tables import open_archive, store_reference, transaction, upsert
from pipelines import read_html
from pipelines.context import Context
from pipelines.derive import derive

SITES, AUTHORS = 40, 400
BATCH = 2000
WARM = 8  # answers that are left out
ASKED = {
    "search, no words": ["/search"],
    "search, rare": ["/search?q=dong+thap", "/search?q=309+QD+BCT", "/search?q=%22k%C3%BD+k%E1%BA%BFt+giao+%C6%B0%E1%BB%9Bc%22"],
    "search, common": ["/search?q=cong+thuong", "/search?q=va", "/search?q=c%C3%B4ng+th%C6%B0%C6%A1ng", "/search?q=thi+dua&year=2020"],
    "search, relevance": ["/search?q=cong+thuong&sort=relevance", "/search?q=va&sort=relevance", "/search?q=thi+dua&sort=relevance"],
    "search, filters": ["/search?province=bac-kan", "/search?cluster=moit-309-2023-iii", "/search?year=2021&scheme=moit"],
    "search, of one thing": ["/search?mentions=qd-309-bct-2023", "/search?mentions=bac-kan", "/search?by=w7"],
    "article": ["/archive/articles/a0000010", "/archive/articles/a0000777"],
    "table, two facets": ["/archive/articles?_facet=site_id&_facet=year", "/archive/mentions?_facet=kind&_facet=scheme"],
    "compare": [f"/compare?measure={measure}&by=month" for measure in ("articles", "clusters", "authors", "delay")],
    "compare, of today": [f"/compare?measure={measure}&borders=new&by=month" for measure in ("articles", "clusters", "authors", "delay")],
    "home": ["/"],
    "cluster": ["/archive/clusters/moit-309-2023-iii"],
    "province": ["/archive/provinces/bac-kan", "/archive/provinces/thai-nguyen-2025"],
    "author": ["/archive/authors/w7"],
    "department": ["/archive/sites/s3"],
    "status": ["/status"],
}


@click.command()
@click.option("--articles", default=100_000, show_default=True)
@click.option("--rounds", default=15, show_default=True)
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="The archive to ask; written first where it is not there.")
def main(articles: int, rounds: int, keep: Path | None) -> None:
    """Write, ask, and say how long it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = keep or Path(folder) / "archive.db"
        if not path.exists():
            write(path, articles)
        click.echo(f"{articles:,} articles, {path.stat().st_size / 1e9:.2f} GB")
        with served(path) as (address, process):
            ask(address, rounds)
            click.echo(f"at most {peak(process)} MB")


@contextmanager
def served(path: Path) -> Iterator[tuple[str, int]]:
    """Its address and its process, which ends with the block."""
    code = "import pathlib, sys\nfrom archive.web import listen, serve\nserve(pathlib.Path(sys.argv[1]), listen(port=0), ready=lambda at: print(at, flush=True))"
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().rstrip("/"), process.pid
        finally:
            process.terminate()


def peak(process: int) -> int:
    """The most memory it ever had, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024


def ask(address: str, rounds: int) -> None:
    with httpx.Client(base_url=address, timeout=60) as client:
        for name, places in ASKED.items():
            took = [spent for place in places for spent in _answers(client, place, rounds)]
            click.echo(f"{name:20} median {statistics.median(took):6.0f} ms   p95 {statistics.quantiles(took, n=20)[-1]:6.0f} ms")


def _answers(client: httpx.Client, place: str, rounds: int) -> Iterator[float]:
    for number in range(-WARM, rounds):
        began = time.perf_counter()
        answer = client.get(place)
        spent = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            msg = f"{place}: {answer.status_code}"
            raise click.ClickException(msg)
        if number >= 0:
            yield spent


def write(path: Path, count: int) -> None:
    db = open_archive(path)
    reference = load_reference()
    store_reference(db, reference)
    context = Context(site="s0", site_name="Sở Công Thương tỉnh Mẫu", reference=reference)
    readings = [read_html(article(number, "http://127.0.0.1"), f"http://127.0.0.1/{number}/", context=context) for number in range(300)]
    whole = [one for one in readings if isinstance(one, Reading)]
    provinces = [one.id for one in reference.provinces.values() if one.valid_from is None][:SITES]
    with transaction(db):
        upsert(
            db,
            "sites",
            [{"id": f"s{n}", "name": f"Sở {n}", "home": "https://x.example/", "family": "generic", "status": "seen"} for n in range(SITES)],
        )
    with transaction(db):
        upsert(db, "authors", [{"id": f"w{n}", "name": f"Tác giả {n}", "kind": "person"} for n in range(AUTHORS)])
    drawn = random.Random(1)  # noqa: S311 - the same archive every time
    rows = _rows(count, whole, provinces, drawn)
    while batch := [one for one, _ in zip(rows, range(BATCH), strict=False)]:
        with transaction(db):
            for table in ("captures", "articles", "mentions", "article_authors", "claims"):
                _insert(db, table, [row for one in batch for row in one[table]])
    derive(db)
    db.execute("ANALYZE")
    db.close()


def _rows(count: int, readings: list[Reading], provinces: list[str], drawn: random.Random) -> Iterator[dict[str, list[dict[str, Any]]]]:
    start = datetime(2016, 1, 1, tzinfo=UTC)
    for number in range(count):
        reading, author = drawn.choice(readings), drawn.randrange(AUTHORS)
        other = drawn.choice(readings).article.text.split("\n")
        key, site = f"a{number:07}", drawn.randrange(SITES)
        text = f"{reading.article.text}\n{drawn.choice(other)} {number}"
        day = start + timedelta(days=drawn.random() * 3650)
        kept = {"payload_digest": "p", "content_digest": f"d{number}", "sequence": number, "size": 1, "file": "f", "offset": 0, "length": 1}
        capture = {"id": f"c{number}", "site_id": f"s{site}", "url": f"https://x.example/{number}", "kind": "article", "method": "GET", "status": 200}
        row = {"id": key, "site_id": f"s{site}", "province_id": provinces[site], "url": capture["url"], "title": f"{reading.article.title} {number}"}
        row |= {
            "text": text,
            "html": pack(reading.article.html, text),
            "author": f"Tác giả {author}",
            "year": day.year,
            "language": "vi",
        }
        row |= {"published_at": day.isoformat(timespec="seconds"), "category": f"Mục {drawn.randrange(12)}", "version_id": f"v{number}"}
        mentions = [
            {"id": f"{key}-{n}", "article_id": key, "field": one.field, "start": one.start, "end": one.end, "quote": one.quote, "kind": one.kind}
            | {"rule": one.rule, "scheme": one.scheme, "number": one.number, "entity": one.entity}
            for n, one in enumerate(reading.mentions)
        ]
        about = {"article_id": key, "entity": "moit-309-2023-iii"}
        claims = [
            {"id": f"{key}-k{n}", "kind": one.kind, "subject": one.subject, "subject_entity": one.subject_entity, "field": one.field}
            | {"start": one.start, "end": one.end, "quote": one.quote, "what": one.what, "year": day.year, "place": one.place, **about}
            | {"day": (day - timedelta(days=drawn.randrange(9))).date().isoformat() if one.kind == "event" else None}
            for n, one in enumerate(reading.claims)
        ]
        yield {
            "article_authors": [{"article_id": key, "position": 0, "author_id": f"w{author}", "role": "text", "printed": f"Tác giả {author}"}],
            "claims": claims,
            "captures": [capture | kept | {"fetched_at": day.isoformat(), "outcome": "article"}],
            "articles": [row | {"capture_id": capture["id"], "first_seen": day.isoformat(), "last_seen": day.isoformat()}],
            "mentions": mentions,
        }


def _insert(db: sqlite_utils.Database, table: str, found: list[dict[str, Any]]) -> None:
    if found:
        names = list(found[0])
        sql = f"INSERT INTO {table} ({', '.join(f'[{name}]' for name in names)}) VALUES ({', '.join('?' * len(names))})"
        db.conn.executemany(sql, [[row[name] for name in names] for row in found])


if __name__ == "__main__":
    main()
