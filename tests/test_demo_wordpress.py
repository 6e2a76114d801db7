"""The sample department on WordPress: what its pages show on both days, asked of it directly and once over loopback; and the form of its truth."""

import json
import re
import unicodedata
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from lxml import etree, html

from archive.reference import load_reference
from congthuong.demo import SITE_FILES
from congthuong.demo.cms import Article
from congthuong.demo.server import Served
from congthuong.demo.wordpress import PAGES, SECTIONS, WordPress
from crawler.site_files import read_site_file

SITE = next(path for path in SITE_FILES if path.stem == "demo-bac-kan")
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
GONE, NEW, EDITED, UNDATED, DAY_ONLY = 10, 13, 11, 2, 6
KINDS, ROLES = {"person", "unit", "agency", "initials"}, {"text", "photo", "compiled", "source"}


def department(day: int = 1) -> WordPress:
    return WordPress("demo-bac-kan", day=day, origin="http://bac-kan.test")


def page(target: str, day: int = 1) -> html.HtmlElement:
    answer = department(day).get(target)
    assert answer.status == 200, target
    return html.fromstring(answer.body.decode())


def one(number: int, day: int = 1) -> Article:
    return next(article for article in department(day).all_articles if article.number == number)


def texts(root: html.HtmlElement, selector: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in root.cssselect(selector)]


def walk(first: str, day: int = 1) -> list[list[str]]:
    """The article paths of each page of a listing, next link after next link."""
    pages: list[list[str]] = []
    target: str | None = first
    while target:
        root = page(target, day)
        beside = {department().href(one) for one in department().beside}
        links = [link.get("href", "") for link in root.cssselect("#post-list h2.entry-title a")]
        pages.append([urlsplit(link).path for link in links if link not in beside])
        following = root.cssselect("a.next")
        target = urlsplit(following[0].get("href", "")).path if following else None
    return pages


@pytest.mark.parametrize("day", (1, 2))
def test_every_article_of_the_day_has_a_page_that_shows_it(day: int) -> None:
    for article in department(day).articles:
        root = page(f"/{article.page['slug']}/", day)
        assert texts(root, "h1") == [article.truth["title"]]
        assert texts(root, ".entry-category a") == [article.truth["category"]]
        assert texts(root, ".tags-links a") == article.truth["tags"]
        shown = unicodedata.normalize("NFC", texts(root, "article")[0])
        for paragraph in article.truth["text"].strip().splitlines():
            assert paragraph.replace(" | ", " ") in shown
        for author in article.truth["authors"]:
            assert author["name"] in shown
        assert texts(root, ".skip-link")[-1] == "Skip to content"


def test_dates_are_printed_to_the_minute_to_the_day_or_not_at_all() -> None:
    assert texts(page(f"/{one(8).page['slug']}/"), ".posted-on") == ["15/01/2024 - 08:30"]
    assert texts(page(f"/{one(DAY_ONLY).page['slug']}/"), ".posted-on") == ["Ngày đăng: 14/04/2022"]
    undated = page(f"/{one(UNDATED).page['slug']}/")
    assert not undated.cssselect(".entry-header time, .posted-on, meta[property='article:published_time']")
    assert "datePublished" not in undated.cssselect("script[type='application/ld+json']")[0].text_content()


def test_the_structured_data_is_json_and_names_the_account() -> None:
    for article in department().articles:
        script = page(f"/{article.page['slug']}/").cssselect("script[type='application/ld+json']")[0]
        graph = json.loads(script.text_content())["@graph"]
        assert graph[0]["headline"] == article.truth["title"]
        assert graph[0]["author"]["name"] in {"admin", "Biên tập viên"}


def test_the_furniture_around_an_old_article_has_newer_dates() -> None:
    root = page(f"/{one(1).page['slug']}/")
    assert "(21/10/2025)" in texts(root, ".bai-viet-lien-quan time")
    assert "21/10/2025" in texts(root, ".widget_recent_entries .post-date")
    assert root.cssselect("meta[name='author']")[0].get("content") == "Sở Công Thương tỉnh Bắc Kạn"


@pytest.mark.parametrize("day", (1, 2))
def test_listings_in_pages_of_five_lead_to_every_article(day: int) -> None:
    pages = {section: walk(f"/category/{section}/", day) for section in SECTIONS}
    assert [len(items) for items in pages["tin-hoat-dong"]] == [5, 1]
    found = {path for walked in pages.values() for items in walked for path in items}
    assert found == {f"/{article.page['slug']}/" for article in department(day).articles}


