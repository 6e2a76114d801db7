"""Identity of addresses: the table of examples is the rule; a changed line here is a migration of every archive."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.urls import article_id, clean, identity_key

HOST = "https://sct.example.gov.vn"

CLEANED = [
    ("HTTP://SCT.Example.gov.vn:80/Tin-Tuc", "http://sct.example.gov.vn/Tin-Tuc"),
    ("https://sct.example.gov.vn:443", "https://sct.example.gov.vn/"),
    ("https://sct.example.gov.vn:8443/a", "https://sct.example.gov.vn:8443/a"),
    (f"{HOST}/tin/bai-1.html#binh-luan", f"{HOST}/tin/bai-1.html"),
    (f"{HOST}/tin/", f"{HOST}/tin/"),
    ("https://www.example.gov.vn/tin", "https://www.example.gov.vn/tin"),
    (f"  {HOST}/tin\n", f"{HOST}/tin"),
    (f"{HOST}/a/./b/../c", f"{HOST}/a/c"),
    (f"{HOST}/a/..", f"{HOST}/"),
    (f"{HOST}/tin;jsessionid=0A1B2C3D?id=5", f"{HOST}/tin?id=5"),
    (f"{HOST}/(S(lit3py55t21z5v55vlm25s55))/default.aspx?id=5", f"{HOST}/default.aspx?id=5"),
    (f"{HOST}/?p=7&utm_source=zalo&UTM_Medium=x&fbclid=q&gclid=w", f"{HOST}/?p=7"),
    (f"{HOST}/default.aspx?page=news&do=detail&id=458", f"{HOST}/default.aspx?page=news&do=detail&id=458"),
    (f"{HOST}/x.php?PHPSESSID=77aa&b=2&a=1", f"{HOST}/x.php?b=2&a=1"),
    (f"{HOST}/x.php?sid=9f86d081884c7d659a2feaa0c55ad015", f"{HOST}/x.php"),
    (f"{HOST}/modules.php?name=News&sid=15", f"{HOST}/modules.php?name=News&sid=15"),
    (f"{HOST}/Công-Thương", f"{HOST}/C%C3%B4ng-Th%C6%B0%C6%A1ng"),
    (f"{HOST}/co\u0302ng", f"{HOST}/c%C3%B4ng"),
    (f"{HOST}/c%6f%cc%82ng", f"{HOST}/c%C3%B4ng"),
    (f"{HOST}/a%2fb%3Fc", f"{HOST}/a%2Fb%3Fc"),
    (f"{HOST}/a b?q=c d", f"{HOST}/a%20b?q=c%20d"),
    (f"{HOST}/100%?q=%zz", f"{HOST}/100%25?q=%25zz"),
    (f"{HOST}/cu%FFk", f"{HOST}/cu%FFk"),
    ("http://[::1]:8000/a", "http://[::1]:8000/a"),
    ("mailto:so@example.gov.vn", "mailto:so@example.gov.vn"),
    ("javascript:void(0)", "javascript:void(0)"),
    ("http://[::1", "http://[::1"),
    ("http://sct.example.gov.vn:cong/", "http://sct.example.gov.vn:cong/"),
    ("", ""),
]


@pytest.mark.parametrize(("url", "cleaned"), CLEANED)
def test_clean(url: str, cleaned: str) -> None:
    assert clean(url) == cleaned


SAME = [
    ("http://www.example.gov.vn:80/tin/bai-1", None, "/tin/bai-1"),
    ("https://example.gov.vn/tin/bai-1/", None, "/tin/bai-1"),
    ("https://example.gov.vn/tin//bai-1/?", None, "/tin/bai-1"),
    ("https://example.gov.vn/tin/print/bai-1.html", None, "/tin/bai-1.html"),
    ("https://example.gov.vn/tin/bai-1/print/", None, "/tin/bai-1"),
    ("https://example.gov.vn/Tin/Bai-1", None, "/Tin/Bai-1"),
    ("https://example.gov.vn", None, "/"),
    ("https://example.gov.vn/default.aspx?page=news&id=458&do=detail", None, "/default.aspx?do=detail&id=458&page=news"),
    ("https://example.gov.vn/default.aspx?id=458&do=detail&page=news&id=458", None, "/default.aspx?do=detail&id=458&page=news"),
    ("https://example.gov.vn/index.php?option=com_content&id=3&tmpl=component&print=1", None, "/index.php?id=3&option=com_content"),
    ("https://example.gov.vn/tin?_101_INSTANCE_x_viewMode=print&p_p_state=pop_up&id=9", None, "/tin?id=9"),
    ("https://example.gov.vn/tim?q=cum+thi%20dua", None, "/tim?q=cum%20thi%20dua"),
    ("https://example.gov.vn/vi/news/hoat-dong/tong-ket-cum-1234.html", r"-(\d+)\.html", "#1234"),
    ("https://example.gov.vn/vi/news/print/hoat-dong/tong-ket-khoi-1234.html?utm_source=a", r"-(\d+)\.html", "#1234"),
    ("https://example.gov.vn/Lists/TinTuc/DispForm.aspx?List=x&ItemID=88&Source=%2F", r"[?&]ItemID=(\d+)", "#88"),
    ("https://example.gov.vn/?p=77&preview=true", r"[?&]p=(\d+)", "#77"),
    ("https://example.gov.vn/ten-bai", r"^/([^/?]+)/$", "#ten-bai"),
    ("https://example.gov.vn/ten-bai/", r"^/([^/?]+)$", "#ten-bai"),
    ("https://example.gov.vn/vi/tin/bai-5.phtml", r"^/(?P<edition>vi|en)/.*-(?P<number>\d+)\.phtml", "#vi/5"),
    ("https://example.gov.vn/content/id/15", r"/id/(\d+)|-(\d+)\.html", "#15"),
    ("https://example.gov.vn/bai-15.html", r"/id/(\d+)|-(\d+)\.html", "#15"),
    ("https://example.gov.vn/bai-15.html", r"bai-\d+", "#bai-15"),
    ("https://example.gov.vn/gioi-thieu", r"-(\d+)\.html", "/gioi-thieu"),
]


@pytest.mark.parametrize(("url", "pattern", "key"), SAME)
def test_identity_key(url: str, pattern: str | None, key: str) -> None:
    assert identity_key(url, pattern) == key


def test_article_id_is_the_hash_of_site_and_key() -> None:
    # printf 'bac-kan /tin/bai-1' | sha256sum
    assert article_id("bac-kan", "/tin/bai-1") == "2b2171e35c4625d4"
    assert article_id("lang-son", "/tin/bai-1") != article_id("bac-kan", "/tin/bai-1")


WORDS = st.text(string.ascii_letters + string.digits + "-._~%/();=&+ ôụđ\u0301\u0323", max_size=30)
URLS = st.builds(lambda path, query: f"{HOST}/{path}?{query}", WORDS, WORDS)


@given(st.one_of(URLS, st.text()))
@example(f"{HOST}/%2F\u0307")
@example(f"{HOST}/e%CC%81%FF")
def test_cleaning_twice_changes_nothing_more_and_keeps_the_identity(url: str) -> None:
    once = clean(url)
    assert clean(once) == once
    assert identity_key(once) == identity_key(url)


@example(f"{HOST}/? ", "utm_source=zalo")
@given(URLS, st.sampled_from(["utm_source=zalo", "fbclid=x1", "gclid=y", "PHPSESSID=0a1b", "print=1"]))
def test_tracking_session_and_print_parameters_do_not_touch_the_identity(url: str, noise: str) -> None:
    assert identity_key(f"{url}&{noise}") == identity_key(url)


@given(
    st.lists(st.sampled_from(["id=1", "page=news", "do=detail", "lang=vi"]), unique=True).flatmap(
        lambda given: st.tuples(st.just(given), st.permutations(given))
    )
)
def test_the_order_of_parameters_does_not_touch_the_identity(orders: tuple[list[str], list[str]]) -> None:
    one, other = (f"{HOST}/x.aspx?{'&'.join(parameters)}" for parameters in orders)
    assert identity_key(one) == identity_key(other)
