"""The sample department on NukeViet, without the crawler: every article has its page, its categories lead to it, and the truth fits itself."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree, html

from congthuong.demo import SITE_FILES
from congthuong.demo.cms import Article, Response
from congthuong.demo.nukeviet import NukeViet, slug
from congthuong.demo.server import Served
from crawler.site_files import read_site_file

SITE = "demo-lang-son"
DAY_1 = frozenset(range(1, 13))
DAY_2 = frozenset(range(1, 14)) - {5}
CLUSTER_III = "moit-309-2023-iii"
CATEGORIES = ("Tin-hoat-dong", "Quan-ly-cong-nghiep", "Quan-ly-thuong-mai", "Khuyen-cong", "Thi-dua-Khen-thuong")
NEWS = "/vi/news/Tin-hoat-dong/"
RELATED_DATE = re.compile(r"\((\d\d)/(\d\d)/(\d{4})\)")
NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def department(day: int = 1) -> NukeViet:
    return NukeViet(SITE, day, origin="http://127.0.0.1:8762")


def numbered(site: NukeViet, number: int) -> Article:
    return next(one for one in site.articles if one.number == number)


def tree(response: Response) -> html.HtmlElement:
    return html.document_fromstring(response.body.decode())


def texts(response: Response, selector: str) -> list[str]:
    return [" ".join(one.text_content().split()) for one in tree(response).cssselect(selector)]


def listed(site: NukeViet, start: str) -> Iterator[list[int]]:
    """The articles of each page of a category, by number, as a visitor goes on with its pager."""
    by_path = {site.link(one): one.number for one in site.articles}
    target: str | None = start
    while target:
        page = tree(site.get(target))
        links = [link.get("href", "") for link in page.cssselect(".news_column h2 a, .news_column h3 a")]
        yield [by_path[link] for link in links if link not in {site.href(one) for one in site.beside}]
        target = next((one.get("href") for one in page.cssselect("ul.pagination a[rel=next]")), None)


@pytest.mark.parametrize(("day", "expected"), ((1, DAY_1), (2, DAY_2)))
def test_the_articles_of_a_day(day: int, expected: frozenset[int]) -> None:
    assert {one.number for one in department(day).articles} == expected


@pytest.mark.parametrize("day", (1, 2))
def test_every_article_has_a_page_that_shows_its_title(day: int) -> None:
    site = department(day)
    for article in site.articles:
        answer = site.get(site.link(article))
        assert answer.status == 200
        assert texts(answer, "h1[itemprop=headline]") == [article.truth["title"]]
        assert 15_000 < len(answer.body) < 60_000


@pytest.mark.parametrize(("day", "expected"), ((1, DAY_1), (2, DAY_2)))
def test_the_categories_lead_to_every_article_in_pages_of_five(day: int, expected: frozenset[int]) -> None:
    site = department(day)
    pages = {alias: list(listed(site, f"/vi/news/{alias}/")) for alias in CATEGORIES}
    assert [len(page) for page in pages["Tin-hoat-dong"]] == ([5, 2] if day == 1 else [5, 1])
    assert {number for found in pages.values() for page in found for number in page} == expected
    for found in pages.values():
        walked = [number for page in found for number in page]
        assert walked == sorted(walked, reverse=True)


def test_an_article_put_in_two_categories_has_one_address() -> None:
    site = department()
    link = site.link(numbered(site, 6))
    assert link.startswith("/vi/news/Thi-dua-Khen-thuong/")
    for alias in ("Thi-dua-Khen-thuong", "Tin-hoat-dong"):
        bodies = [site.get(f"/vi/news/{alias}/{page}").body.decode() for page in ("", "page-2/")]
        assert any(f'<a href="{link}"' in body for body in bodies)


@pytest.mark.parametrize("page", ("page-3", "page-9999", "page-0", "page-1"))
def test_a_page_past_the_last_leads_back_to_the_first(page: str) -> None:
    answer = department().get(f"{NEWS}{page}/")
    assert (answer.status, answer.headers["Location"]) == (302, NEWS)


@pytest.mark.parametrize(
    ("asked", "right"),
    (
        ("/vi/news/Tin-hoat-dong", NEWS),
        ("/vi/news/Khuyen-cong/ten-cu-cua-bai-viet-1502.html", None),
        ("/vi/news/Tin-hoat-dong/binh-chon-1502.html", None),
    ),
)
def test_an_outworn_address_leads_to_the_right_one(asked: str, right: str | None) -> None:
    site = department()
    answer = site.get(asked)
    assert (answer.status, answer.headers["Location"]) == (301, right or site.link(numbered(site, 8)))


def test_the_root_leads_to_the_home_page() -> None:
    answer = department().get("/")
    assert (answer.status, answer.headers["Location"]) == (302, "/vi/")


@pytest.mark.parametrize("target", ("/vi/", "/vi/news/", *(f"/vi/news/{alias}/" for alias in CATEGORIES)))
def test_every_link_of_the_menus_and_lists_answers(target: str) -> None:
    site = department()
    page = tree(site.get(target))
    links = {link.get("href", "") for link in page.cssselect("#menusite a, #body a, #footer a")} - {"#"} - {site.href(one) for one in site.beside}
    assert len(links) > 8
    assert {link: site.get(link).status for link in links} == dict.fromkeys(links, 200)


def test_a_tag_lists_its_articles() -> None:
    site = department()
    tags = [link.get("href", "") for link in tree(site.get(site.link(numbered(site, 6)))).cssselect("a[href*='/news/tag/']")]
    assert tags == ["/vi/news/tag/giao-uoc-thi-dua/", "/vi/news/tag/cum-thi-dua-so-iii/"]
    assert list(listed(site, tags[1])) == [[6]]
    assert site.get("/vi/news/tag/khong-co/").status == 404


@pytest.mark.parametrize(("words", "expected"), (("Cụm thi đua số III", "cum-thi-dua-so-iii"), ("Đồng Đăng – Hữu Nghị", "dong-dang-huu-nghi")))
def test_slug(words: str, expected: str) -> None:
    assert slug(words) == expected


def test_the_save_and_print_views_are_pages_that_the_discovery_leaves_out() -> None:
    site = department()
    discovery = read_site_file(next(path for path in SITE_FILES if path.stem == SITE)).discovery
    assert discovery.exclude
    for article in site.articles:
        assert re.search(discovery.article, site.link(article))
        assert not re.search(discovery.exclude, site.link(article))
        for view in ("savefile", "print"):
            link = site.link(article, view)
            answer = site.get(link)
            assert texts(answer, "h1") == [article.truth["title"]]
            assert [one.get("href") for one in tree(answer).cssselect("link[rel=canonical]")] == [f"{site.origin}{link}"]
            assert ("Content-Disposition" in answer.headers) == (view == "savefile")
            assert not re.search(discovery.article, link) or re.search(discovery.exclude, link)


def test_the_feed_has_the_newest_ten() -> None:
    site = department()
    feed = feedparser.parse(site.get("/vi/news/rss/").body)
    assert not feed.bozo
    assert [entry.link for entry in feed.entries] == [f"{site.origin}{site.link(one)}" for one in site.articles[:10]]
    dated = {entry.title: entry.published for entry in feed.entries if "published" in entry}
    assert dated["Bốn Sở Công Thương bàn việc duy trì Cụm thi đua số III sau sắp xếp đơn vị hành chính"] == "Fri, 15 Aug 2025 14:40:00 GMT"
    assert len(dated) == 9
    pictured = next(entry for entry in feed.entries if entry.link == f"{site.origin}{site.link(numbered(site, 6))}")
    assert pictured.description.startswith("<img ")


def test_a_category_has_a_feed_of_its_own() -> None:
    feed = feedparser.parse(department().get("/vi/news/rss/Khuyen-cong/").body)
    assert [entry.title for entry in feed.entries] == [numbered(department(), number).truth["title"] for number in (8, 1)]
    assert department().get("/vi/news/rss/Khong-co/").status == 404


@pytest.mark.parametrize(("day", "expected"), ((1, DAY_1), (2, DAY_2)))
def test_the_sitemap_has_every_article_with_the_day_it_was_published(day: int, expected: frozenset[int]) -> None:
    site = department(day)
    index = etree.fromstring(site.get("/sitemap.xml").body)
    [part] = index.xpath("s:sitemap/s:loc/text()", namespaces=NAMESPACE)
    rows = etree.fromstring(site.get(part.removeprefix(site.origin)).body).xpath("s:url", namespaces=NAMESPACE)
    said = {row.findtext("s:loc", namespaces=NAMESPACE): row.findtext("s:lastmod", namespaces=NAMESPACE) for row in rows}
    assert len(said) == len(expected) + 3
    articles = {f"{site.origin}{site.link(one)}": one.truth.get("published_at") for one in site.articles}
    assert said == articles | {site.href(one): None for one in site.beside if one.what in {"draft", "protected", "away"}}


def test_what_stands_beside_the_articles() -> None:
    site = department()
    draft, protected, internal, foreign, away = site.beside
    assert site.get(draft.path).status == 404
    assert texts(site.get(protected.path), ".login-box h2") == ["Đăng nhập thành viên"]
    assert texts(site.get(internal.path), "h1[itemprop=headline]") == ["Phân công trực cơ quan dịp Tết Nguyên đán"]
    answer = site.get(away.path)
    assert (answer.status, answer.headers["Location"]) == (302, "https://bao.example/vi/news/Thi-truong/phien-cho-cuoi-nam-2050.html")
    for section, one in (("Thi-dua-Khen-thuong", protected), ("Tin-hoat-dong", internal), ("Quan-ly-thuong-mai", foreign)):
        links = [link.get("href", "") for link in tree(site.get(f"/vi/news/{section}/")).cssselect(".news_column h3 a")]
        assert links[-1] == site.href(one)


def test_the_article_moved_on_day_2_is_led_to_from_its_old_address() -> None:
    old = "/vi/news/Quan-ly-cong-nghiep/ra-soat-tien-do-dau-tu-ha-tang-cac-cum-cong-nghiep-tren-dia-ban-tinh-398.html"
    now = "/vi/news/Quan-ly-cong-nghiep/ra-soat-tien-do-ha-tang-cac-cum-cong-nghiep-398.html"
    assert department(1).get(old).status == 200
    answer = department(2).get(old)
    assert (answer.status, answer.headers["Location"]) == (301, now)
    assert texts(department(2).get(now), "h1") == texts(department(1).get(old), "h1")


def test_robots_names_the_sitemap_and_lets_news_be_read() -> None:
    answer = department().get("/robots.txt")
    assert answer.content_type.startswith("text/plain")
    lines = answer.body.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /admin/" in lines
    assert "Sitemap: http://127.0.0.1:8762/sitemap.xml" in lines
    assert [line for line in lines if "news" in line] == ["Disallow: /vi/news/Noi-bo/"]


@pytest.mark.parametrize(
    "target",
    (
        "/vi/news/Khong-co/",
        "/vi/news/Tin-hoat-dong/khong-co-9999.html",
        "/vi/news/savefile/Tin-hoat-dong/khong-co-9999.html",
        "/vi/about/khong-co.html",
        "/uploads/news/2024_01/khong-co.jpg",
        "/vi/news/tag/",
        "/wp-login.php",
    ),
)
def test_what_does_not_exist_is_404_and_leads_home_after_a_while(target: str) -> None:
    answer = department().get(target)
    assert answer.status == 404
    assert texts(answer, "#nv-infodie h2") == ["Không tìm thấy trang"]
    assert tree(answer).cssselect("meta[http-equiv=Refresh]")[0].get("content") == "3;URL=/vi/"


def test_the_article_removed_on_day_2_is_gone_from_pages_lists_and_files() -> None:
    before, after = department(1), department(2)
    removed = numbered(before, 5)
    assert before.get(before.link(removed)).status == 200
    for view in ("", "savefile", "print"):
        assert after.get(after.link(removed, view)).status == 404
    for target in ("/vi/", "/vi/news/", NEWS, f"{NEWS}page-2/", "/vi/news/rss/", "/sitemap-vi.news.xml"):
        assert str(removed.page["id"]) not in re.findall(r"-(\d+)\.html", after.get(target).body.decode())


def test_the_article_new_on_day_2_was_not_there_before() -> None:
    later = department(2)
    new = numbered(later, 13)
    assert department(1).get(later.link(new)).status == 404
    assert texts(later.get(later.link(new)), "h1") == [new.truth["title"]]


def test_the_edit_of_day_2_changes_lead_and_text_at_the_same_address() -> None:
    first, second = department(1), department(2)
    before, after = numbered(first, 12), numbered(second, 12)
    assert first.link(before) == second.link(after)
    old, new = first.get(first.link(before)), second.get(second.link(after))
    assert old.body.decode().count("31/10/2026") > 2
    assert "31/10/2026" not in new.body.decode()
    assert "lùi một tuần so với thông báo trước" in texts(new, "#news-bodyhtml")[0]
    edits = [[one.get("content") for one in tree(page).cssselect("meta[property='article:modified_time']")] for page in (old, new)]
    assert edits == [["2026-10-20T14:20:00+07:00"], ["2026-10-27T09:05:00+07:00"]]
    unchanged = {one.number for one in first.all_articles if one.truth == second.all_articles[one.number - 1].truth}
    assert unchanged == frozenset(range(1, 14)) - {12}


def test_a_page_prints_the_date_of_its_truth_and_none_where_there_is_none() -> None:
    site = department()
    days = {"2019-04-16T09:25:00+07:00": "Thứ ba - 16/04/2019 09:25", "2025-08-15T21:40:00+07:00": "Thứ sáu - 15/08/2025 21:40"}
    for article in site.articles:
        page = site.get(site.link(article))
        printed = texts(page, ".news_column span.h5")
        if (published := article.truth.get("published_at")) is None:
            assert printed == []
            assert not tree(page).cssselect("[itemprop=datePublished], meta[property^='article:'][property$='_time']")
            continue
        moment = datetime.fromisoformat(published)
        assert printed[0].endswith(f" - {moment:%d/%m/%Y %H:%M}")
        assert printed[0] == days.get(published, printed[0])
    assert [one.number for one in site.articles if "published_at" not in one.truth] == [10]


def test_the_lead_stands_apart_unless_the_editor_hid_it() -> None:
    site = department()
    leads = {one.number: texts(site.get(site.link(one)), ".hometext") for one in site.articles}
    assert leads.pop(3) == []
    assert leads == {one.number: [one.truth["lead"]] for one in site.articles if one.number != 3}


def test_author_and_source_lines_stand_below_the_text() -> None:
    site = department()
    lines = {one.number: texts(site.get(site.link(one)), ".bodytext ~ div > p.h5") for one in site.articles}
    assert {number: said for number, said in lines.items() if said} == {
        3: ["Tác giả bài viết: Văn phòng Sở"],
        4: ["Nguồn tin: Báo Lạng Sơn"],
        6: ["Tác giả bài viết: Nông Thị Hà"],
        12: ["Tác giả bài viết: Phòng Quản lý thương mại"],
    }


def test_the_furniture_that_misleads_is_there() -> None:
    site = department()
    answer = site.get(site.link(numbered(site, 7)))
    page = tree(answer)
    assert page.cssselect("meta[name=author]")[0].get("content") == "Sở Công Thương"
    assert page.cssselect("meta[name=generator]")[0].get("content") == "NukeViet v4.5"
    assert texts(answer, "[itemprop=author] [itemprop=name]") == ["vanphong"]
    assert re.fullmatch(r"(Thứ (hai|ba|tư|năm|sáu|bảy)|Chủ nhật), \d\d/\d\d/\d{4}, \d\d:\d\d", texts(answer, ".current-time")[0])
    assert texts(answer, "#stringrating") == ["Tổng số điểm của bài viết là: 0 trong 0 đánh giá"]
    assert texts(answer, ".other-news .h3") == ["Những tin mới hơn", "Những tin cũ hơn"]
    assert texts(answer, ".block_groups em")[0] == "20/10/2026 14:20"


def test_the_boxes_have_newer_articles_above_and_older_below() -> None:
    site = department()
    answer = site.get(site.link(numbered(site, 9)))
    newer, older = ([tuple(map(int, reversed(found))) for found in RELATED_DATE.findall(box)] for box in texts(answer, ".other-news ul"))
    assert newer == [(2026, 10, 20), (2025, 8, 15)]
    assert older == [(2024, 1, 13), (2023, 3, 15), (2022, 8, 9), (2022, 1, 14)]


def test_pictures_and_files_that_pages_link_are_there() -> None:
    site = department()
    linked: set[str] = set()
    for article in site.articles:
        page = tree(site.get(site.link(article)))
        body = {one.get("src", "") for one in page.cssselect(".bodytext img, figure.article img")}
        attached = {one.get("href", "") for one in page.cssselect(".news-download-file .list-group-item > a")}
        assert [{link.rpartition("/")[2] for link in links} for links in (body, attached)] == [
            {one["file"] for one in article.truth[field]} for field in ("images", "attachments")
        ]
        linked |= body | attached
    answers = {link.rpartition("/")[2]: site.get(link) for link in linked}
    assert {name: answer.status for name, answer in answers.items()} == {path.name: 200 for path in (site.folder / "files").iterdir()}
    plan = answers["ke-hoach-hoi-cho-2026.pdf"]
    assert (plan.content_type, plan.body[:8]) == ("application/pdf", b"%PDF-1.4")


def test_captions_of_the_truth_are_shown() -> None:
    site = department()
    captions = {one.number: [image["caption"] for image in one.truth["images"]] for one in site.articles if one.truth["images"]}
    assert captions.keys() == {5, 6, 7}
    assert texts(site.get(site.link(numbered(site, 6))), "figure.article figcaption") == captions[6]
    assert texts(site.get(site.link(numbered(site, 5))), ".bodytext figcaption") == captions[5]
    assert texts(site.get(site.link(numbered(site, 7))), ".bodytext p:has(img) + p em") == captions[7]


def test_served_over_http() -> None:
    with Served(NukeViet(SITE)) as served:
        origin = served.department.origin
        with urllib.request.urlopen(f"{origin}/", timeout=10) as answer:
            assert answer.url == f"{origin}/vi/"
        with urllib.request.urlopen(f"{origin}{NEWS}page-7/", timeout=10) as answer:
            assert answer.url == f"{origin}{NEWS}"
            first = html.document_fromstring(answer.read().decode()).cssselect(".news_column h2 a")[0].get("href", "")
        with urllib.request.urlopen(f"{origin}{first}", timeout=10) as answer:
            page = html.document_fromstring(answer.read().decode())
            assert page.cssselect("link[rel=canonical]")[0].get("href") == f"{origin}{first}"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{origin}/vi/news/Khong-co/", timeout=10)
        refused.value.close()
        assert refused.value.code == 404
        asked = [(urlsplit(one.target).path, one.status) for one in served.asked]
        assert asked == [("/", 302), ("/vi/", 200), (f"{NEWS}page-7/", 302), (NEWS, 200), (first, 200), ("/vi/news/Khong-co/", 404)]


def test_the_kinds_of_cluster_news_are_there() -> None:
    found = {
        (one.number, mention["scheme"], mention.get("entity"))
        for one in department().articles
        for mention in one.truth["mentions"]
        if mention["kind"] == "cluster"
    }
    assert {(6, "moit", CLUSTER_III), (7, "moit", CLUSTER_III), (9, "other", None), (9, "moit", CLUSTER_III), (11, "moit", None)} <= found
    assert {(3, "province", None), (4, "other", None), (10, "moit", None)} <= found
    industrial = numbered(department(), 2)
    assert "cụm liên kết ngành" in industrial.truth["text"]
    assert industrial.truth["mentions"] == []
