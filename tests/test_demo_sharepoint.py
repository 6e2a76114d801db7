"""The SharePoint sample: its pages in its system's manner, day 1 and day 2, and a truth that fits what they say."""

import re
import urllib.request
from datetime import datetime
from urllib.parse import urljoin

import pytest
from lxml import etree, html
from lxml.cssselect import CSSSelector

from congthuong.demo.cms import Article
from congthuong.demo.server import Served
from congthuong.demo.sharepoint import SECTIONS, VIETNAM, SharePoint, address, american, header_clock, listing_address
from crawler.site import Site
from crawler.site_files import read_site_file

SITE = "demo-ha-giang"
NEWS, EMULATION, NOTICES = (one.cid for one in SECTIONS.values())
SITEMAP_LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


@pytest.fixture(params=[1, 2])
def department(request: pytest.FixtureRequest) -> SharePoint:
    return SharePoint(SITE, day=request.param, origin="http://sample.test")


@pytest.fixture
def site() -> Site:
    return read_site_file(SharePoint(SITE).folder.parent.parent / "sites" / f"{SITE}.toml")


def page(department: SharePoint, target: str) -> html.HtmlElement:
    answer = department.get(target)
    assert answer.status == 200, target
    return html.document_fromstring(answer.body.decode())


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def listed(department: SharePoint, target: str) -> list[str]:
    """The articles on a page of a listing, without what stands beside them."""
    links = page(department, target).xpath("//*[@class='news-list']//h3/a/@href")
    return [str(one) for one in links if str(one) not in {department.href(beside) for beside in department.beside}]


def by_id(department: SharePoint, item: int) -> Article:
    return next(one for one in department.all_articles if one.page["id"] == item)


def test_twelve_articles_each_day(department: SharePoint) -> None:
    assert len(department.articles) == 12


def test_every_article_shows_title_and_text(department: SharePoint) -> None:
    for article in department.articles:
        shown = words(page(department, address(article)).get_element_by_id("DeltaPlaceHolderMain"))
        assert article.truth["title"] in shown
        assert article.truth["text"].rsplit(" ", 8)[-1] in shown


def test_the_family_finds_title_body_date_and_category(department: SharePoint, site: Site) -> None:
    layout = site.layout[-1]

    def first(tree: html.HtmlElement, selectors: list[str]) -> str | None:
        return next((words(found[0]) for one in selectors if (found := CSSSelector(one)(tree))), None)

    for article in department.articles:
        tree = page(department, address(article))
        assert first(tree, layout.title) == article.truth["title"]
        assert first(tree, layout.category) == article.truth["category"]
        assert first(tree, layout.lead) == article.truth.get("lead")
        assert (first(tree, layout.published) is None) == ("published_at" not in article.truth)
        body = first(tree, layout.body)
        assert body
        assert "Tin cùng chuyên mục" not in body
        assert "Chia sẻ" not in body


def test_listings_of_five_lead_to_every_article(department: SharePoint, site: Site) -> None:
    found: list[str] = []
    for start in site.discovery.listings:
        target: str | None = start
        while target:
            on_page = listed(department, target)
            assert 1 <= len(on_page) <= 5
            found += on_page
            following = CSSSelector(site.discovery.next[0])(page(department, target))
            target = following[0].get("href") if following else None
    assert sorted(found) == sorted(address(one) for one in department.articles)


def test_all_groups_together_newest_first(department: SharePoint) -> None:
    pages = [listed(department, listing_address("", number)) for number in (1, 2, 3)]
    assert [len(one) for one in pages] == [5, 5, 2]
    assert [one for on_page in pages for one in on_page] == [address(one) for one in department.articles]


@pytest.mark.parametrize("number", ("3", "99", "1000000"))
def test_past_the_last_page_stands_the_last(department: SharePoint, number: str) -> None:
    last = f"/Pages/NewsGroups.aspx?cid={NEWS}&Page=2"
    beyond = page(department, f"/Pages/NewsGroups.aspx?cid={NEWS}&Page={number}")
    assert listed(department, f"/Pages/NewsGroups.aspx?cid={NEWS}&Page={number}") == listed(department, last) != []
    assert not beyond.xpath("//a[@class='next']")


@pytest.mark.parametrize("number", ("", "0", "-1", "hai"))
def test_what_is_no_page_number_is_the_first(department: SharePoint, number: str) -> None:
    assert listed(department, f"/Pages/NewsGroups.aspx?cid={NEWS}&Page={number}") == listed(department, listing_address(NEWS))


def test_an_unknown_group_is_a_list_of_nothing(department: SharePoint) -> None:
    assert listed(department, "/Pages/NewsGroups.aspx?cid=00000000-0000-0000-0000-000000000000") == []


def test_home_is_reached_by_a_redirect(department: SharePoint) -> None:
    answer = department.get("/")
    assert (answer.status, answer.headers["Location"]) == (302, "/Pages/default.aspx")
    assert "Tin nổi bật" in words(page(department, "/Pages/default.aspx"))


def test_paths_and_parameters_in_any_case(department: SharePoint) -> None:
    assert department.get("/TinTuc/pages/TIN-SO-NGANH.aspx?itemid=33905").status == 200


