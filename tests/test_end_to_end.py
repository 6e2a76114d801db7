"""The whole way, from outside: sample departments served, `congthuong crawl`, and what stands in the archive against the truth written by hand."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from archive.tables import dump, open_archive
from conftest import Cli, Crawled, Samples, congthuong
from congthuong.demo import SITE_FILES
from congthuong.demo.cms import Article
from congthuong.demo.samples import SYSTEMS

DEPARTMENTS = {path.stem: SYSTEMS[path.stem](path.stem) for path in SITE_FILES}
EVERY = [(site, one) for site, department in DEPARTMENTS.items() for one in department.articles]
LOG = {"captures", "runs", "failures", "coverage"}  # what a second run adds to: it asked again


def named(case: tuple[str, Article]) -> str:
    return f"{case[0]}-{case[1].number:02}"


def query(archive: Path, sql: str, *params: object) -> list[dict[str, Any]]:
    db = open_archive(archive, readonly=True)
    try:
        return list(db.query(sql, list(params)))
    finally:
        db.close()


def article_of(archive: Path, site: str, truth: dict[str, Any]) -> dict[str, Any]:
    found = query(archive, "SELECT * FROM articles WHERE site_id = ? AND title = ?", site, truth["title"])
    assert len(found) == 1, f"{site}: {truth['title']} stands {len(found)} times"
    return found[0]


def test_the_crawl_is_complete(crawled: Crawled) -> None:
    assert crawled.result.code == 0, crawled.result.err
    results = {one["site"]: one for one in json.loads(crawled.result.out)}
    assert {site: one["outcome"] for site, one in results.items()} == dict.fromkeys(DEPARTMENTS, "complete")
    assert {site: one["new"] for site, one in results.items()} == {site: len(one.articles) for site, one in DEPARTMENTS.items()}


def test_nothing_but_the_published_articles_is_there(crawled: Crawled) -> None:
    held = query(crawled.data / "archive.db", "SELECT site_id, title FROM articles")
    assert sorted((one["site_id"], one["title"]) for one in held) == sorted((site, one.truth["title"]) for site, one in EVERY)


@pytest.mark.parametrize("case", EVERY, ids=named)
def test_every_sample_article_reads_as_its_truth(crawled: Crawled, case: tuple[str, Article]) -> None:
    site, article = case
    truth = article.truth
    archive = crawled.data / "archive.db"
    row = article_of(archive, site, truth)
    assert row["published_at"] == truth.get("published_at")
    assert row["text"] == truth["text"].strip()
    assert (row["lead"] or "") == truth.get("lead", "").strip()
    assert row["category"] == truth.get("category")
    printed = query(
        archive,
        "SELECT printed, kind, role FROM article_authors JOIN authors ON authors.id = author_id WHERE article_id = ? ORDER BY position",
        row["id"],
    )
    assert [(one["printed"], one["kind"], one["role"]) for one in printed] == [(one["name"], one["kind"], one["role"]) for one in truth["authors"]]
    assert row["source_name"] == truth.get("source")
    images = [(urlsplit(url).path.rsplit("/", 1)[-1], caption) for url, _, caption in json.loads(row["images"])]
    assert images == [(one["file"], one.get("caption", "")) for one in truth.get("images", [])]
    files = query(archive, "SELECT url, size, capture_id FROM attachments WHERE article_id = ?", row["id"])
    assert sorted(urlsplit(one["url"]).path.rsplit("/", 1)[-1] for one in files) == sorted(one["file"] for one in truth.get("attachments", []))
    assert all(one["size"] and one["capture_id"] for one in files), "an attachment was not fetched"


PLACES = {"province": "provinces", "department": "departments"}


@pytest.mark.parametrize("case", EVERY, ids=named)
def test_every_mention_is_as_its_truth(crawled: Crawled, case: tuple[str, Article]) -> None:
    site, article = case
    truth = article.truth
    archive = crawled.data / "archive.db"
    row = article_of(archive, site, truth)
    found = query(archive, "SELECT * FROM mentions WHERE article_id = ? ORDER BY field DESC, start", row["id"])
    assert all(row[one["field"]][one["start"] : one["end"]] == one["quote"] for one in found)
    keys = ("field", "quote", "kind", "scheme", "number", "entity")
    others = [{key: one[key] for key in keys} | {"refers": one["refers_to"] is not None} for one in found if one["kind"] not in PLACES]
    assert others == [{key: one.get(key) for key in keys} | {"refers": one.get("refers", False)} for one in truth.get("mentions", [])]
    for kind, key in PLACES.items():
        assert [[one["quote"], one["entity"]] for one in found if one["kind"] == kind] == truth.get(key, []), kind
    claims = query(archive, "SELECT kind, ifnull(entity, '') AS entity, subject_entity FROM claims WHERE article_id = ?", row["id"])
    for kind, key in (("member", "members"), ("leader", "leaders"), ("deputy", "deputies")):
        said = {(one["entity"], one["subject_entity"]) for one in claims if one["kind"] == kind}
        assert said == {(entity, province) for entity, province in truth.get(key, [])}, kind


def test_the_copied_article_stands_with_each_that_copied_it(crawled: Crawled) -> None:
    title = "Khuyến khích doanh nghiệp đăng ký bình chọn sản phẩm công nghiệp nông thôn tiêu biểu năm 2024"
    held = query(crawled.data / "archive.db", "SELECT site_id FROM articles WHERE title = ? ORDER BY 1", title)
    assert [one["site_id"] for one in held] == ["demo-bac-kan", "demo-cao-bang", "demo-lang-son"]


def test_every_capture_ends_as_something_named(crawled: Crawled) -> None:
    outcomes = {one["outcome"] for one in query(crawled.data / "archive.db", "SELECT DISTINCT outcome FROM captures")}
    assert outcomes <= {"article", "unchanged", "listing", "feed", "sitemap", "robots", "home", "attachment", "redirect", "failure"}
    coverage = query(crawled.data / "archive.db", "SELECT * FROM coverage")
    assert coverage
    missing = {url for one in coverage for url in json.loads(one["missing"])}
    origins = {site: served.department.origin for site, served in crawled.samples.served.items()}
    assert missing == {f"{origins[site]}{one.path}" for site, department in DEPARTMENTS.items() for one in department.beside if one.reason}


def test_the_province_is_the_one_of_the_day(crawled: Crawled) -> None:
    rows = query(
        crawled.data / "archive.db", "SELECT province_id, published_at FROM articles WHERE site_id = 'demo-bac-kan' AND published_at IS NOT NULL"
    )
    assert {(one["published_at"] >= "2025-07-01", one["province_id"]) for one in rows} == {(False, "bac-kan"), (True, "thai-nguyen-2025")}


def test_a_second_crawl_adds_nothing_and_changes_nothing(crawled: Crawled, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    before = contents(data / "archive.db")
    for one in crawled.samples.served.values():
        one.asked.clear()
    again = crawled.samples.crawl(data)
    assert again.code == 0, again.err
    assert [(one["new"], one["changed"]) for one in json.loads(again.out)] == [(0, 0)] * 4
    after = contents(data / "archive.db")
    assert {table: rows for table, rows in after.items() if table not in LOG} == {table: rows for table, rows in before.items() if table not in LOG}
    paths = {page.target for one in crawled.samples.served.values() for page in one.asked}
    articles = {urlsplit(one["url"]).path for one in query(data / "archive.db", "SELECT url FROM articles")}
    assert not {path.split("?")[0] for path in paths if "NewsGroups" not in path and "ItemID" in path}
    assert not paths & articles, "an article page was fetched that needed no look"


def contents(archive: Path) -> dict[str, Any]:
    db = open_archive(archive, readonly=True)
    try:
        return dump(db)
    finally:
        db.close()


def test_rebuild_gives_the_same_database(crawled: Crawled, tmp_path: Path, cli: Callable[..., Cli]) -> None:
    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    before = contents(data / "archive.db")
    (data / "archive.db").unlink()
    done = cli("rebuild", "--data", data)
    assert done.code == 0, done.err
    assert contents(data / "archive.db") == before


def test_edits_and_removals_of_a_later_day_are_seen_and_rebuilt(samples: Samples, tmp_path: Path, cli: Callable[..., Cli]) -> None:
    data = tmp_path / "data"
    assert samples.crawl(data).code == 0
    samples.day(2)
    later = samples.crawl(data, "--look-again")
    assert later.code == 0, later.err
    for site, department in DEPARTMENTS.items():
        before = {one.number: one for one in department.articles}
        after = {one.number: one for one in samples.served[site].department.articles}
        edited = [one for number, one in after.items() if number in before and (one.truth, one.html) != (before[number].truth, before[number].html)]
        assert edited, f"{site} has no edited article"
        for one in edited:
            row = article_of(data / "archive.db", site, one.truth)
            assert row["text"] == one.truth["text"].strip()
            assert row["versions"] == 2
            older = query(data / "archive.db", "SELECT title, text FROM versions WHERE article_id = ?", row["id"])
            assert [(old["title"], old["text"]) for old in older] == [(before[one.number].truth["title"], before[one.number].truth["text"].strip())]
        for number in before.keys() - after.keys():
            row = article_of(data / "archive.db", site, before[number].truth)  # it stays
            assert row["versions"] == 1
        for number in after.keys() - before.keys():
            article_of(data / "archive.db", site, after[number].truth)
        versions = query(data / "archive.db", "SELECT count(*) AS n FROM versions v JOIN articles a ON a.id = article_id WHERE site_id = ?", site)
        assert versions[0]["n"] == len(edited), "a counter or a related box made a version"
    live = contents(data / "archive.db")
    assert cli("rebuild", "--data", data).code == 0
    assert contents(data / "archive.db") == live


def test_killed_and_run_again_it_holds_the_same_articles(samples: Samples, crawled: Crawled, tmp_path: Path) -> None:
    data = tmp_path / "data"
    site = "demo-bac-kan"
    args = [sys.executable, "-m", "congthuong", "crawl", "--site-file", str(samples.files[site]), "--data", str(data)]
    asked = samples.served[site].asked
    for pages in (3, 9, 15):
        asked.clear()
        process = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(asked) < pages and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = samples.crawl(data, sites=[site])
    assert done.code == 0, done.err
    wanted = query(crawled.data / "archive.db", "SELECT id, title, text, author FROM articles WHERE site_id = ? ORDER BY id", site)
    assert query(data / "archive.db", "SELECT id, title, text, author FROM articles ORDER BY id") == wanted
    assert query(data / "archive.db", "SELECT sum(versions != 1) AS n FROM articles") == [{"n": 0}]


def test_a_limit_leaves_the_rest_for_the_next_run(samples: Samples, tmp_path: Path) -> None:
    site = "demo-lang-son"
    first = samples.crawl(tmp_path / "data", "--limit", 4, sites=[site])
    assert first.code == 0, first.err
    [result] = json.loads(first.out)
    assert (result["outcome"], result["new"]) == ("partial", 4)
    assert "wait" in result["message"]
    second = samples.crawl(tmp_path / "data", sites=[site])
    [result] = json.loads(second.out)
    assert result["outcome"] == "complete"
    assert result["new"] == len(DEPARTMENTS[site].articles) - 4


def test_a_second_run_on_the_same_site_leaves_at_once(samples: Samples, tmp_path: Path) -> None:
    site = "demo-cao-bang"
    data, slow = tmp_path / "data", tmp_path / f"{site}.toml"
    slow.write_text(re.sub("pace = .*", "pace = 0.2", samples.files[site].read_text(encoding="utf-8")), encoding="utf-8")
    args = [sys.executable, "-m", "congthuong", "crawl", "--site-file", str(slow), "--data", str(data)]
    first = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not samples.served[site].asked:
        time.sleep(0.01)
    second = samples.crawl(data, sites=[site])
    first.wait(60)
    assert second.code == 3
    assert "holds the lock" in second.err
    assert "Traceback" not in second.err
    assert first.returncode == 0


def test_read_prints_the_article_as_json(samples: Samples, tmp_path: Path, cli: Callable[..., Cli]) -> None:
    department = DEPARTMENTS["demo-bac-kan"]
    article = next(one for one in department.articles if one.truth["authors"])
    url = f"{samples.served['demo-bac-kan'].department.origin}/{article.page['slug']}/"
    page = tmp_path / "page.html"
    page.write_bytes(department.get(f"/{article.page['slug']}/").body)
    done = congthuong("read", page, "--url", url, "--site-file", samples.files["demo-bac-kan"])
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert set(said) == {"article", "mentions", "claims"}
    assert said["article"]["title"] == article.truth["title"]
    assert [one["name"] for one in said["article"]["byline"]["authors"]] == [one["name"] for one in article.truth["authors"]]
