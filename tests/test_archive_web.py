"""The archive in a browser's eyes, through Datasette's own client: search, article pages, provenance, descriptions, limits."""

import asyncio
import json
import re
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from bs4 import BeautifulSoup
from datasette.app import Datasette

from archive import schema
from archive.errors import StorageError, UsageError
from archive.markup import pack
from archive.reference import load_reference
from archive.web import app, facets, filters, pages, server, tiles, words
from pipelines.derive import derive

LEAD = "Chiều 14/3, tại thành phố Cao Bằng, Cụm thi đua số III đã tổ chức hội nghị ký kết giao ước thi đua năm 2023."
TEXT = (
    f"{LEAD}\n"
    "Thực hiện Quyết định số 309/QĐ-BCT, Cụm gồm các đơn vị của Bắc Kạn, Cao Bằng và Thái Nguyên.\n"
    "Trước đó, Cụm thi đua số 3 của Bộ Công an cũng đã họp tại Đồng Tháp.\n"
    "Nhớ bấm <script>alert('text')</script> & theo dõi."
)
EXACTLY = "Only those with the accents as typed"
HOSTILE = "<script>alert('title')</script> \u202egnort\u202c & <b>đậm</b>"


@dataclass(frozen=True)
class Noted:
    """A mention as these tests write it: the words, which occurrence, and what is known of them."""

    quote: str
    kind: str
    scheme: str | None = None
    entity: str | None = None
    number: str | None = None
    holder: str | None = None
    refers_to: str | None = None
    field: str = "text"
    nth: int = 0


MENTIONS = {
    "m0": Noted("Cụm thi đua số III", "cluster", "moit", "moit-309-2023-iii", "3", field="title"),
    "m1": Noted("Cụm thi đua số III", "cluster", "moit", "moit-309-2023-iii", "3"),
    "m2": Noted("Quyết định số 309/QĐ-BCT", "decision", None, "qd-309-bct-2023", "309/QĐ-BCT"),
    "m3": Noted("Cụm", "cluster", "moit", "moit-309-2023-iii", "3", refers_to="m1", nth=1),
    "m4": Noted("Bắc Kạn", "province", None, "bac-kan"),
    "m5": Noted("Cụm thi đua số 3", "cluster", "other", None, "3", "Bộ Công an"),
}
TITLE = "Cụm thi đua số III ký kết giao ước"


def places(noted: Noted) -> tuple[int, int]:
    text = TITLE if noted.field == "title" else TEXT
    start = [found.start() for found in re.finditer(re.escape(noted.quote), text)][noted.nth]
    return start, start + len(noted.quote)


def html_of(text: str) -> str:
    """Its lines as paragraphs, a picture after the first."""
    first, *rest = [f"<p>{escape(line)}</p>" for line in text.split("\n")]
    return first + '<figure><img src="https://bac-kan.example/1.jpg" alt="Hội nghị"></figure>' + "".join(rest)


def fill_claims(insert: Callable[..., None]) -> None:
    start = TEXT.index("Thái Nguyên")
    said = {"article_id": "a1", "mention_id": "m3", "field": "text", "start": start, "end": start + 11, "quote": "Thái Nguyên"}
    said |= {"entity": "moit-309-2023-iii"}
    told = {"what": "summary", "year": 2023, "day": "2024-01-12", "place": "thành phố Lạng Sơn", "subject": "tổng kết"}
    insert("claims", id="k1", kind="member", subject="Thái Nguyên", subject_entity="thai-nguyen", **said)
    insert("claims", id="k2", kind="event", **said, **told)
    for key, year, name, province in (("k4", 2024, "Thái Nguyên", "thai-nguyen"), ("k5", 2023, "Cao Bằng", "cao-bang")):
        insert("claims", id=key, kind="leader", year=year, subject=name, subject_entity=province, **said)
    insert("claims", id="k3", kind="award", what="first", year=2023, subject="Cao Bằng", subject_entity="cao-bang", **said)


