"""Provinces compared: what is counted, with which borders, over which time; the chart, its table and its words; never a fault of ours."""

import asyncio
import csv
import re
import sqlite3
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from datasette.app import Datasette
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.compare import MEASURES, Asked, compare
from archive.reference import load_reference
from archive.tables import open_archive, store_reference
from archive.web import answers, app
from archive.web.charts import chart, summary
from test_archive_web import close

# province, day, author, kinds of mentions, and the day of the meeting it tells of
ARTICLES = (
    ("bac-kan", "2023-11-02", "A", "cluster,province", "2023-11-01"),
    ("bac-kan", "2024-02-10", "A", "", None),
    ("bac-kan", "2024-02-11", "B", "cluster", "2024-02-08"),
    ("thai-nguyen", "2024-02-12", "C", "", None),
    ("thai-nguyen-2025", "2025-08-01", None, "province", None),
    ("lang-son", "2024-05-05", "A", "", "2024-06-01"),  # told before it took place: no delay
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with nothing but these, written by hand."""
    file = tmp_path_factory.mktemp("compare") / "archive.db"
    with open_archive(file) as db:
        store_reference(db, load_reference())
        db.execute("PRAGMA foreign_keys = OFF")
        for number, (province, day, author, kinds, told) in enumerate(ARTICLES, 1):
            at = f"{day}T08:00:00+07:00"
            row = (number, f"a{number}", "s", province, "u", "t", "x", b"", author, at, int(day[:4]), "vi", "v", "c", at, at)
            names = "rowid, id, site_id, province_id, url, title, text, html, author, published_at, year, language, version_id, capture_id, first_seen, last_seen"
            db.execute(f"INSERT INTO articles ({names}) VALUES ({', '.join('?' * len(row))})", row)
            facet = (number, at, province, "s", int(day[:4]), author, None, "", "", kinds, told)
            db.execute(f"INSERT INTO facets VALUES ({', '.join('?' * len(facet))})", facet)
        counted = {province: sum(one[0] == province for one in ARTICLES) for province, *_ in ARTICLES}
        db["counts"].insert_all({"measure": "province", "value": province, "articles": count} for province, count in counted.items())
    return file


@pytest.fixture(scope="module")
def conn(path: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def get(path: Path) -> Iterator[Callable[[str], Any]]:
    served: Datasette = app(path)
    yield lambda address: asyncio.run(served.client.get(address))
    close(served)


@pytest.mark.parametrize(
    ("measure", "values"),
    (("articles", (1, 2)), ("clusters", (1, 1)), ("authors", (1, 2)), ("delay", (1.0, 3.0))),
)
def test_measures(conn: sqlite3.Connection, measure: str, values: tuple[float, ...]) -> None:
    found = compare(conn, Asked(("bac-kan",), measure))
    assert (found.periods, found.values) == (("2023", "2024"), {"bac-kan": values})
    assert found.names == {"bac-kan": "Bắc Kạn"}


def test_a_meeting_that_is_announced_has_no_delay(conn: sqlite3.Connection) -> None:
    assert compare(conn, Asked(("lang-son",), "delay")).values == {"lang-son": (None,)}


def test_months_without_anything_are_there_too(conn: sqlite3.Connection) -> None:
    found = compare(conn, Asked(("bac-kan",), by="month"))
    assert found.periods == ("2023-11", "2023-12", "2024-01", "2024-02")
    assert found.values == {"bac-kan": (1, 0, 0, 2)}


def test_with_the_borders_of_today_the_merged_are_one(conn: sqlite3.Connection) -> None:
    for asked in (("thai-nguyen-2025",), ("bac-kan",), ("bac-kan", "thai-nguyen")):
        found = compare(conn, Asked(asked, borders="new"))
        assert found.values == {"thai-nguyen-2025": (1, 3, 1)}
    assert compare(conn, Asked(("thai-nguyen", "thai-nguyen-2025"))).values == {"thai-nguyen": (1, 0), "thai-nguyen-2025": (0, 1)}


def test_without_a_choice_those_with_most(conn: sqlite3.Connection) -> None:
    assert list(compare(conn, Asked(), most=1).values) == ["bac-kan"]
    assert list(compare(conn, Asked(("nowhere",), borders="new"), most=1).values) == ["thai-nguyen-2025"]


def test_a_chart_starts_at_zero_and_breaks_at_gaps() -> None:
    drawn = chart(("2021", "2022", "2023", "2024"), {"x": "X"}, {"x": (2, None, 4, 6)})
    [line] = drawn.lines
    assert [len(stretch) for stretch in line.stretches] == [1, 2]
    assert [said for _, _, said in line.points] == ["X, 2021: 2", "X, 2023: 4", "X, 2024: 6"]
    assert [label for _, label in drawn.up] == ["0", "1", "2", "3", "4", "5", "6"]
    assert drawn.up[0][0] == drawn.bottom
    assert summary(("2021", "2022"), {"x": "X"}, {"x": (5, 3)}) == [("X", "5", "2021")]


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e9)), max_size=200))
def test_any_numbers_fit(values: list[float | None]) -> None:
    periods = tuple(str(1000 + number) for number in range(len(values)))
    drawn = chart(periods, {"x": "X"}, {"x": tuple(values)})
    assert all(0 <= y <= drawn.height and 0 <= x <= drawn.width for line in drawn.lines for x, y, _ in line.points)
    assert len(drawn.across) <= 10
    assert len(drawn.up) <= 13


def test_the_page_shows_chart_table_and_words(get: Callable[[str], Any]) -> None:
    answer = get("/compare?province=bac-kan,lang-son&by=year")
    assert "script-src" not in answer.headers["content-security-policy"]
    soup = BeautifulSoup(answer.text, "lxml")
    assert [one.get_text() for one in soup.select("thead th")] == ["year", "Bắc Kạn", "Lạng Sơn"]
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in soup.select("tbody tr")]
    assert rows == [["2023", "1", "0"], ["2024", "2", "1"]]
    assert len(soup.select("svg polyline")) == 2
    assert "Bắc Kạn: highest 2 (2024)" in " ".join(soup.select_one("figcaption").get_text(" ").split()).replace(" :", ":")
    assert [one["value"] for one in soup.select("option[selected]")] == ["bac-kan", "lang-son"]
    assert soup.find("a", string="as they are today")["href"] == "/compare?province=bac-kan,lang-son&borders=new"


def test_the_same_as_csv_and_json(get: Callable[[str], Any]) -> None:
    rows = list(csv.reader(StringIO(get("/compare.csv?province=bac-kan&measure=delay").text)))
    assert rows == [["period", "bac-kan"], ["2023", "1.0"], ["2024", "3.0"]]
    assert get("/compare.json?province=lang-son").json()["rows"] == [{"period": "2024", "lang-son": 1}]


def test_nothing_to_show_is_said(get: Callable[[str], Any]) -> None:
    assert "Nothing was published by these provinces" in get("/compare?province=an-giang").text


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(("", ".csv", ".json")),
    st.dictionaries(st.sampled_from(("province", "measure", "by", "borders")), st.text(max_size=20), max_size=4),
)
def test_no_request_is_a_fault_of_ours(get: Callable[[str], Any], form: str, parameters: dict[str, str]) -> None:
    clean = {name: value.encode("utf-8", "ignore").decode() for name, value in parameters.items()}
    assert get(f"/compare{form}?{urlencode(clean)}").status_code in {200, 400}


@pytest.mark.parametrize("address", ("measure=zz", "by=day", "borders=older", "province=a,b,c,d,e,f,g,h,i"))
def test_a_wrong_parameter_is_named(get: Callable[[str], Any], address: str) -> None:
    answer = get(f"/compare?{address}")
    assert answer.status_code == 400
    assert address.split("=", maxsplit=1)[0] in answer.text


def test_what_takes_too_long_is_said(get: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "TIME_LIMIT", 0)
    answer = get("/compare")
    assert answer.status_code == 400
    assert "It took too long." in answer.text


def test_every_measure_has_its_word(get: Callable[[str], Any]) -> None:
    for measure in MEASURES:
        assert get(f"/compare?measure={measure}").status_code == 200


def test_the_chart_can_be_taken_away_whole(get: Callable[[str], Any]) -> None:
    answer = get("/compare.svg?province=bac-kan,thai-nguyen&by=year")
    drawn = ET.fromstring(answer.text)  # noqa: S314 - our own
    names = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Bắc Kạn", "Thái Nguyên", "2023", "2024"} <= set(names)
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}polyline"))) == 2
    assert "/compare?province=bac-kan,thai-nguyen" in str(names[-1])
    assert ".drawing polyline" in answer.text
    assert not {"<link", "<image", "url(", "@import"} & set(re.findall(r"<link|<image|url\(|@import", answer.text))
    assert answer.headers["content-type"].startswith("image/svg+xml")
