"""`congthuong export` as a user meets it: files that other programs take, and clear words where there is nothing to give."""

import csv
import gzip
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.captures import SiteFolder
from archive.export import rows
from archive.export.rows import Query
from archive.markup import unpack
from archive.tables import open_archive, transaction, upsert
from conftest import Cli, Crawled
from congthuong.cli import main
from test_archive_captures import exchange, warcio
from test_archive_wacz import Wacz, check

DEMO = ("demo-bac-kan", "demo-cao-bang", "demo-ha-giang", "demo-lang-son")


def run(*args: object) -> Cli:
    """The command in this process, which is quicker than a new one."""
    said = CliRunner().invoke(main, ["export", *map(str, args)])
    assert said.exception is None or isinstance(said.exception, SystemExit), said.exception
    return Cli(said.exit_code, said.stdout, said.stderr)


@pytest.fixture
def export(crawled: Crawled) -> Callable[..., Cli]:
    return lambda *args: run(*args, "--data", crawled.data)


def query(crawled: Crawled, sql: str) -> list[dict[str, Any]]:
    with closing(open_archive(crawled.data / "archive.db", readonly=True)) as db:
        return list(db.query(sql))


# -- captures


def test_a_wacz_of_everything(export: Callable[..., Cli], crawled: Crawled, tmp_path: Path) -> None:
    said = export(tmp_path / "all.wacz", "--format", "wacz")
    assert said.code == 0, said.err
    wacz = Wacz(tmp_path / "all.wacz")
    check(wacz)
    held = query(crawled, "SELECT id, title, published_at FROM articles")
    assert sorted(page["title"] for page in wacz.pages[1:]) == sorted(one["title"] for one in held)
    assert {page.get("published_at") for page in wacz.pages[1:]} == {one["published_at"] for one in held}
    (captures,) = query(crawled, "SELECT count(*) AS n FROM captures")
    assert len(wacz.lines) == captures["n"]  # a first crawl asks for nothing by POST and gets no 304
    assert f"{captures['n']} captures, {len(held)} pages of articles" in said.out


def test_a_wacz_of_one_site(export: Callable[..., Cli], crawled: Crawled, tmp_path: Path) -> None:
    assert export(tmp_path / "one.wacz", "--format", "wacz", "--site", "demo-bac-kan").code == 0
    wacz = Wacz(tmp_path / "one.wacz")
    check(wacz)
    assert {line.said["filename"][:13] for line in wacz.lines} == {"demo-bac-kan-"}
    (site,) = query(crawled, "SELECT name, home FROM sites WHERE id = 'demo-bac-kan'")
    assert (wacz.package["title"], wacz.package["mainPageUrl"]) == (site["name"], site["home"])