def fill(conn: sqlite3.Connection) -> None:
    """Two departments, three articles, written by hand."""

    def insert(table: str, **row: object) -> None:
        columns = ", ".join(f'"{name}"' for name in row)
        conn.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values()))

    conn.execute("PRAGMA foreign_keys=ON")
    conn.execute("BEGIN")
    conn.execute("PRAGMA defer_foreign_keys=ON")
    province = {"code": "1", "level": "tỉnh", "region": None}
    insert("provinces", id="thai-nguyen-2025", name="Thái Nguyên", full_name="Tỉnh Thái Nguyên", valid_from="2025-07-01", **province)
    insert("provinces", id="cao-bang-2025", name="Cao Bằng", full_name="Tỉnh Cao Bằng", valid_from="2025-07-01", **province)
    for key, name, now in [
        ("bac-kan", "Bắc Kạn", "thai-nguyen"),
        ("thai-nguyen", "Thái Nguyên", "thai-nguyen"),
        ("cao-bang", "Cao Bằng", "cao-bang"),
    ]:
        insert("provinces", id=key, name=name, full_name=f"Tỉnh {name}", valid_until="2025-06-30", successor_id=f"{now}-2025", **province)
    for key, name in [("bac-kan", "Bắc Kạn"), ("cao-bang", "Cao Bằng")]:
        insert("sites", id=key, name=f"Sở Công Thương tỉnh {name}", home=f"https://{key}.example/", family="wordpress", status="seen")
    insert("decisions", id="qd-309-bct-2023", number="309/QĐ-BCT", date="2023-02-17", issuer="Bộ Công Thương", about="Khối, Cụm thi đua", source="-")
    cluster = {"scheme": "moit", "decision_id": "qd-309-bct-2023", "valid_from": "2023-02-17", "valid_until": "2025-06-30", "source": "-"}
    insert("clusters", id="moit-309-2023-iii", name="Cụm thi đua số III", number=3, roman="III", **cluster)
    kept = {
        "method": "GET",
        "kind": "article",
        "status": 200,
        "content_type": "text/html",
        "outcome": "article",
        "size": 90000,
        "offset": 1234,
        "length": 5678,
    }
    digests = {"payload_digest": "sha256:aa11", "content_digest": "sha256:bb22"}
    common = {"language": "vi", "first_seen": "2023-03-15T01:00:00+00:00", "last_seen": "2023-04-01T01:00:00+00:00"}
    for n, site, title, text, more in [
        (
            1,
            "bac-kan",
            TITLE,
            TEXT,
            {"lead": LEAD, "author": "Lý Thu Hà", "published_at": "2023-03-14T16:30:00+07:00", "year": 2023, "category": "Thi đua"},
        ),
        (
            2,
            "cao-bang",
            "Đồng Tháp giới thiệu đặc sản",
            "Lá dong và nhiều đặc sản được bày bán.",
            {"published_at": "2024-01-02T00:00:00+07:00", "year": 2024},
        ),
        (3, "cao-bang", HOSTILE, "Nội dung.", {"category": "<i>Tin</i>", "source_url": "javascript:alert(1)", "source_name": "Nguồn lạ"}),
    ]:
        capture = {"site_id": site, "article_id": f"a{n}", "file": f"{site}-00001.warc.gz", "sequence": n, "fetched_at": "2023-03-15T01:00:00+00:00"}
        insert("captures", id=f"c{n}", url=f"https://{site}.example/{n}", **kept, **digests, **capture)
        article = {"site_id": site, "province_id": site, "url": f"https://{site}.example/{n}", "version_id": f"v{n}", "capture_id": f"c{n}"}
        insert("articles", id=f"a{n}", title=title, text=text, html=pack(html_of(text), text), **common, **article, **more)
        insert("addresses", site_id=site, key=str(n), url=f"https://{site}.example/{n}", article_id=f"a{n}", capture_id=f"c{n}")
    insert("authors", id="ly-thu-ha", name="Lý Thu Hà", kind="person", articles=1)
    insert("article_authors", article_id="a1", position=0, author_id="ly-thu-ha", role="text", printed="Lý Thu Hà")
    insert("evidence", article_id="a1", field="byline", method="last-paragraph", raw="Lý Thu Hà", doubt="no label before it")
    insert(
        "versions",
        id="v0",
        article_id="a1",
        number=1,
        capture_id="c1",
        seen_from="2023-03-15",
        seen_until="2023-03-16",
        title="Bản đầu",
        text="",
        html=b"",
        images="[]",
        attachments="[]",
    )
    insert("cluster_members", cluster_id="moit-309-2023-iii", province_id="bac-kan", decision_id="qd-309-bct-2023")
    insert("cluster_members", cluster_id="moit-309-2023-iii", province_id="cao-bang", decision_id="qd-309-bct-2023")
    insert("cluster_leaders", id="l1", cluster_id="moit-309-2023-iii", year=2023, role="leader", province_id="cao-bang", source="https://x.example/")
    insert("site_provinces", site_id="bac-kan", province_id="bac-kan")
    counted = {"requests": 9, "articles": 2, "failures": 0, "waiting": 7}
    insert("runs", id="r1", site_id="cao-bang", started_at="2023-03-15T01:00:00+00:00", outcome="short", **counted)
    insert("coverage", site_id="cao-bang", section="https://cao-bang.example/tin-tuc", claimed=3, held=2)
    insert("failures", id="f1", site_id="cao-bang", url="https://cao-bang.example/9", reason="NotAnArticle", detail="<b>no text</b>", at="2023-03-15")
    refused = {"url": "https://cao-bang.example/", "reason": "Unreachable", "detail": "<i>connection refused</i>"}
    insert("failures", id="f2", site_id="cao-bang", at="2023-03-16T01:00:00+00:00", **refused)
    insert("attachments", article_id="a1", url="https://bac-kan.example/ke-hoach.pdf", name="Kế hoạch")
    file = {
        "site_id": "bac-kan",
        "file": "bac-kan-00001.warc.gz",
        "sequence": 2,
        "fetched_at": "2023-03-15T01:00:00+00:00",
        "content_digest": "sha256:fe",
    }
    insert("captures", id="c9", url="https://bac-kan.example/ke-hoach.pdf", **(kept | digests | file | {"kind": "attachment"}))
    insert("files", digest="sha256:fe", pages=2, text="Kế hoạch khuyến công <b>năm</b> 2024\nĐiều 1", read_digest="x")
    conn.execute(
        "UPDATE articles SET versions = 2, images = ? WHERE id = 'a1'",
        [json.dumps([["https://bac-kan.example/1.jpg", "", "Hội nghị"]])],
    )
    for key, noted in MENTIONS.items():
        start, end = places(noted)
        known = {name: getattr(noted, name) for name in ("quote", "kind", "scheme", "entity", "number", "holder", "refers_to", "field")}
        insert("mentions", id=key, article_id="a1", start=start, end=end, rule="by hand", **known)
    fill_claims(insert)
    conn.execute("UPDATE clusters SET member_count = 2 WHERE id = 'moit-309-2023-iii'")
    conn.execute("COMMIT")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("web") / "archive.db"
    db = sqlite_utils.Database(file)
    db.enable_wal()
    schema.migrate(db)
    fill(db.conn)
    derive(db)
    db.close()
    return file


