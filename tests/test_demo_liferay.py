"""The sample department on Liferay, without the crawler: every article has its page, every listing leads to it, and the truth fits itself."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from lxml import html

from congthuong.demo.cms import Department, Response
from congthuong.demo.liferay import Liferay
from congthuong.demo.server import Served

SITE = "demo-cao-bang"
DAY_1 = frozenset(range(1, 13))
DAY_2 = frozenset(range(1, 14)) - {11}
CLUSTER_III = "moit-309-2023-iii"


def department(day: int = 1) -> Liferay:
    return Liferay(SITE, day)


def tree(response: Response) -> html.HtmlElement:
    return html.document_fromstring(response.body.decode())


def texts(response: Response, selector: str) -> list[str]:
    return [" ".join(one.text_content().split()) for one in tree(response).cssselect(selector)]


def listed(site: Department, start: str) -> Iterator[list[str]]:
    """The article links of each page of a listing, as a visitor goes on with its pager."""
    target: str | None = start
    while target:
        page = tree(site.get(target))
        beside = {site.href(one) for one in site.beside}
        yield [link for one in page.cssselect(".asset-abstract .asset-title a") if (link := one.get("href", "")) not in beside]
        following = [one.get("href", "") for one in page.cssselect(".pager a") if one.text_content() == "Tiếp theo"]
        target = next((one for one in following if not one.startswith("javascript:")), None)


def numbers(site: Liferay, links: list[str]) -> list[int]:
    by_id = {str(one.page["id"]): one.number for one in site.all_articles}
    return [by_id[re.findall(r"/(\d{13})(?:;|$)", link)[0]] for link in links]


@pytest.mark.parametrize(("day", "expected"), ((1, DAY_1), (2, DAY_2)))
def test_the_articles_of_a_day(day: int, expected: frozenset[int]) -> None:
    assert {one.number for one in department(day).articles} == expected


@pytest.mark.parametrize("day", (1, 2))
def test_every_article_has_a_page_that_shows_its_title_twice(day: int) -> None:
    site = department(day)
    for article in site.articles:
        answer = site.get(site.link(article))
        assert answer.status == 200
        assert texts(answer, ".taglib-header h1.header-title") == [article.truth["title"]]
        assert texts(answer, "h2.asset-title") == [article.truth["title"]]
        assert 15_000 < len(answer.body) < 60_000


@pytest.mark.parametrize(("day", "expected"), ((1, DAY_1), (2, DAY_2)))
def test_the_two_listings_lead_to_every_article_once_newest_first(day: int, expected: frozenset[int]) -> None:
    site = department(day)
    news = list(listed(site, "/tin-tuc"))
    notices = list(listed(site, "/thong-bao"))
    assert [len(page) for page in news] == [5, 5]
    assert [len(page) for page in notices] == [2]
    walked = numbers(site, [link for page in news for link in page])
    assert walked == sorted(walked, reverse=True)
    assert sorted([*walked, *numbers(site, notices[0])]) == sorted(expected)


def test_every_listed_link_opens_with_or_without_its_session() -> None:
    site = department()
    links = [link for start in ("/tin-tuc", "/thong-bao") for page in listed(site, start) for link in page]
    assert any(";jsessionid=" in link for link in links)
    assert any(";jsessionid=" not in link for link in links)
    for link in links:
        assert texts(site.get(link), "h2.asset-title")
        assert site.get(link).body == site.get(link.partition(";")[0]).body


def test_a_page_past_the_last_is_an_empty_list_without_a_pager() -> None:
    instance = department().portal["page_instance"]
    answer = department().get(f"/tin-tuc?p_p_id=101_INSTANCE_{instance}&_101_INSTANCE_{instance}_delta=5&_101_INSTANCE_{instance}_cur=3")
    assert answer.status == 200
    assert texts(answer, ".portlet-asset-publisher .alert") == ["Không có nội dung nào."]
    assert not texts(answer, ".asset-abstract")
    assert not texts(answer, ".pager")


def test_what_stands_beside_the_notices_is_linked_on_their_first_page() -> None:
    site = department()
    links = [one.get("href", "") for one in tree(site.get("/thong-bao")).cssselect(".asset-abstract .asset-title a")]
    assert links[2:] == [site.href(one) for one in site.beside]
    draft, protected, internal, foreign, away = site.beside
    assert texts(site.get(draft.path), ".alert") == ["Nội dung không tồn tại."]
    assert texts(site.get(protected.path), ".alert") == ["Bạn phải đăng nhập để truy cập trang được yêu cầu."]
    assert texts(site.get(internal.path), "h2.asset-title") == ["Phân công trực cơ quan dịp nghỉ lễ 30/4"]
    assert foreign.path.split("/")[1] == "chi-tiet-tin"
    assert links[5].startswith("https://bao.example/chi-tiet-tin/-/view-article/")
    answer = site.get(away.path)
    assert (answer.status, answer.headers["Location"]) == (302, "https://bao.example/phong-su/-/view-article/1/20182/1779405099999")


def test_the_article_moved_on_day_2_is_led_to_from_its_old_address() -> None:
    old, now = "/chi-tiet-tin/-/view-article/1/1583921803444/1668045726679", "/chi-tiet-tin/-/view-article/1/1583921803444/1779506070809"
    assert department(1).get(old).status == 200
    answer = department(2).get(old)
    assert (answer.status, answer.headers["Location"]) == (301, now)
    assert texts(department(2).get(now), "h2.asset-title") == texts(department(1).get(old), "h2.asset-title")


@pytest.mark.parametrize("cur", ("0", "-1", "abc", "", "99999999999999999999"))
def test_a_page_number_that_is_none_gives_the_first_page(cur: str) -> None:
    instance = department().portal["page_instance"]
    assert len(texts(department().get(f"/tin-tuc?_101_INSTANCE_{instance}_cur={cur}"), ".asset-abstract")) == 5


def test_the_pager_keeps_the_parameters_of_its_portlet() -> None:
    following = [one.get("href", "") for one in tree(department().get("/tin-tuc")).cssselect(".pager a") if one.text_content() == "Tiếp theo"]
    assert re.search(r"^/tin-tuc\?p_p_id=101_INSTANCE_(\w+)&.*&_101_INSTANCE_\1_delta=5&.*&_101_INSTANCE_\1_cur=2$", following[0])


def test_robots_lets_articles_be_read_and_names_no_sitemap() -> None:
    answer = department().get("/robots.txt")
    assert answer.content_type.startswith("text/plain")
    assert "Disallow: /c/" in answer.body.decode()
    assert "view-article" not in answer.body.decode()
    assert "Sitemap" not in answer.body.decode()


@pytest.mark.parametrize(
    "target", ("/sitemap.xml", "/rss", "/feed/", "/tin-tuc/khong-co", "/documents/20182/31480/khong-co.pdf", "/documents/20182/31480/..")
)
def test_what_does_not_exist_is_404(target: str) -> None:
    answer = department().get(target)
    assert answer.status == 404
    assert "Tài nguyên được yêu cầu không tồn tại." in answer.body.decode()


def test_an_article_that_never_was_answers_200_and_says_so() -> None:
    answer = department().get("/chi-tiet-tin/-/view-article/1/1583921745306/1600000000000")
    assert answer.status == 200
    assert texts(answer, ".alert") == ["Nội dung không tồn tại."]
    assert not texts(answer, ".journal-content-article")


def test_the_article_removed_on_day_2_answers_200_and_says_so() -> None:
    before, after = department(1), department(2)
    removed = next(one for one in before.articles if one.number == 11)
    assert texts(before.get(before.link(removed)), "h2.asset-title") == [removed.truth["title"]]
    answer = after.get(after.link(removed))
    assert (answer.status, texts(answer, ".alert")) == (200, ["Nội dung không tồn tại."])
    assert removed.truth["title"] not in answer.body.decode()


def test_the_article_new_on_day_2_was_not_there_before() -> None:
    later = department(2)
    new = next(one for one in later.articles if one.number == 13)
    assert texts(department(1).get(later.link(new)), ".alert") == ["Nội dung không tồn tại."]
    assert texts(later.get(later.link(new)), "h2.asset-title") == [new.truth["title"]]


def test_the_edit_of_day_2_changes_the_text_and_prints_its_date() -> None:
    before, after = (next(one for one in department(day).articles if one.number == 10) for day in (1, 2))
    site_1, site_2 = department(1), department(2)
    old, new = site_1.get(site_1.link(before)), site_2.get(site_2.link(after))
    assert "137 gian hàng" in old.body.decode()
    assert "152 gian hàng" in new.body.decode()
    assert not texts(old, ".metadata-modified-date")
    assert texts(new, ".metadata-modified-date") == ["Cập nhật lần cuối: 28/03/2025 09:40"]
    assert site_1.link(before) == site_2.link(after)
    unchanged = {one.number for one in site_1.articles if one.truth == department(2).all_articles[one.number - 1].truth}
    assert unchanged == DAY_1 - {10}


def test_a_page_prints_the_date_of_its_truth_and_none_where_there_is_none() -> None:
    site = department()
    for article in site.articles:
        printed = texts(site.get(site.link(article)), ".journal-content-article .metadata-publish-date")
        if (published := article.truth.get("published_at")) is None:
            assert printed == []
            continue
        day, time = published[:10].split("-"), published[11:16]
        assert printed in (["-".join(reversed(day))], ["/".join(reversed(day)) + f" {time}"])
        assert (time == "00:00") == ("-" in printed[0])
    assert [one.number for one in site.articles if "published_at" not in one.truth] == [9]


def test_the_furniture_that_misleads_is_there() -> None:
    site = department()
    article = next(one for one in site.articles if one.number == 1)
    answer = site.get(site.link(article))
    body = answer.body.decode()
    assert texts(answer, "body > a")[0] == "Truy cập nội dung luôn"
    assert re.fullmatch(r"(Thứ (Hai|Ba|Tư|Năm|Sáu|Bảy)|Chủ nhật), \d\d/\d\d/\d{4}", texts(answer, ".date-time")[0])
    assert body.index("Thống kê truy cập") < body.index('<h1 class="header-title">')
    assert "Xem với cỡ chữ : A- A A+" in texts(answer, ".font-size-control")
    assert texts(answer, ".related-news .date")[0] == "(10/02/2026 09:45)"
    assert tree(answer).cssselect("meta[name=author]")[0].get("content") == "Sở Công Thương tỉnh Cao Bằng"


def test_pictures_and_files_that_pages_link_are_there() -> None:
    site = department()
    linked: set[str] = set()
    for article in site.articles:
        page = tree(site.get(site.link(article)))
        here = {one.get("src", "") for one in page.cssselect(".article-body img")} | {
            one.get("href", "") for one in page.cssselect(".article-attachments a")
        }
        expected = {one["file"] for field in ("images", "attachments") for one in article.truth[field]}
        assert {link.rpartition("/")[2] for link in here} == expected
        linked |= here
    answers = {link.rpartition("/")[2]: site.get(link) for link in linked}
    assert {name: answer.status for name, answer in answers.items()} == {path.name: 200 for path in (site.folder / "files").iterdir()}
    assert answers["ke-hoach-kiem-tra-attp-2021.pdf"].body.startswith(b"%PDF-1.4")
    assert answers["ke-hoach-kiem-tra-attp-2021.pdf"].content_type == "application/pdf"


def test_menu_pages_and_home_answer() -> None:
    site = department()
    home = tree(site.get("/"))
    for link in home.cssselect("#navigation a"):
        assert site.get(link.get("href", "")).status == 200
    shown = numbers(site, [link.get("href", "") for link in home.cssselect("#column-2 li a")])
    assert len(shown) == len(set(shown)) == 11  # three at most of each section, and one has four


def test_served_over_http() -> None:
    with Served(department()) as served:
        origin = served.department.origin
        with urllib.request.urlopen(f"{origin}/tin-tuc", timeout=10) as answer:
            assert answer.headers["Liferay-Portal"].startswith("Liferay Community Edition")
            page = html.document_fromstring(answer.read().decode())
        following = next(one.get("href", "") for one in page.cssselect(".pager a") if one.text_content() == "Tiếp theo")
        assert following.startswith(f"{origin}/tin-tuc?")
        with urllib.request.urlopen(following, timeout=10) as answer:
            assert len(html.document_fromstring(answer.read().decode()).cssselect(".asset-abstract")) == 5
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{origin}/sitemap.xml", timeout=10)
        refused.value.close()
        assert refused.value.code == 404
        assert [urlsplit(one.target).path for one in served.asked] == ["/tin-tuc", "/tin-tuc", "/sitemap.xml"]


def test_the_kinds_of_cluster_news_are_there() -> None:
    found = {
        (one.number, mention["scheme"], mention.get("entity"))
        for one in department().articles
        for mention in one.truth["mentions"]
        if mention["kind"] == "cluster"
    }
    assert {(5, "moit", CLUSTER_III), (7, "moit", CLUSTER_III), (12, "moit", None), (3, "other", None), (10, "other", None)} <= found
    industrial = next(one for one in department().articles if one.number == 4)
    assert "cụm liên kết ngành" in industrial.truth["text"]
    assert [one["kind"] for one in industrial.truth["mentions"]] == ["decision"]