@pytest.mark.skipif(not shutil.which("wacz"), reason="py-wacz is not installed; .ci/run has it in an environment of its own")
def test_py_wacz_takes_it_for_valid(export: Callable[..., Cli], tmp_path: Path) -> None:
    export(tmp_path / "all.wacz", "--format", "wacz")
    judged = subprocess.run(["wacz", "validate", "-f", tmp_path / "all.wacz"], capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout
    assert "the passed WACZ is valid" in judged.stdout


def test_the_warc_files(export: Callable[..., Cli], crawled: Crawled, tmp_path: Path) -> None:
    assert export(tmp_path / "warcs", "--format", "warc").code == 0
    copies = sorted((tmp_path / "warcs").iterdir())
    originals = [path for site in DEMO for path in sorted((crawled.data / "sites" / site / "captures").glob("*.warc.gz"))]
    assert [(one.name, one.read_bytes()) for one in copies] == [(one.name, one.read_bytes()) for one in originals]
    assert warcio("check", *copies).returncode == 0
    indexed = warcio("index", *copies)
    assert (indexed.returncode, indexed.stderr) == (0, "")
    assert export(tmp_path / "warcs", "--format", "warc", "--site", "demo-bac-kan", "--force").code == 0
    assert [one.name[:12] for one in (tmp_path / "warcs").iterdir()] == ["demo-bac-kan"]


def test_a_damaged_capture_makes_the_export_broken(crawled: Crawled, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Everything else is in it, and the exit code says that something is not."""
    shutil.copytree(crawled.data, tmp_path / "data")
    (capture,) = query(crawled, "SELECT * FROM captures WHERE site_id = 'demo-bac-kan' AND kind = 'robots' LIMIT 1")
    file = tmp_path / "data" / "sites" / "demo-bac-kan" / "captures" / capture["file"]
    data = bytearray(file.read_bytes())
    data[capture["offset"] : capture["offset"] + 20] = bytes(20)
    file.write_bytes(data)
    said = run(tmp_path / "out.wacz", "--format", "wacz", "--data", tmp_path / "data")
    assert said.code == 1
    assert "1 captures cannot be read" in said.err
    assert capture["id"] in caplog.text
    check(Wacz(tmp_path / "out.wacz"))


@pytest.fixture
def withholding(crawled: Crawled, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A data folder whose `withheld.toml` names a capture of an article: the folder, and the row the capture had."""
    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    (capture,) = query(crawled, "SELECT c.* FROM captures c JOIN articles a ON a.capture_id = c.id WHERE c.site_id = 'demo-bac-kan' LIMIT 1")
    entry = f'[[withheld]]\ncapture = "{capture["id"]}"\ndate = 2026-01-02\nreason = "asked for"\n'
    (data / "withheld.toml").write_text(entry, encoding="utf-8")
    return data, capture


def test_what_is_withheld_does_not_leave(withholding: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """Neither the capture, nor what was captured since the archive last looked, as nobody knows of what it is."""
    data, capture = withholding
    with closing(open_archive(data / "archive.db")) as db, transaction(db):
        db.execute("UPDATE captures SET outcome = 'withheld' WHERE id = ?", (capture["id"],))
    with SiteFolder.open(data / "sites" / "demo-bac-kan", "demo-bac-kan", write=True) as site:
        site.write(exchange(1, b"since then"))
    assert run(tmp_path / "out.wacz", "--format", "wacz", "--site", "demo-bac-kan", "--data", data).code == 0
    wacz = Wacz(tmp_path / "out.wacz")
    check(wacz)
    urls = {line.said["url"] for line in wacz.lines}
    assert capture["url"] not in urls
    assert exchange(1).url not in urls
    assert capture["id"] not in {page.get("id") for page in wacz.pages}
    (warc,) = (name for name in wacz.names if name.startswith("archive/"))
    assert f"WARC-Target-URI: {capture['url']}\r\n".encode() not in gzip.decompress(wacz.read(warc))


@pytest.mark.parametrize("args", (("out.wacz", "--format", "wacz"), ("out", "--format", "warc"), ("out.csv", "--format", "csv")))
def test_nothing_leaves_before_withheld_toml_is_in_force(withholding: tuple[Path, dict[str, Any]], tmp_path: Path, args: tuple[str, ...]) -> None:
    out, *rest = args
    said = run(tmp_path / out, *rest, "--data", withholding[0])
    assert (said.code, said.out) == (2, "")
    assert "`congthuong rebuild` puts the file into force" in said.err
    assert not (tmp_path / out).exists()


# -- tables


def test_articles_for_a_statistics_program(export: Callable[..., Cli], crawled: Crawled, tmp_path: Path) -> None:
    assert export(tmp_path / "articles.csv", "--format", "csv").code == 0
    held = query(crawled, "SELECT * FROM articles ORDER BY site_id, published_at DESC, id")
    frame = pd.read_csv(tmp_path / "articles.csv", dtype=str, keep_default_na=False)
    assert list(frame.columns) == [name for name in held[0] if name != "html"]
    assert list(frame["title"]) == [one["title"] for one in held]
    assert list(frame["text"]) == [one["text"] for one in held]
    assert list(frame["published_at"]) == [one["published_at"] or "" for one in held]


def package(folder: Path) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]]]:
    """The description of a folder of tables, and their rows."""
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    tables = {}
    for resource in described["resources"]:
        data = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        reader = csv.DictReader(StringIO(data.decode("utf-8"), newline=""))
        tables[resource["name"]] = list(reader)
        assert reader.fieldnames == [field["name"] for field in resource["schema"]["fields"]]
        assert all(field["description"] for field in resource["schema"]["fields"])
    assert {file.name for file in folder.iterdir()} == {"datapackage.json", *(f"{name}.csv" for name in tables)}
    return described, tables


