"""The site files of the project, against what is known of the departments: who there is, what was seen of each, and how its articles are named.

The addresses are facts, copied by hand from the record of what was seen; `sites.json`, where it is at hand, must hold no other.
"""

import json
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from archive.reference import load_reference
from crawler.site import Site
from crawler.site_files import families, load_site, site_ids
from crawler.urls import is_article, key_of

RECORD = Path(__file__).parent.parent.parent / "shared" / "vietnam" / "sites.json"
MERGED = "2025-07-01"

ARTICLES = {  # site -> the articles seen, each with the key that names it
    "an-giang": {
        "https://socongthuong.angiang.gov.vn/wps/portal/Home/trang-chu/chi-tiet/hoat-dong-nganh/9b25bca2-f889-4d87-b266-e3fcda4af501": "#9b25bca2-f889-4d87-b266-e3fcda4af501",
    },
    "an-giang-cu": {
        "http://113.161.212.101:81/CTPro/chi-tiet-tin/so-cong-thuong-an-giang-da-to-chuc-hoi-nghi-tong-ket-hoat-dong-nganh-cong-thuong-nam-2019-va-trien-khai-ke-hoach-nam-2020--1280.html": "#1280",
    },
    "bac-kan": {
        "https://socongthuong.backan.gov.vn/cum-thi-dua-so-iii-to-chuc-hoi-nghi-tong-ket-cong-tac-thi-dua-khen-thuong-nam-2023-trien-khai-nhiem-vu-nam-2024/": "#cum-thi-dua-so-iii-to-chuc-hoi-nghi-tong-ket-cong-tac-thi-dua-khen-thuong-nam-2023-trien-khai-nhiem-vu-nam-2024",
    },
    "binh-duong": {
        "https://socongthuong.binhduong.gov.vn/xem-chi-tiet/cong-oan-nganh-cong-thuong-binh-duong-oi-moi-dan-chu-oan-ket-phat-trien-": "#cong-oan-nganh-cong-thuong-binh-duong-oi-moi-dan-chu-oan-ket-phat-trien-",
    },
    "dak-lak": {
        "https://socongthuong.daklak.gov.vn/vi/news/hoat-dong-khuyen-cong/dai-hoi-chi-bo-trung-tam-khuyen-cong-va-tu-van-phat-trien-cong-nghiep-dak-lak-lan-thu-v-nhiem-ky-2017-2020-249.html": "#249",
        "https://socongthuong.daklak.gov.vn/vi/news/tin-xuc-tien-thuong-mai/dak-lak-tham-gia-hoi-cho-tet-co-truyen-chol-chnam-thmay-khmer-tai-tinh-mondulkiri-campuchia-5008.html": "#5008",
    },
    "ha-tinh": {"https://socongthuong.hatinh.gov.vn/index.php/hoat-dong-cong-thuong-nam-2019/n421.html": "#421"},
    "hai-duong": {
        "https://sct.haiduong.gov.vn/Tin-moi/--tong-ket-cum-thi-dua-so-2-so-cong-thuong-cac-tinh-khu-vuc-dong-bang-bac-bo-nam-2023-xC2ai8SL5b.htm": "#xC2ai8SL5b",
    },
    "hai-phong": {
        "https://socongthuong.haiphong.gov.vn/tin-tuc-su-kien/Gui-san-pham-dang-ky-tham-gia-binh-chon-san-pham-cong-nghiep-nong-thon-tieu-bieu-khu-vuc-phia-Bac-nam-2022-101807": "#101807",
        "https://socongthuong.haiphong.gov.vn/tin-tuc-su-kien/Hoi-nghi-Bieu-duong-dien-hinh-tien-tien-So-Cong-Thuong-giai-doan-2015---2020-54947": "#54947",
    },
    "hau-giang": {"http://socongthuong.haugiang.gov.vn/so-cong-thuong-hau-giang.gplist.161.gpopen.1785.gpside.1.asmx": "#1785"},
    "lai-chau": {"http://sct.laichau.gov.vn/default.aspx?page=news&do=detail&id=458": "#458"},
    "quang-binh": {"https://sct.quangbinh.gov.vn/chi-tiet-tin/-/view-article/1/13838914984987/1704789262789": "#1704789262789"},
    "quang-nam": {
        "https://congthuong.quangnam.gov.vn/webcenter/portal/socongthuong/pages_tin-tuc/chi-tiet?dDocName=PORTAL533372": "#PORTAL533372",
    },
    "quang-tri": {"https://soct.quangtri.gov.vn/chi-tiet/-/view-article/1/1647394744540/1647655141019": "#1647655141019"},
    "soc-trang": {
        "https://socongthuong.soctrang.gov.vn/scongthuong/1286/31831/57551/361623/hoat-dong-dang-doan-the/cong-doan-co-so-so-cong-thuong-to-chuc-dai-hoi-nhiem-ky-2023-2028.aspx": "#361623",
    },
    "thai-nguyen": {
        "http://beta.congthuongthainguyen.gov.vn/vn/bao-cao-thang-quy/tinh-hinh-hoat-dong-nganh-cong-thuong-9-thang-phuong-huong-trien-khai-nhiem-vu-3-thang-cuoi-nam-2020-5196.phtml": "#vn/5196",
        "http://beta.congthuongthainguyen.gov.vn/en/industry-encouragement/training-courses-on-developing-industrial-businesses-through-industrial-cluster-and-industrial-exten-3770.phtml": "#en/3770",
    },
}
SAVED = {  # the same articles as files to save: not to be visited, but known for what they are
    "dong-nai": {
        "https://sct.dongnai.gov.vn/vi/news/savefile/Cai-cach-hanh-chinh/so-cong-thuong-bao-cao-ket-qua-thuc-hien-cong-tac-cai-cach-hanh-chinh-quy-ii-nam-2023-5537.html": "#5537",
        "https://sct.dongnai.gov.vn/vi/news/savefile/Quan-ly-thuong-mai/khong-de-tang-luong-dan-den-tang-gia-bat-hop-ly-y-8193.html": "#8193",
    },
}
LISTINGS = {
    "ha-nam": "https://sct.hanam.gov.vn/Pages/NewsGroups.aspx?cid=be4a28fe-f157-4ae0-acc4-a2279cfe8400",
    "hoa-binh": "http://socongthuong.hoabinh.gov.vn/vi/an-toan-moi-tru-ng/khai-thac-va-ch-bi-n-khoang-s-n",
    "lai-chau": "http://sct.laichau.gov.vn/default.aspx?page=news&do=list&category_id=60",
}
SAME = (  # one article under a second address
    ("an-giang", "/wps/portal/Home/trang-chu/chi-tiet/tin-moi/9b25bca2-f889-4d87-b266-e3fcda4af501/!ut/p/z1/04_Sj9CPykssy0x"),
    ("dak-lak", "/vi/news/Hoat-dong-khuyen-cong/tieu-de-da-sua-249.html"),
    ("hai-phong", "/tin-tuc-su-kien/Ten-khac-101807/"),
    ("hau-giang", "/so-cong-thuong-hau-giang.gplist.7.gpopen.1785.gpside.2.asmx"),
    ("lai-chau", "/Default.aspx?id=458&do=detail&page=news"),
    ("quang-nam", "/webcenter/portal/socongthuong/trang-chu/chi-tiet?_afrLoop=1&dDocName=PORTAL533372"),
    ("soc-trang", "/scongthuong/1286/40000/57599/361623/tin-noi-bat/ten-khac"),
)
NO_ARTICLES = (
    ("an-giang", "/wps/portal/Home/trang-chu"),
    ("an-giang", "/wps/portal/Home/trang-chu/hoat-dong-nganh"),
    ("an-giang", "/wps/wcm/connect/9b25bca2-f889-4d87-b266-e3fcda4af501/cong-van.pdf"),
    ("an-giang-cu", "/CTPro/"),
    ("an-giang-cu", "/CTPro/van-ban/quyet-dinh--12.html"),
    ("bac-kan", "/category/tin-tuc/"),
    ("binh-duong", "/tin-tuc"),
    ("binh-duong", "/xem-chi-tiet/"),
    ("dak-lak", "/vi/news/hoat-dong-khuyen-cong/"),
    ("dak-lak", "/vi/news/hoat-dong-khuyen-cong/page-2/"),
    ("dong-nai", "/vi/news/Cai-cach-hanh-chinh/"),
    ("ha-nam", "/Pages/default.aspx"),
    ("ha-tinh", "/index.php/tin-tuc-su-kien"),
    ("hai-duong", "/Tin-moi/"),
    ("hai-duong", "/Tin-moi/trang-2.htm"),
    ("hai-phong", "/tin-tuc-su-kien"),
    ("hai-phong", "/van-ban/Quyet-dinh-1234"),
    ("hau-giang", "/so-cong-thuong-hau-giang.gplist.161.gpside.1.asmx"),
    ("hoa-binh", "/vi/gioi-thieu"),
    ("lai-chau", "/default.aspx?page=documents&do=detail&id=458"),
    ("quang-binh", "/tin-tuc"),
    ("quang-nam", "/webcenter/portal/socongthuong/pages_tin-tuc"),
    ("quang-nam", "/webcenter/portal/sokhdt/pages_tin-tuc/chi-tiet?dDocName=PORTAL533372"),
    ("quang-ninh", "/tin-tuc/mot-tin-cua-tinh-khong-phai-cua-so-123.html"),
    ("quang-tri", "/chi-tiet"),
    ("soc-trang", "/scongthuong/1286/31831/57551/hoat-dong-dang-doan-the"),
    ("thai-nguyen", "/vn/bao-cao-thang-quy/"),
)
UNKNOWN_SYSTEM = {  # path -> is it an article, as far as a form of address can tell?
    "/tin-tuc/hoi-nghi-tong-ket-1234.html": True,
    "/tin-tuc/hoi-nghi-1234.aspx": True,
    "/index.php/hoi-nghi/n421.html": True,
    "/hoi-nghi-tong-ket-54947": True,
    "/khai-mac-hoi-cho-trien-lam-cong-thuong-vung/": True,
    "/Khai-mac-hoi-cho-trien-lam-cong-thuong.html": True,
    "/chi-tiet/9b25bca2-f889-4d87-b266-e3fcda4af501": True,
    "/tintuc/Pages/tin-so-nganh.aspx?ItemID=36616": True,
    "/Default.aspx?page=news&do=detail&id=458": True,
    "/index.php?option=com_content&view=article&id=18157": True,
    "/?p=77": True,
    "/node/31": True,
    "/": False,
    "/tin-tuc": False,
    "/tin-tuc-su-kien/": False,
    "/tin-tuc/page-2/": False,
    "/tin-tuc/trang-2.html": False,
    "/tin-tuc/nam-2024": False,
    "/tin-tuc-nam-2024/": False,
    "/category/hoat-dong-cua-nganh-cong-thuong-tinh/": False,
    "/tag/hoi-cho-trien-lam-cong-thuong-vung-1234.html": False,
    "/default.aspx?page=news&do=list&category_id=60": False,
    "/chuc-nang-nhiem-vu-cua-so-cong-thuong": False,
    "/vi/news/savefile/Tin/khong-de-tang-gia-8193.html": False,
    "/uploads/cong-van-ve-viec-to-chuc-hoi-cho-1234.pdf": False,
    "/documents/12345/9b25bca2-f889-4d87-b266-e3fcda4af501": False,
    "/dang-nhap?return=/tin-tuc/hoi-nghi-1234.html": False,
}