def test_a_news_item_has_a_second_address_a_notice_has_not(department: SharePoint) -> None:
    assert by_id(department, 33905).truth["title"] in words(page(department, "/tintuc/Pages/tin-noi-bat.aspx?ItemID=33905"))
    assert department.get("/tintuc/Pages/tin-noi-bat.aspx?ItemID=31280").status == 404


@pytest.mark.parametrize(
    "target", ("/tintuc/Pages/tin-so-nganh.aspx?ItemID=1", "/tintuc/Pages/tin-so-nganh.aspx", "/khong-co", "/PublishingImages/khong-co.png")
)
def test_missing_is_404_with_a_page(department: SharePoint, target: str) -> None:
    answer = department.get(target)
    assert answer.status == 404
    assert "Không tìm thấy trang" in answer.body.decode()


def test_sitemap_is_valid_and_incomplete(department: SharePoint) -> None:
    tree = etree.fromstring(department.get("/sitemap.xml").body)
    locations = {one.text for one in tree.iter(SITEMAP_LOC)}
    named = {one.page["id"] for one in department.articles if urljoin("http://sample.test", address(one)) in locations}
    assert named == {20417, 22986, 24770, 28114, 30652, 33905, 34218, 36616, 38407} - ({36616} if department.day == 2 else set())


def test_what_stands_beside_the_articles() -> None:
    site = SharePoint(SITE, origin="http://sample.test")
    draft, login, denied, internal, foreign, away, english = site.beside
    body = site.get("/sitemap.xml").body.decode()
    assert [site.href(one) in body for one in site.beside] == [True, False, False, False, False, False, True]
    assert site.get(draft.path).status == 404
    leads = [site.get(one.path) for one in (login, denied, away)]
    assert [one.status for one in leads] == [302, 302, 302]
    assert [one.headers["Location"].partition("?")[0] for one in leads] == [
        "/_forms/default.aspx",
        "/_layouts/15/AccessDenied.aspx",
        "https://bao.example/Pages/cam-sanh-duoc-gia.aspx",
    ]
    assert "Mời đăng nhập để tiếp tục" in words(page(site, leads[0].headers["Location"]))
    assert "Phân công trực cơ quan dịp Tết" in words(page(site, internal.path))
    listing = page(site, listing_address(NEWS)).xpath("//*[@class='news-list']//h3/a/@href")
    assert [str(one) for one in listing[-3:]] == [site.href(one) for one in (foreign, away, english)]


def test_the_article_moved_on_day_2_is_led_to_from_its_old_address() -> None:
    old, now = "/Pages/huong-dan-nop-ho-so-hoa-chat-qua-mang.aspx?ItemID=35544", "/Pages/huong-dan-nop-ho-so-hoa-chat-truc-tuyen.aspx?ItemID=41013"
    assert SharePoint(SITE).get(old).status == 200
    answer = SharePoint(SITE, day=2).get(old)
    assert (answer.status, answer.headers["Location"]) == (301, now)
    assert SharePoint(SITE, day=2).get(now).status == 200


def test_sitemap_tells_the_edit() -> None:
    def lastmod(day: int) -> str:
        tree = etree.fromstring(SharePoint(SITE, day=day, origin="http://sample.test").get("/sitemap.xml").body)
        return next(str(one[1].text) for one in tree if str(one[0].text).endswith("=34218"))

    assert lastmod(1) == "2024-01-18T09:31:46+07:00"
    assert lastmod(2) == "2026-11-24T08:10:05+07:00"


def test_robots_names_the_sitemap(department: SharePoint) -> None:
    lines = department.get("/robots.txt").body.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /_layouts/" in lines
    assert "Sitemap: http://sample.test/sitemap.xml" in lines


def test_what_the_site_file_takes_for_an_article(department: SharePoint, site: Site) -> None:
    def taken(target: str) -> bool:
        exclude = site.discovery.exclude
        return bool(re.search(site.discovery.article, target)) and not (exclude and re.search(exclude, target))

    assert all(taken(address(one)) for one in department.articles)
    english = page(department, "/en/Pages/default.aspx").xpath("//*[@class='dfwp-item']/a/@href")
    assert "/en/Pages/news-detail.aspx?ItemID=212" in english
    assert department.get("/en/Pages/news-detail.aspx?ItemID=212").status == 200
    assert not taken("/en/Pages/news-detail.aspx?ItemID=212")
    assert not taken("/_layouts/15/InBai/print.aspx?ItemID=33905")
    assert not taken(listing_address(NEWS, 2))


def test_second_address_has_the_same_identity(site: Site) -> None:
    pattern = site.layout[-1].identity_pattern
    assert pattern
    found = [pattern.search(one) for one in ("/tintuc/Pages/tin-so-nganh.aspx?ItemID=33905", "/tintuc/pages/tin-noi-bat.aspx?l=1&itemid=33905")]
    assert [one and one.group(1) for one in found] == ["33905", "33905"]