@pytest.mark.parametrize("site", (None, "demo-bac-kan"))
def test_all_tables_described_so_that_each_key_leads_to_a_row(export: Callable[..., Cli], crawled: Crawled, tmp_path: Path, site: str | None) -> None:
    said = export(tmp_path / "out", "--format", "csv", *(("--site", site) if site else ()))
    assert said.code == 0, said.err
    described, tables = package(tmp_path / "out")
    assert f"{sum(map(len, tables.values()))} rows in {len(tables)} tables" in said.out
    with closing(open_archive(crawled.data / "archive.db", readonly=True)) as db:
        assert tables.keys() == set(rows.tables(db)) - {"counts", "facets"}
        for name, held in tables.items():
            if site is None:
                assert len(held) == db.table(name).count
    assert len(tables["articles"]) == (12 if site else 48)
    assert tables["files"]
    for resource in described["resources"]:
        own, schema = tables[resource["name"]], resource["schema"]
        keys = [tuple(row[name] for name in schema["primaryKey"]) for row in own]
        assert len(set(keys)) == len(keys) or not schema["primaryKey"]
        for key in schema["foreignKeys"]:
            there = {row[key["reference"]["fields"]] for row in tables[key["reference"]["resource"] or resource["name"]]}
            assert {row[key["fields"]] for row in own} - {""} <= there, (resource["name"], key)
    types = {(resource["name"], field["name"]): field["type"] for resource in described["resources"] for field in resource["schema"]["fields"]}
    assert {name: types[name] for name in TYPES} == TYPES


TYPES = {  # by hand
    ("articles", "published_at"): "datetime",
    ("articles", "year"): "integer",
    ("articles", "tags"): "array",
    ("articles", "title"): "string",
    ("failures", "at"): "datetime",
    ("runs", "started_at"): "datetime",
    ("versions", "seen_until"): "datetime",
    ("clusters", "valid_from"): "date",
    ("decisions", "date"): "date",
    ("mentions", "start"): "integer",
    ("provinces", "label"): "string",
}