def seen() -> set[str]:
    return {*ARTICLES, *SAVED, *LISTINGS}


def pairs(table: dict[str, dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(site, url, key) for site, urls in table.items() for url, key in urls.items()]


def signposts(site: Site) -> set[str]:
    return {urljoin(site.home, path) for path in site.discovery.listings}


def test_every_department_has_a_file_with_both_its_provinces() -> None:
    provinces = load_reference().provinces
    old = {one.id: one.successor for one in provinces.values() if one.successor}
    assert len(old) == 63
    assert set(old) | {"an-giang-cu"} == set(site_ids())
    for name in site_ids():
        site = load_site(name)
        first, then = site.province
        assert (first.id, first.from_) == (name.removesuffix("-cu"), None)
        assert (then.id, str(then.from_)) == (old[first.id], MERGED)
        assert site.name == f"Sở Công Thương {provinces[first.id].full_name[0].lower()}{provinces[first.id].full_name[1:]}"


def test_only_what_was_seen_says_so() -> None:
    status = {name: load_site(name).status for name in site_ids()}
    assert {name for name, one in status.items() if one == "seen"} == seen()
    assert len(seen()) == 18
    assert list(status.values()).count("guess") == 46


def test_no_two_files_are_of_one_site() -> None:
    homes = [load_site(name).home for name in site_ids()]
    assert len(set(homes)) == len(homes)


def test_every_family_is_some_sites() -> None:
    assert {load_site(name).family for name in site_ids()} == set(families())


@pytest.mark.parametrize("name", site_ids())
def test_every_site_has_a_way_in_and_its_home_is_no_article(name: str) -> None:
    site = load_site(name)
    assert site.discovery.listings or site.discovery.feeds or site.discovery.sitemaps
    for url in {site.home, *signposts(site)}:
        assert urlsplit(url).netloc in site.netlocs
        assert not is_article(url, site), url


@pytest.mark.parametrize(("name", "url", "key"), pairs(ARTICLES))
def test_an_article_that_was_seen_is_known_and_named(name: str, url: str, key: str) -> None:
    site = load_site(name)
    assert is_article(url, site)
    assert key_of(url, "article", site) == key


@pytest.mark.parametrize(("name", "url", "key"), pairs(SAVED))
def test_a_file_to_save_has_the_key_of_its_article(name: str, url: str, key: str) -> None:
    site = load_site(name)
    article = url.replace("/savefile", "")
    assert not is_article(url, site)
    assert is_article(article, site)
    assert key_of(url, "article", site) == key_of(article, "article", site) == key


@pytest.mark.parametrize(("name", "url"), tuple(LISTINGS.items()))
def test_a_listing_that_was_seen_is_a_way_in(name: str, url: str) -> None:
    site = load_site(name)
    assert url in signposts(site)


@pytest.mark.parametrize(("name", "path"), SAME)
def test_another_address_of_an_article_has_its_key(name: str, path: str) -> None:
    site = load_site(name)
    other = urljoin(site.home, path)
    assert is_article(other, site)
    assert key_of(other, "article", site) == next(iter(ARTICLES[name].values()))


@pytest.mark.parametrize(("name", "path"), NO_ARTICLES)
def test_other_pages_of_a_site_are_no_articles(name: str, path: str) -> None:
    site = load_site(name)
    assert not is_article(urljoin(site.home, path), site)


def test_the_articles_of_a_guess_are_known_by_their_form() -> None:
    site = load_site("hung-yen")
    assert {path: is_article(urljoin(site.home, path), site) for path in UNKNOWN_SYSTEM} == UNKNOWN_SYSTEM


def test_the_addresses_here_are_those_of_the_record() -> None:
    if not RECORD.exists():
        pytest.skip(f"{RECORD} is not here")
    recorded = [one for province in json.loads(RECORD.read_text(encoding="utf-8"))["sites"] for one in province["evidence"]]
    here = {url for table in (ARTICLES, SAVED) for urls in table.values() for url in urls} | set(LISTINGS.values())
    assert {url for one in recorded for url in one["evidence_urls"]} == here
    assert {one["domain"].split()[0] for one in recorded} == {urlsplit(load_site(name).home).netloc for name in seen()}


def test_a_guess_is_the_first_of_the_record() -> None:
    if not RECORD.exists():
        pytest.skip(f"{RECORD} is not here")
    recorded = {province["old_code"]: province["domain_guesses"] for province in json.loads(RECORD.read_text(encoding="utf-8"))["sites"]}
    provinces = load_reference().provinces
    for site in map(load_site, site_ids()):
        if site.status == "guess":
            assert site.home == f"https://{recorded[provinces[site.id].code][0].rstrip('/')}/"