def test_pictures_and_files_are_there(department: SharePoint) -> None:
    seen = set()
    for article in department.articles:
        tree = page(department, address(article))
        for target in tree.xpath("//*[contains(@class, 'ms-rtestate-field')]//img/@src | //*[@id='idAttachmentsTable']//a/@href"):
            answer = department.get(target)
            assert answer.status == 200, target
            assert answer.body[:4] in {b"\xff\xd8\xff\xe0", b"\x89PNG", b"%PDF"}
            seen.add(target.rsplit("/", 1)[-1])
        assert {one["file"] for one in article.truth["images"] + article.truth["attachments"]} <= seen
    assert seen == {"phien-cho-meo-vac.jpg", "cum-cong-nghiep.png", "phieu-dang-ky-de-an.pdf"}


def test_day_two_removes_adds_and_edits() -> None:
    first, second = SharePoint(SITE), SharePoint(SITE, day=2)
    removed, added = "/tintuc/Pages/tin-so-nganh.aspx?ItemID=36616", "/tintuc/Pages/thi-dua-khen-thuong.aspx?ItemID=40988"
    assert [first.get(one).status for one in (removed, added)] == [200, 404]
    assert [second.get(one).status for one in (removed, added)] == [302, 200]
    assert second.get(removed).headers["Location"] == listing_address(NEWS)  # who asks for the removed one is led to the list of its section
    edited = "/tintuc/Pages/thi-dua-khen-thuong.aspx?ItemID=34218"
    assert "theo ba nhóm tiêu chí" in words(page(first, edited))
    assert "theo bốn nhóm tiêu chí" in words(page(second, edited))


def test_furniture_of_the_system() -> None:
    body = SharePoint(SITE).get("/tintuc/Pages/tin-so-nganh.aspx?ItemID=33905").body.decode()
    marks = [
        "Skip Ribbon Commands",
        "Skip to main content",
        "Cannot retrieve the URL specified in the Content Link property",
        "Lượt xem: 188",
        "12/21/2023 4:19:03 PM",
    ]
    places = [body.index(one) for one in marks]
    assert places == sorted(places)
    assert places[3] < body.index('<h1 class="news-title">') < places[4]
    assert '<meta name="author" content="Sở Công Thương tỉnh Hà Giang"' in body
    assert "(9/16/2025)" in body  # a box with a later date than the article's


def test_undated_article_prints_no_date_of_its_own() -> None:
    tree = page(SharePoint(SITE), "/Pages/huong-dan-nop-ho-so-hoa-chat-qua-mang.aspx?ItemID=35544")
    assert not tree.xpath("//*[@class='date-line']")
    assert "8/5/2024" not in tree.text_content()
    assert "8/5/2024" not in page(SharePoint(SITE), listing_address(NOTICES)).text_content()


def test_capitals_in_the_section_of_emulation(department: SharePoint) -> None:
    titles = [one.truth["title"] for one in department.articles if one.page["section"] == SECTIONS["thi-dua"].key]
    assert titles == [one.upper() for one in titles] != []
    assert listed(department, listing_address(EMULATION)) != []


@pytest.mark.parametrize(
    ("moment", "expected"),
    (
        (datetime(2023, 12, 21, 16, 19, 3, tzinfo=VIETNAM), "12/21/2023 4:19:03 PM"),
        (datetime(2022, 5, 12, 0, 3, 5, tzinfo=VIETNAM), "5/12/2022 12:03:05 AM"),
        (datetime(2019, 11, 6, 12, 0, 0, tzinfo=VIETNAM), "11/6/2019 12:00:00 PM"),
    ),
)
def test_american_dates(moment: datetime, expected: str) -> None:
    assert american(moment) == expected
    assert american(moment, time=False) == expected.partition(" ")[0]


@pytest.mark.parametrize(
    ("day", "expected"),
    (
        (datetime(2024, 6, 19, tzinfo=VIETNAM), "Thứ 4, ngày 19/6/2024"),
        (datetime(2021, 12, 5, tzinfo=VIETNAM), "Chủ nhật, ngày 5/12/2021"),
        (datetime(2026, 11, 23, tzinfo=VIETNAM), "Thứ 2, ngày 23/11/2026"),
    ),
)
def test_header_clock(day: datetime, expected: str) -> None:
    assert header_clock(day) == expected


def test_served_over_http() -> None:
    with Served(SharePoint(SITE)) as served:
        address_of_home = f"http://{served.host}:{served.port}/"
        with urllib.request.urlopen(address_of_home, timeout=10) as answer:
            assert answer.url == f"{address_of_home}Pages/default.aspx"
            assert answer.headers["MicrosoftSharePointTeamServices"]
        with urllib.request.urlopen(f"{address_of_home}sitemap.xml", timeout=10) as answer:
            locations = [one.text or "" for one in etree.fromstring(answer.read()).iter(SITEMAP_LOC)]
        article = next(one for one in locations if one.endswith("ItemID=33905"))
        assert article.startswith(address_of_home)
        with urllib.request.urlopen(article, timeout=10) as answer:
            assert "Cụm thi đua số III Bộ Tài nguyên và Môi trường" in answer.read().decode()
        assert [one.status for one in served.asked] == [302, 200, 200, 200]