@pytest.fixture(scope="module")
def datasette(path: Path) -> Iterator[Datasette]:
    served = app(path)
    yield served
    close(served)


def close(served: Datasette) -> None:
    served.executor.shutdown()
    for database in served.databases.values():
        database.close()


@pytest.fixture(scope="module")
def get(datasette: Datasette) -> Callable[[str], Any]:
    return lambda address: asyncio.run(datasette.client.get(address))


@pytest.fixture(scope="module")
def page(get: Callable[[str], Any]) -> Callable[[str], BeautifulSoup]:
    def parsed(address: str) -> BeautifulSoup:
        answer = get(address)
        assert answer.status_code == 200, answer.text
        return BeautifulSoup(answer.text, "lxml")

    return parsed


def titles(soup: BeautifulSoup) -> list[str]:
    return [heading.get_text() for heading in soup.select(".articles h2")]


@pytest.mark.parametrize(
    ("query", "ids"),
    (
        ("thi+dua", ["a1"]),
        ("Thi+đua", ["a1"]),
        ("dong+thap", ["a2", "a1"]),
        ("309+QD+BCT", ["a1"]),
        ('"giao+uoc"', ["a1"]),
        ("dac+sa*", ["a2"]),
        ("dong+-la", ["a1"]),
    ),
)
def test_table_search_needs_no_accents(get: Callable[[str], Any], query: str, ids: list[str]) -> None:
    answer = get(f"/archive/articles.json?_search={query}&_shape=array")
    assert [row["id"] for row in answer.json()] == ids


@pytest.mark.parametrize("query", ("%22", "-thi", "-", "NEAR(", "*", "a%00b", "'%3B--", "%ED%A0%80", "{title}:", "^", "\U0001f600"))
def test_no_search_is_an_error(get: Callable[[str], Any], query: str) -> None:
    assert get(f"/archive/articles?_search={query}").status_code == 200
    assert get(f"/archive/articles.json?_search_title={query}").status_code == 200