@pytest.mark.parametrize(
    "target",
    (
        "/category/tin-hoat-dong/page/3/",
        "/category/tin-hoat-dong/page/0/",
        "/category/khong-co/",
        "/khong-co-bai-nay/",
        "/x.php",
        "/wp-content/uploads/2020/01/x.jpg",
    ),
)
def test_what_is_not_there_is_a_404_page(target: str) -> None:
    answer = department().get(target)
    assert answer.status == 404
    assert "Trang này không tồn tại" in answer.body.decode()


@pytest.mark.parametrize(
    ("target", "place"),
    (
        ("/?p=640", f"/{one(8).page['slug']}/"),
        (f"/{one(8).page['slug']}", f"/{one(8).page['slug']}/"),
        ("/category/tin-hoat-dong/page/1/", "/category/tin-hoat-dong/"),
    ),
)
def test_other_addresses_redirect_to_the_permalink(target: str, place: str) -> None:
    answer = department().get(target)
    assert (answer.status, answer.headers["Location"]) == (301, f"http://bac-kan.test{place}")


def test_the_feed_has_the_ten_newest_with_their_dates() -> None:
    items = etree.fromstring(department().get("/feed/").body).findall("channel/item")
    assert [item.findtext("link") for item in items] == [f"http://bac-kan.test/{article.page['slug']}/" for article in department().articles[:10]]
    assert items[0].findtext("title") == one(12).truth["title"]
    assert parsedate_to_datetime(items[0].findtext("pubDate") or "") == datetime.fromisoformat("2025-10-21T10:00:00+07:00")


@pytest.mark.parametrize("day", (1, 2))
def test_the_sitemap_index_leads_to_every_article_with_its_last_change(day: int) -> None:
    index = etree.fromstring(department(day).get("/wp-sitemap.xml").body)
    found: dict[str, str | None] = {}
    for place in index.findall("s:sitemap/s:loc", SITEMAP):
        urls = etree.fromstring(department(day).get(urlsplit(place.text or "").path).body)
        found |= {url.findtext("s:loc", None, SITEMAP) or "": url.findtext("s:lastmod", None, SITEMAP) for url in urls.findall("s:url", SITEMAP)}
    expected = {f"http://bac-kan.test/{article.page['slug']}/" for article in department(day).articles}
    others = {"", *(f"{slug}/" for slug in PAGES), *(f"category/{slug}/" for slug in SECTIONS)}
    beside = {department().href(one) for one in department().beside if one.what in {"draft", "protected", "away", "english"}}
    assert found.keys() == expected | beside | {f"http://bac-kan.test/{path}" for path in others}
    change = {1: "2025-03-20T09:40:00+07:00", 2: "2025-03-24T14:05:00+07:00"}
    assert found[f"http://bac-kan.test/{one(EDITED).page['slug']}/"] == change[day]


def test_robots_allows_the_articles_and_names_the_sitemap() -> None:
    lines = department().get("/robots.txt").body.decode().splitlines()
    assert "Disallow: /wp-admin/" in lines
    assert lines[-1] == "Sitemap: http://bac-kan.test/wp-sitemap.xml"


def test_what_stands_beside_the_articles() -> None:
    site = department()
    draft, protected, internal, foreign, away, english = site.beside
    assert [site.get(one.path).status for one in (draft, english)] == [404, 200]
    form = page(protected.path)
    assert texts(form, "h1") == ["Bảo mật: Kết quả tự kiểm tra công vụ quý III năm 2025"]
    assert len(form.cssselect("body.single .entry-content form.post-password-form input[type=password]")) == 1
    assert texts(page(internal.path), "h1") == ["Lịch công tác tuần 43 của lãnh đạo Sở"]
    answer = site.get(away.path)
    assert (answer.status, answer.headers["Location"]) == (302, "https://bao.example/mien-dong-o-hoi-cho-mua-thu-ha-noi/")
    for section, ones in (("thong-bao", (protected, internal, english)), ("thi-dua-khen-thuong", (foreign,)), ("thi-truong", (away,))):
        links = [link.get("href", "") for link in page(f"/category/{section}/").cssselect("#post-list h2.entry-title a")]
        assert links[-len(ones) :] == [site.href(one) for one in ones]