@pytest.mark.skipif(not shutil.which("frictionless"), reason="frictionless is not installed; .ci/run has it in an environment of its own")
def test_frictionless_takes_the_tables_for_valid(export: Callable[..., Cli], tmp_path: Path) -> None:
    export(tmp_path / "out", "--format", "csv")
    said = subprocess.run(
        ["frictionless", "validate", tmp_path / "out" / "datapackage.json"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert said.returncode == 0, said.stdout
    assert said.stdout.count("VALID") == 22


def test_a_folder_of_tables_is_replaced_and_no_other(export: Callable[..., Cli], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(out, "--format", "csv").code == 0
    assert export(out, "--format", "csv").code == 2
    assert export(out, "--format", "csv", "--site", "demo-bac-kan", "--force").code == 0
    assert len(package(out)[1]["articles"]) == 12
    (out / "datapackage.json").unlink()  # somebody's own tables
    said = export(out, "--format", "csv", "--force")
    assert (said.code, "other things" in said.err) == (2, True)
    assert len(list(out.iterdir())) == 22


def test_articles_for_excel(export: Callable[..., Cli], tmp_path: Path) -> None:
    assert export(tmp_path / "articles.csv", "--format", "csv", "--excel").code == 0
    data = (tmp_path / "articles.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,")
    assert "Cụm thi đua" in data.decode("utf-8-sig")


@pytest.mark.parametrize("table", ("articles", "mentions", "captures", "clusters", "coverage"))
def test_a_table_as_json_lines(export: Callable[..., Cli], crawled: Crawled, tmp_path: Path, table: str) -> None:
    said = export(tmp_path / "rows.jsonl", "--format", "json", "--table", table)
    assert said.code == 0, said.err
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    held = query(crawled, f"SELECT * FROM {table}")
    for row in held:
        row.update({name: json.loads(row[name]) for name in row if name in {"tags", "images", "region_names", "missing"}})
        if "html" in row:
            row["html"] = unpack(row["html"], row["text"])
    assert sorted(lines, key=repr) == sorted(held, key=repr)
    assert f"{len(held)} rows of {table}" in said.out


def test_rows_to_stdout(cli: Callable[..., Cli], crawled: Crawled) -> None:
    said = cli("export", "-", "--format", "csv", "--table", "claims", "--site", "demo-bac-kan", "--data", crawled.data)
    assert said.code == 0, said.err
    sql = "SELECT c.id FROM claims c JOIN articles a ON a.id = c.article_id WHERE a.site_id = 'demo-bac-kan' ORDER BY c.id"
    assert [row["id"] for row in csv.DictReader(StringIO(said.out))] == [row["id"] for row in query(crawled, sql)]
    assert "rows of claims" in said.err


def test_days_of_publication(export: Callable[..., Cli], crawled: Crawled) -> None:
    """Both days are included; in Vietnam's time, as the pages print them; undated articles are of no day."""
    said = export("-", "--format", "json", "--from", "2020-03-12", "--until", "2024-01-15")
    days = sorted(json.loads(line)["published_at"][:10] for line in said.out.splitlines())
    held = query(crawled, "SELECT published_at FROM articles WHERE published_at IS NOT NULL")
    assert days == sorted(day for row in held if date(2020, 3, 12) <= date.fromisoformat(day := row["published_at"][:10]) <= date(2024, 1, 15))
    assert 0 < len(days) < len(held)
    of_them = export("-", "--format", "json", "--table", "mentions", "--from", "2020-03-12", "--until", "2024-01-15")
    articles = {json.loads(line)["id"] for line in said.out.splitlines()}
    assert {json.loads(line)["article_id"] for line in of_them.out.splitlines()} <= articles


def test_every_field_of_many_values_is_known(crawled: Crawled) -> None:
    found = set()
    with closing(open_archive(crawled.data / "archive.db", readonly=True)) as db:
        for table in rows.tables(db):
            for row in db.query(f"SELECT * FROM {table}"):
                found |= {name for name, value in row.items() if isinstance(value, str) and value.startswith(("[]", '["', "[{"))}
            found |= {column.name for column in db.table(table).columns if column.default_value == "'[]'"}
    assert found <= rows.ARRAYS
    assert found


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.tuples(TEXTS, TEXTS), st.integers(0, 9), min_size=1, max_size=8))
def test_any_text_comes_back(counts: dict[tuple[str, str], int]) -> None:
    with TemporaryDirectory() as place, closing(open_archive(Path(place) / "archive.db")) as db:
        with transaction(db):
            upsert(db, "counts", [{"measure": measure, "value": value, "articles": number} for (measure, value), number in counts.items()])
        out = BytesIO()
        assert rows.write_csv(out, db, Query("counts")) == len(counts)
        head, *read = csv.reader(StringIO(out.getvalue().decode("utf-8"), newline=""))
        assert head == ["measure", "value", "articles"]
        assert {(measure, value): int(number) for measure, value, number in read} == counts
        lines = BytesIO()
        assert rows.write_json(lines, db, Query("counts")) == len(counts)
        assert [json.loads(line)["articles"] for line in lines.getvalue().splitlines()] == [int(number) for *_, number in read]


@pytest.mark.parametrize(
    ("value", "cell"),
    (
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("- Về công nghiệp", "'- Về công nghiệp"),
        ("Cụm = III", "Cụm = III"),
        ("", ""),
        ("đ" * 32_767, "đ" * 32_767),
        ("đ" * 32_768, "đ" * 32_763 + " […]"),
    ),
    ids=range(6),
)
def test_cells_for_excel(tmp_path: Path, value: str, cell: str) -> None:
    with closing(open_archive(tmp_path / "archive.db")) as db:
        with transaction(db):
            upsert(db, "counts", [{"measure": value, "value": "x", "articles": -1}])
        out = BytesIO()
        rows.write_csv(out, db, Query("counts"), excel=True)
    assert list(csv.reader(StringIO(out.getvalue().decode("utf-8-sig"), newline="")))[1] == [cell, "x", "-1"]


# -- clear words


@pytest.mark.parametrize(
    ("args", "words"),
    (
        (("out.wacz", "--format", "wacz", "--site", "nowhere"), "holds no site nowhere; it holds demo-bac-kan, demo-cao-bang"),
        (("out.csv", "--format", "csv", "--site", "nowhere"), "holds no site nowhere"),
        (("out.wacz", "--format", "wacz", "--until", "1999-01-01"), "nothing to export"),
        (("out.csv", "--format", "csv", "--until", "1999-01-01"), "nothing to export"),
        (("out.csv", "--format", "csv", "--table", "articles_fts"), "has no table 'articles_fts'; it has addresses, article_authors, articles"),
        (("out.csv", "--format", "csv", "--table", "x; DROP TABLE articles"), "has no table"),
        (("out.csv", "--format", "csv", "--table", "provinces", "--site", "demo-bac-kan"), "cannot be chosen by --site"),
        (("out.csv", "--format", "csv", "--table", "coverage", "--from", "2020-01-01"), "cannot be chosen by --site, --from"),
        (("out.zip", "--format", "wacz"), "ends in .wacz"),
        (("out.wacz", "--format", "wacz", "--table", "mentions"), "--table is for csv and json"),
        (("out.json", "--format", "json", "--excel"), "--excel is for csv"),
        (("-", "--format", "warc"), "- for stdout"),
        (("out", "--format", "csv", "--table", "mentions"), "give OUT an ending, as articles.csv"),
        (("out", "--format", "csv", "--from", "2024-01-02"), "a folder gets all tables of all days"),
        (("out", "--format", "csv", "--site", "nowhere"), "holds no site nowhere"),
        (("out.csv", "--format", "csv", "--from", "2024-01-02", "--until", "2024-01-01"), "--from is later than --until"),
        (("out.csv", "--format", "xml"), "xml"),
        (("there.csv", "--format", "csv"), "exists; --force replaces it"),
        (("folder", "--format", "warc", "--force"), "holds other things than what an export writes"),
    ),
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_writes_nothing(crawled: Crawled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], words: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.csv").write_text("there", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "letter.txt").write_text("there", encoding="utf-8")
    said = run(*args, "--data", crawled.data)
    assert (said.code, said.out) == (2, "")
    assert words in " ".join(said.err.split())
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*")) == ["folder", "folder/letter.txt", "there.csv"]
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "there"


def test_a_data_folder_without_anything(tmp_path: Path) -> None:
    for form in ("wacz", "warc", "csv", "json"):
        said = run(tmp_path / f"out.{form}", "--format", form, "--data", tmp_path / "none")
        assert (said.code, said.out) == (1, "")
        assert "there is no archive yet" in said.err
    assert list(tmp_path.iterdir()) == []