def test_list_is_readable_and_shows_where_the_words_stand(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/articles?_search=bo+cong+an")
    assert titles(soup) == [TITLE]
    assert [mark.get_text() for mark in soup.select(".snippet mark")] == ["Bộ Công an"]
    assert soup.select_one(".articles h2 a")["href"] == "/archive/articles/a1"
    assert [piece.get_text(strip=True) for piece in soup.select(".articles .meta > span")] == ["14/03/2023 16:30", "Bắc Kạn", "Lý Thu Hà", "Thi đua"]


def test_list_is_newest_first_and_narrows(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/articles")
    assert titles(soup)[:2] == ["Đồng Tháp giới thiệu đặc sản", TITLE]
    facets = {facet["data-column"]: facet.get_text(" ", strip=True) for facet in soup.select(".facet-info")}
    assert set(facets) == {"province_id", "site_id", "year", "category", "author"}
    assert "Cao Bằng 2" in facets["province_id"]
    assert titles(page("/archive/articles?province_id=bac-kan")) == [TITLE]
    assert "No article" in page("/archive/articles?year=1999").get_text()


def test_a_new_search_keeps_what_the_list_was_narrowed_to(page: Callable[[str], BeautifulSoup]) -> None:
    form = page("/archive/articles?province_id=bac-kan&_search=thi&_sort=published_at").select_one("form.search")
    kept = {(field["name"], field["value"]) for field in form.select("input[type=hidden]")}
    assert kept == {("province_id", "bac-kan"), ("_sort", "published_at")}


def test_columns_of_choice_come_as_a_table(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/articles?_col=text&_col=year")
    assert [cell.get_text(strip=True) for cell in soup.select("table thead th")] == ["id", "text", "year"]
    assert max(len(cell.get_text()) for cell in soup.select("table td")) <= 201


def test_article_page_marks_exactly_the_mentions(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/articles/a1")
    body = soup.select_one(".body")
    assert "\n".join(paragraph.get_text() for paragraph in body.select("p")) == TEXT
    assert [paragraph.get_text() for paragraph in body.select("p.lead")] == [LEAD]
    marked = [
        (mark["id"], " ".join(mark["class"]), mark.get_text(), link["href"] if (link := mark.a) else None)
        for mark in soup.select(".article mark[id]")
    ]
    assert marked == [
        ("m-m0", "cluster moit", "Cụm thi đua số III", "/archive/clusters/moit-309-2023-iii"),
        ("m-m1", "cluster moit", "Cụm thi đua số III", "/archive/clusters/moit-309-2023-iii"),
        ("m-m2", "decision", "Quyết định số 309/QĐ-BCT", "/archive/decisions/qd-309-bct-2023"),
        ("m-m3", "cluster moit", "Cụm", "/archive/clusters/moit-309-2023-iii"),
        ("m-m4", "province", "Bắc Kạn", "/archive/provinces/bac-kan"),
        ("m-m5", "cluster other", "Cụm thi đua số 3", None),
    ]
    assert "Bộ Công an" in soup.select_one("#m-m5")["title"]
    assert {" ".join(mark["class"]) for mark in soup.select(".legend mark")} == {"cluster moit", "cluster other", "decision", "province"}


def test_article_page_leads_to_everything_behind_it(page: Callable[[str], BeautifulSoup], get: Callable[[str], Any]) -> None:
    soup = page("/archive/articles/a1")
    links = {link["href"] for link in soup.select("main a[href]")}
    assert {"https://bac-kan.example/1", "https://bac-kan.example/1.jpg", "https://bac-kan.example/ke-hoach.pdf"} <= links
    ours = {"/archive/captures/c1", "/archive/sites/bac-kan", "/archive/provinces/bac-kan", "/archive/authors/ly-thu-ha", "/archive/versions/v0"}
    assert ours <= links
    text = " ".join(soup.get_text(" ").split())
    for words_of in ("bac-kan-00001.warc.gz", "1,234", "5,678", "sha256:aa11", "last-paragraph", "no label before it", "Bản đầu", "Hội nghị"):
        assert words_of in text
    assert not soup.select("main img, main script")
    for link in links:
        assert not link.startswith("/") or get(link).status_code == 200, link


def test_words_of_a_file_are_found_and_lead_to_the_article(page: Callable[[str], Any], get: Callable[[str], Any]) -> None:
    linked = page("/archive/articles?_search=dieu+1").find("a", string="Search the attached files for it")
    soup = page(linked["href"])
    assert "Điều 1" in soup.get_text()
    assert not soup.find("b", string="năm")
    file = page("/archive/articles/a1").find("a", string="its text")["href"]
    assert soup.find("a", href=file.replace(":", "~3A"))  # as Datasette writes it
    shown = page(file)
    assert shown.select_one("pre.source").get_text() == "Kế hoạch khuyến công <b>năm</b> 2024\nĐiều 1"
    assert [link["href"] for link in shown.select("dd > a[href^='/archive/']")] == ["/archive/articles/a1", "/archive/captures/c9"]
    assert "<b>" not in get(file).text


@pytest.mark.parametrize("row", ("clusters/moit-309-2023-iii", "decisions/qd-309-bct-2023", "provinces/bac-kan"))
def test_what_is_mentioned_leads_to_the_articles(page: Callable[[str], BeautifulSoup], row: str) -> None:
    link = page(f"/archive/{row}").find("a", string="Articles that mention it")
    assert titles(page(link["href"])) == [TITLE]


def facts(soup: BeautifulSoup) -> dict[str, list[str]]:
    """What a page says of each term of its list of facts."""
    found: dict[str, list[str]] = {}
    for term in soup.select("main dt"):
        said = term.find_next_siblings(("dt", "dd"))
        ends = next((at for at, one in enumerate(said) if one.name == "dt"), len(said))
        found[term.get_text(strip=True)] = [" ".join(one.get_text(" ").split()) for one in said[:ends]]
    return found


def named(soup: BeautifulSoup) -> list[str]:
    return [heading.get_text() for heading in soup.select(".articles h3")]


def test_a_cluster_says_who_is_in_it_by_which_decision_and_who_says_so(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/clusters/moit-309-2023-iii")
    assert soup.h1.get_text() == "Cụm thi đua số III"
    assert facts(soup)["Made by decision (Quyết định)"] == ["309/QĐ-BCT 17/02/2023"]
    assert facts(soup)["In force"] == ["since 17/02/2023 until 30/06/2025"]
    members = [" ".join(one.get_text(" ").split()) for one in soup.select(".plain")[0].select("li")]
    assert members == ["Bắc Kạn now part of Thái Nguyên", "Cao Bằng"]  # the successor of the same name is not repeated
    years, told, said = (
        [[" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in table.select("tbody tr")]
        for table in soup.select("table.data")
    )
    meeting = "summary of the year (tổng kết) : 12/01/2024, thành phố Lạng Sơn"
    leader = "Cao Bằng 1 article"
    assert years == [["2024", "Thái Nguyên 1 article (only articles say so)", "", "", ""], ["2023", leader, "", meeting, "first (nhất) : Cao Bằng"]]
    assert told == [["Bắc Kạn", "member", "–"], ["Cao Bằng", "member", "–"], ["Thái Nguyên", "–", "1"]]
    assert said[-1] == ["", "Thái Nguyên", "member", "contradicts them", "1", "14/03/2023"]
    assert [row[:4] for row in said[:2]] == [
        ["2024", "Thái Nguyên", "leader (Cụm trưởng)", "adds to them"],
        ["2023", "Cao Bằng", "leader (Cụm trưởng)", "agrees"],
    ]
    links = [link["href"] for link in soup.select("table.timeline tbody a")]
    assert links[:2] == ["/archive/provinces/thai-nguyen", "/archive/provinces/cao-bang"]
    assert "/archive/articles/a1" in links
    assert named(soup) == [TITLE]


def test_a_decision_lists_its_clusters(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/decisions/qd-309-bct-2023")
    assert (soup.h1.get_text(), facts(soup)["Signed"]) == ("309/QĐ-BCT", ["17/02/2023"])
    assert [[cell.get_text(" ", strip=True) for cell in row.select("td")] for row in soup.select(".data tbody tr")] == [["Cụm thi đua số III", "1"]]
    assert named(soup) == [TITLE]


def test_a_province_leads_to_its_department_its_cluster_and_what_became_of_it(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/provinces/bac-kan")
    assert facts(soup)["Belongs today to"] == ["Thái Nguyên (2025–)"]
    assert facts(soup)["Emulation cluster (Cụm thi đua)"] == ["Cụm thi đua số III 309/QĐ-BCT"]
    assert facts(soup)["Department"] == ["Sở Công Thương tỉnh Bắc Kạn"]
    assert named(soup) == [TITLE, TITLE]  # published by its department, and mentioning it
    assert facts(page("/archive/provinces/thai-nguyen-2025"))["Made of"] == ["Bắc Kạn , Thái Nguyên"]


def test_an_author_leads_to_the_articles(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/authors/ly-thu-ha")
    assert soup.h1.get_text() == "Lý Thu Hà"
    assert facts(soup) == {"Stands as": ["text 1"], "As printed": ["Lý Thu Hà"]}
    assert named(soup) == [TITLE]
    assert titles(page(soup.find("a", string="All articles under this name")["href"])) == [TITLE]


def test_a_department_says_how_its_visits_went_and_what_is_missing(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/sites/cao-bang")
    rows = [[cell.get_text(strip=True) for cell in row.select("td")] for row in soup.select(".data tbody tr")]
    refused = "Nothing of the site could be had: 1 × Unreachable. The first: https://cao-bang.example/: <i>connection refused</i>"
    event = ["16/03/2023", f"Not to be reached.{refused}"]
    assert rows == [["15/03/2023 01:00", "short", "2", "0", "7"], event, ["/tin-tuc", "3", "2"]]
    assert len(page(soup.find("a", string="All events of this department")["href"]).select("table.rows-and-columns tbody tr")) == 1
    assert soup.select_one(".short").get_text() == "2"
    failed = soup.find("a", string="NotAnArticle")
    assert len(page(failed["href"]).select("table.rows-and-columns tbody tr")) == 1
    assert named(soup) == ["Đồng Tháp giới thiệu đặc sản", HOSTILE.replace("\u202e", "⟨U+202E⟩").replace("\u202c", "⟨U+202C⟩")]


def test_versions_say_what_changed(page: Callable[[str], BeautifulSoup]) -> None:
    latest, first = page("/archive/articles/a1").select(".versions li")
    assert first.select_one("a")["href"] == "/archive/versions/v0"
    assert not first.select(".change")
    changed = {change.h4.get_text(): change for change in latest.select(".change")}
    assert [(one.name, one.get_text()) for one in changed["Title"].select("del, ins")] == [("del", "Bản đầu"), ("ins", TITLE)]
    assert "<script>alert('text')</script>" in changed["Text"].get_text()
    assert not latest.find("script")


def test_what_mentions_and_claims_name_is_a_link(page: Callable[[str], BeautifulSoup]) -> None:
    links = {link["href"] for link in page("/archive/mentions").select("td.col-entity a")}
    assert links == {"/archive/clusters/moit-309-2023-iii", "/archive/decisions/qd-309-bct-2023", "/archive/provinces/bac-kan"}
    assert page("/archive/claims").select_one("td.col-subject_entity a")["href"] == "/archive/provinces/thai-nguyen"
    fact = page("/archive/cluster_facts?kind=member").select_one("table.rows-and-columns tbody tr")
    assert [link["href"] for link in fact.select("a")] == ["/archive/clusters/moit-309-2023-iii", "/archive/provinces/thai-nguyen"]
    assert not page("/archive?sql=select+entity+from+mentions").select("td a")


def test_a_query_with_accents_can_ask_for_exactly_these(page: Callable[[str], BeautifulSoup]) -> None:
    assert not page("/archive/articles?_search=lap").find("a", string=EXACTLY)
    soup = page("/archive/articles?_search=%C4%91%E1%BA%B7c+s%E1%BA%A3n")
    exact = page(soup.find("a", string=EXACTLY)["href"])
    assert titles(exact) == ["Đồng Tháp giới thiệu đặc sản"]
    assert titles(page(exact.find("a", string="With any accents")["href"])) == titles(soup)
    other = "/archive/articles?_search=%C4%91%E1%BA%A1c+san"  # đạc san
    assert (titles(page(other)), titles(page(f"{other}&_fts_table=articles_exact"))) == (["Đồng Tháp giới thiệu đặc sản"], [])


def test_json_of_an_article_stays_datasettes_own(get: Callable[[str], Any]) -> None:
    row = get("/archive/articles/a1.json?_shape=objects").json()["rows"][0]
    assert (row["title"], row["text"], row["capture_id"]) == (TITLE, TEXT, "c1")
    assert get("/archive/articles/none").status_code == 404


def test_what_a_page_says_is_text_never_markup(page: Callable[[str], BeautifulSoup], get: Callable[[str], Any]) -> None:
    soup = page("/archive/articles/a3")
    assert soup.h1.get_text() == HOSTILE.replace("\u202e", "⟨U+202E⟩").replace("\u202c", "⟨U+202C⟩")
    assert not soup.h1.find("b")
    for address in (
        "/",
        "/archive/articles",
        "/archive/articles?_search=script",
        "/archive/articles/a1",
        "/archive/articles/a3",
        "/archive/captures/c3",
    ):
        answer = get(address)
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text
        assert not [link for link in BeautifulSoup(answer.text, "lxml").select("a[href]") if str(link["href"]).lower().startswith("javascript")]


def test_capture_page_says_where_the_bytes_lie(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/archive/captures/c1")
    facts = {term.get_text(): term.find_next("dd").get_text(strip=True) for term in soup.select("dt")}
    assert facts["WARC file"] == "sites/bac-kan/captures/bac-kan-00001.warc.gz"
    assert (facts["Offset (bytes)"], facts["Length (bytes)"], facts["Digest as received"]) == ("1,234", "5,678", "sha256:aa11")
    assert soup.select_one(".recipe").get_text() == "tail -c +1235 sites/bac-kan/captures/bac-kan-00001.warc.gz | head -c 5678 | gunzip"
    assert soup.select_one('a[href="/archive/articles/a1"]').get_text() == TITLE
    assert "not at hand" in soup.select_one(".empty").get_text()  # there is no folder of captures beside this archive


def test_home_says_what_is_held(page: Callable[[str], BeautifulSoup]) -> None:
    soup = page("/")
    figures = [item.get_text(" ", strip=True) for item in soup.select(".figures li")]
    assert figures == ["3 articles", "2 departments", "5 captures", "Last captured 15/03/2023 01:00 UTC"]
    bars = [[cell.get_text(strip=True) for cell in row.select("th, .n")] for row in soup.select(".bars tr")]
    assert bars == [["2024", "1"], ["2023", "1"]]
    today, before = ([(tile["href"], tile["aria-label"], tile["class"]) for tile in drawn.select("a")] for drawn in soup.select("svg.tiles"))
    assert today == [
        ("/archive/provinces/cao-bang-2025", "Cao Bằng: 2", ["q5"]),
        ("/archive/provinces/thai-nguyen-2025", "Thái Nguyên: 1", ["q4"]),
    ]
    assert before == [
        ("/archive/provinces/cao-bang", "Cao Bằng: 2", ["q5"]),
        ("/archive/provinces/bac-kan", "Bắc Kạn: 1", ["q4"]),
        ("/archive/provinces/thai-nguyen", "Thái Nguyên: 0", ["q0"]),
    ]
    assert [heading.get_text() for heading in soup.select(".articles h3")][:2] == ["Đồng Tháp giới thiệu đặc sản", TITLE]
    assert soup.select_one("form.search")["action"] == "/search"


@pytest.mark.parametrize(("borders", "count"), (("before", 63), ("today", 34)))
def test_each_province_has_one_tile(borders: tiles.Borders, count: int) -> None:
    there = {one.id for one in load_reference().provinces.values() if (one.valid_from is not None) == (borders == "today")}
    places = tiles.places(borders)
    drawn = str(tiles._drawn()[borders]).split()
    assert places.keys() == there
    assert (len(places), len(set(places.values())), len(drawn) - drawn.count(".")) == (count, count, count)
    north, south = (places[f"{name}{'-2025' if borders == 'today' else ''}"] for name in ("ha-noi", "ca-mau"))
    assert north[1] < south[1]


def test_a_province_says_who_writes_what_and_when(page: Callable[[str], BeautifulSoup]) -> None:
    def told(soup: BeautifulSoup) -> dict[str, list[str]]:
        return {part.h2.get_text(): [li.get_text() for li in part.select("li")] for part in soup.select("section") if part.select(".most")}

    soup = page("/archive/provinces/thai-nguyen-2025")
    assert "its whole territory" in soup.get_text()
    assert [row.get_text(" ", strip=True) for row in soup.select(".bars tr")] == ["2023 1"]
    assert told(soup) == {
        "Clusters it writes of": ["Cụm thi đua số III 1"],
        "Most active authors": ["Lý Thu Hà 1"],
        "Most used categories": ["Thi đua 1"],
    }
    for link in soup.select(".most a, .bars a"):
        assert page(link["href"]).select_one(".count strong").get_text() == "1"
    assert told(page("/archive/provinces/bac-kan")) == told(soup)
    assert told(page("/archive/clusters/moit-309-2023-iii")) == {"Which provinces write of it": ["Bắc Kạn 1"]}
    for address, links in (("clusters/moit-309-2023-iii", 1), ("sites/cao-bang", 1), ("authors/ly-thu-ha", 1)):
        years = page(f"/archive/{address}").select(".bars a")
        assert len(years) == links
        assert len((found := page(years[0]["href"])).select(".articles li")) == 1, found


def test_an_empty_archive_is_no_error(tmp_path: Path) -> None:
    db = sqlite_utils.Database(tmp_path / "fresh.db")
    schema.migrate(db)
    db.close()
    served = app(tmp_path / "fresh.db", metadata={"title": "Mine"})
    for address in ("/", "/archive/articles", "/archive/articles?_search=x", "/archive"):
        assert asyncio.run(served.client.get(address)).status_code == 200
    assert served.metadata("title") == "Mine"
    close(served)


def test_no_archive_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"none\.db"):
        app(tmp_path / "none.db")


def test_our_pages_forbid_scripts_and_stock_pages_other_hosts(get: Callable[[str], Any]) -> None:
    for address in ("/", "/archive/articles", "/archive/articles/a1", "/archive/captures/c1", "/archive/provinces/bac-kan", "/archive/sites/bac-kan"):
        answer = get(address)
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        soup = BeautifulSoup(answer.text, "lxml")
        assert not soup.select('script:not([type="application/ld+json"]), style, [style], [onclick]')
        assert all(str(sheet["href"]).startswith("/assets/") for sheet in soup.select("link[rel=stylesheet]"))
    for address in ("/archive", "/archive/mentions", "/archive/versions/v0"):
        policy = get(address).headers["content-security-policy"]
        assert "script-src 'self' 'unsafe-inline'" in policy
        assert "unsafe-eval" not in policy
    assert get("/assets/style.css").status_code == 200


def test_the_database_is_read_only(get: Callable[[str], Any]) -> None:
    assert get("/archive.json?sql=delete+from+articles").status_code == 400
    assert get("/archive.db").status_code == 403


def test_an_open_archive_shows_what_is_written_meanwhile(tmp_path: Path) -> None:
    db = sqlite_utils.Database(tmp_path / "archive.db")
    db.enable_wal()
    schema.migrate(db)
    served = app(tmp_path / "archive.db")
    assert asyncio.run(served.client.get("/archive/sites.json?_shape=array")).json() == []
    db.execute("INSERT INTO sites VALUES ('x', 'Sở X', 'https://x.example/', 'wordpress', 'seen')")
    db.conn.commit()
    assert len(asyncio.run(served.client.get("/archive/sites.json?_shape=array")).json()) == 1
    close(served)
    db.close()


SHADOW = re.compile(r"(articles|files)_(fts|exact)_\w+")


def columns(path: Path) -> dict[str, set[str]]:
    with sqlite3.connect(path) as conn:
        tables = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')") if not SHADOW.fullmatch(row[0])]
        found = {table: {row[1] for row in conn.execute(f"PRAGMA table_xinfo({table})") if row[6] != 1} for table in tables}  # 1: FTS5's own
    conn.close()
    return found


def test_every_table_and_column_is_described(path: Path) -> None:
    described = server.default_metadata()["databases"]["archive"]["tables"]
    assert {table: set(about["columns"]) for table, about in described.items()} == columns(path)
    for about in described.values():
        assert all(isinstance(text, str) and text for text in (about["title"], about["description"], *about["columns"].values()))


def test_metadata_names_only_what_exists(path: Path) -> None:
    held = columns(path)
    for table, about in server.default_metadata()["databases"]["archive"]["tables"].items():
        named = {about[key] for key in ("label_column", "sort", "sort_desc") if key in about} | set(about.get("facets", []))
        assert named <= held[table], table
        assert about.get("fts_table", "articles_fts") in held


def test_hidden_are_the_internals(get: Callable[[str], Any]) -> None:
    tables = get("/archive.json").json()["tables"]
    assert {table["name"] for table in tables if table["hidden"] and not SHADOW.fullmatch(table["name"])} == {
        "site_provinces",
        "counts",
        "facets",
        "articles_fts",
        "articles_exact",
        "files_fts",
        "_sqlite_migrations",
    }


@pytest.mark.parametrize("table", ("articles", "failures", "site_events"))
def test_each_facet_is_counted_from_an_index(path: Path, table: str) -> None:
    conn = sqlite3.connect(path)
    for column in server.default_metadata()["databases"]["archive"]["tables"][table]["facets"]:
        sql = f"SELECT {column} AS value, count(*) AS n FROM (SELECT * FROM {table}) WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY n DESC, value LIMIT 31"
        plan = " ".join(row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}"))
        assert "USING COVERING INDEX" in plan, (column, plan)
    conn.close()


@pytest.mark.parametrize(("table", "column"), (*facets.COUNTED, ("articles", "language"), ("mentions", "number")))
def test_facets_over_a_whole_table_are_those_that_counting_gives(path: Path, get: Callable[[str], Any], table: str, column: str) -> None:
    found = get(f"/archive/{table}.json?_facet={column}&_size=0").json()["facet_results"][column]["results"]
    with closing(sqlite3.connect(path)) as conn:
        told = dict(conn.execute(f"SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1").fetchall())
    assert {one["value"]: one["count"] for one in found} == told
    assert [one["count"] for one in found] == sorted(told.values(), reverse=True)


def test_facets_over_a_whole_table_are_read_from_the_counts_and_others_are_counted(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as conn, closing(sqlite3.connect(copy)) as other:
        conn.backup(other)
        other.execute("UPDATE counts SET articles = 77 WHERE measure = 'site' AND value = 'cao-bang'")
        other.commit()
    served = app(copy)
    for asked, count in (("", 77), ("&year=2024", 1), ("&_search=dong+thap", 1), ("&_where=1", 2)):
        facet = asyncio.run(served.client.get(f"/archive/articles.json?_facet=site_id{asked}")).json()["facet_results"]["site_id"]["results"]
        assert {one["value"]: one["count"] for one in facet}["cao-bang"] == count, asked
    close(served)


def test_default_order_of_articles_needs_no_sorting(path: Path) -> None:
    conn = sqlite3.connect(path)
    plan = " ".join(row[3] for row in conn.execute("EXPLAIN QUERY PLAN SELECT * FROM articles ORDER BY published_at DESC LIMIT 51"))
    assert "articles_by_date" in plan
    assert "TEMP B-TREE" not in plan
    conn.close()


@pytest.mark.parametrize(
    ("call", "value"),
    (
        ("fold('Đồng Tháp')", "dong thap"),
        ("fold(null)", None),
        ("province_at('bac-kan', '2023-03-14')", "bac-kan"),
        ("province_at('bac-kan', '2025-06-30')", "bac-kan"),
        ("province_at('bac-kan', '2025-07-01T00:00:00+07:00')", "thai-nguyen-2025"),
        ("province_at('bac-kan', null)", "bac-kan"),
        ("province_at('cao-bang-2025', '2023-01-01')", "cao-bang"),
        ("province_at('thai-nguyen-2025', '2023-01-01')", None),
        ("province_at('thai-nguyen-2025', '2026-01-01')", "thai-nguyen-2025"),
        ("province_at('nowhere', '2023-01-01')", None),
        ("(SELECT unpacked(html, text) FROM articles WHERE id = 'a1')", html_of(TEXT)),
        ("unpacked(null, '')", None),
        ("escape_fts('-')", '""'),
    ),
)
def test_sql_functions(get: Callable[[str], Any], call: str, value: str | None) -> None:
    answer = get(f"/archive.json?_shape=arrays&sql=select+{call.replace('+', '%2B')}")
    assert answer.json()["rows"] == [[value]]


def words_used(name: str) -> set[str]:
    return set(re.findall(r"\bw\.(\w+\.\w+)", (Path(server.__file__).parent / "templates" / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", sorted(file.name for file in (Path(server.__file__).parent / "templates").iterdir()))
def test_words_of_the_templates_exist(name: str) -> None:
    held = {f"{part}.{key}" for part, entries in words.words().items() for key in entries}
    assert words_used(name) <= held


def test_no_word_is_left_over() -> None:
    used = set().union(*(words_used(file.name) for file in (Path(server.__file__).parent / "templates").iterdir()))
    looked_up = {
        "kind",
        "role",
        "scheme",
        "nav",
        "column",
        "changed",
        "claim",
        "author_kind",
        "status",
        "event",
        "reference",
        "search",
        "compare",
    }  # by a value: w.kind[mention.kind]
    by_value = {*looked_up, "error"}  # or by `problems`
    for module in Path(server.__file__).parent.glob("*.py"):
        used |= {".".join(names) for names in re.findall(r'words\(\)\["(\w+)"\]\["(\w+)"\]', module.read_text(encoding="utf-8"))}
    held = {f"{part}.{key}" for part, entries in words.words().items() if part not in by_value for key in entries}
    assert held <= used


@pytest.mark.parametrize(
    ("value", "text"),
    (
        ("2023-03-14T16:30:00+07:00", "14/03/2023 16:30"),
        ("2023-03-14T00:00:00+07:00", "14/03/2023"),
        ("2023-03-14", "14/03/2023"),
        (None, ""),
        ("ngày nào", "ngày nào"),
    ),
)
def test_day(value: str | None, text: str) -> None:
    assert filters.day(value) == text


@pytest.mark.parametrize(
    ("address", "kept"),
    (
        ("https://a.example/x", True),
        ("http://a.example", True),
        ("javascript:alert(1)", False),
        ("//a.example", False),
        ("/x", False),
        ("https://", False),
        ("http://[", False),
        (None, False),
    ),
)
def test_only_web_addresses_become_links(address: str | None, *, kept: bool) -> None:
    assert (filters.web(address) is not None) == kept


def test_the_exact_set_of_plugins_starts(path: Path) -> None:
    """In a process of its own: one plugin that fails to import takes every datasette command down."""
    code = (
        "import asyncio, sys, pathlib\nfrom archive.web import app\nserved = app(pathlib.Path(sys.argv[1]))\n"
        "answer = asyncio.run(served.client.get('/-/plugins.json'))\nprint(answer.status_code, *[one['name'] for one in answer.json()])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:archive", "-c", code, path], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["200", "archive.web.plugin"]
    listed = subprocess.run([sys.executable, "-m", "datasette", "plugins"], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(listed.stdout) == []


def test_serve_answers_and_ends(path: Path) -> None:
    code = "import pathlib, sys\nfrom archive.web import listen, serve\nserve(pathlib.Path(sys.argv[1]), listen(port=0), ready=lambda address: print(address, flush=True))"
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            with urllib.request.urlopen(process.stdout.readline().strip(), timeout=30) as answer:
                assert "Công Thương Archive" in answer.read().decode()
        finally:
            process.terminate()
        process.wait(timeout=30)


def test_a_taken_port_says_so(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match=str(taken.getsockname()[1])):
        server.listen(port=taken.getsockname()[1])


@pytest.mark.parametrize(
    ("address", "status", "says"),
    (
        ("/nothing", 404, "no such page"),
        ("/archive/articles/none", 404, "no such page"),
        ("/archive/articles?_sort=zz", 400, "zz"),
        ("/archive/articles?id__in=[", 400, "could not be answered"),
        ("/archive/articles?_size=x", 400, "_size"),
        ("/archive?sql=drop+table+articles", 400, "SELECT"),
        ("/archive/articles?_where=nonsense(", 400, "could not be answered"),
    ),
)
def test_wrong_requests_are_told_so_without_traces(
    get: Callable[[str], Any], address: str, status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = get(address)
    assert answer.status_code == status
    assert says in answer.text
    assert "Traceback" not in answer.text + "".join(capsys.readouterr())
    assert "script-src" not in answer.headers["content-security-policy"]


def test_a_fault_of_ours_is_logged_and_not_shown(path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    served = app(path)
    monkeypatch.setattr(pages, "home", lambda _conn: 1 // 0)
    page, data = (asyncio.run(served.client.get(address)) for address in ("/", "/nothing.json"))
    close(served)
    assert (page.status_code, data.status_code, data.json()["status"]) == (500, 404, 404)
    assert "ZeroDivisionError" in caplog.text
    assert "division" not in page.text


def test_without_a_port_a_taken_one_is_no_trouble() -> None:
    with server.listen() as first, server.listen() as second:
        assert first.getsockname()[1] != second.getsockname()[1]