def test_the_article_moved_on_day_2_is_led_to_from_its_old_address() -> None:
    old, now = "/kiem-tra-tien-do-dau-tu-ha-tang-cac-cum-cong-nghiep/", "/kiem-tra-tien-do-dau-tu-ha-tang-cac-cum-cong-nghiep-tren-dia-ban-tinh/"
    assert department(1).get(old).status == 200
    answer = department(2).get(old)
    assert (answer.status, answer.headers["Location"]) == (301, f"http://bac-kan.test{now}")
    assert texts(page(now, 2), "h1") == texts(page(old), "h1")


def test_on_day_2_one_is_edited_one_is_gone_and_one_is_new() -> None:
    before, after = (page(f"/{one(EDITED).page['slug']}/", day) for day in (1, 2))
    assert "bốn vụ cháy" in before.text_content()
    assert "năm vụ cháy" in after.text_content()
    assert texts(before, ".entry-header time.updated:not(.published)") == []
    assert texts(after, ".entry-header time.updated:not(.published)") == ["Cập nhật: 24/03/2025 - 14:05"]
    for number, statuses in ((GONE, [200, 404]), (NEW, [404, 200])):
        assert [department(day).get(f"/{one(number).page['slug']}/").status for day in (1, 2)] == statuses


def test_files_are_what_their_names_say() -> None:
    starts = {".pdf": b"%PDF-", ".jpg": b"\xff\xd8\xff", ".png": b"\x89PNG"}
    for article in department(2).all_articles:
        for held in [*article.truth["images"], *article.truth["attachments"]]:
            answer = department().get(f"/wp-content/uploads/2024/01/{held['file']}")
            assert answer.status == 200
            assert answer.body.startswith(starts["." + held["file"].rsplit(".", 1)[1]])
            assert held["file"] in article.html


def test_it_is_served_on_loopback() -> None:
    with Served(WordPress("demo-bac-kan")) as site:
        with urlopen(f"{site.department.origin}/{one(1).page['slug']}/", timeout=10) as answer:
            assert one(1).truth["title"] in answer.read().decode()
        with pytest.raises(HTTPError) as missing:
            urlopen(f"{site.department.origin}/khong-co/", timeout=10)
        missing.value.close()
        assert missing.value.code == 404
        assert [asked.status for asked in site.asked] == [200, 404]


def test_the_site_file_finds_every_article_and_no_page_of_another_kind() -> None:
    discovery = read_site_file(SITE).discovery
    for path in [f"/{article.page['slug']}/" for article in department(2).all_articles]:
        assert re.search(discovery.article, path)
        assert not re.search(discovery.exclude or "$^", path)
    others = [
        "/",
        "/feed/",
        "/category/thi-dua-khen-thuong/",
        "/tag/cum-thi-dua/",
        "/wp-content/uploads/2022/04/ke-hoach-kiem-tra.pdf",
        *(f"/{slug}/" for slug in PAGES),
    ]
    for path in others:
        assert not re.search(discovery.article, path) or re.search(discovery.exclude or "$^", path)
    assert all(department().get(f"/{listing}").status == 200 for listing in [*discovery.listings, *discovery.sitemaps, *discovery.feeds])


@pytest.mark.parametrize("day", (1, 2))
def test_the_truth_is_whole_and_its_quotes_stand_in_order(day: int) -> None:
    reference = load_reference()
    for article in department(day).all_articles:
        truth = article.truth
        missing = {"title", "authors", "category", "tags", "images", "attachments", "text", "mentions", "provinces", "members"} - truth.keys()
        assert not missing, article.number
        assert unicodedata.is_normalized("NFC", truth["text"])
        assert truth["text"].strip().startswith(truth.get("lead", ""))
        assert all(author["kind"] in KINDS and author["role"] in ROLES for author in truth["authors"])
        if article.number != UNDATED:
            assert datetime.fromisoformat(truth["published_at"]).date() == article.page["published"].date()
        for field in ("title", "text"):
            place = 0
            for mention in truth["mentions"]:
                if mention["field"] == field:
                    place = truth[field].index(mention["quote"], place) + len(mention["quote"])
        place = 0
        for quote, entity in truth["provinces"]:
            place = f"{truth['title']}\n{truth['text']}".index(quote, place) + len(quote)
            assert entity in reference.provinces
        claims = [*truth["members"], *truth.get("leaders", []), *truth.get("deputies", [])]
        assert all(cluster in reference.clusters and entity in reference.provinces for cluster, entity in claims)
        assert all(mention.get("entity", "qd-309-bct-2023") in {*reference.clusters, *reference.decisions} for mention in truth["mentions"])
