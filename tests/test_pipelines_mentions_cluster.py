"""Clusters and blocks: which words are a mention, how far it reaches, whose it is, and what short references stand for."""

from datetime import datetime

import pytest

from archive.records import Article, Mention
from archive.reference import load_reference
from pipelines.context import Context
from pipelines.mentions import find

DEPARTMENT = Context(site="lang-son", site_name="Sở Công Thương tỉnh Lạng Sơn", reference=load_reference())
ELSEWHERE = Context(site="bao", site_name="Báo địa phương", reference=load_reference())


def mentions(text: str, *, title: str = "", day: str | None = "2024-03-01", context: Context = DEPARTMENT) -> list[Mention]:
    published = datetime.fromisoformat(f"{day}T07:30:00+07:00") if day else None
    found, _ = find(Article(context.site, "https://example.org/1", title, text, "", published_at=published), context)
    return [one for one in found if one.kind in {"cluster", "block"}]


@pytest.mark.parametrize(
    ("sentence", "quote", "number"),
    (
        ("Cụm thi đua số III họp sơ kết.", "Cụm thi đua số III", "3"),
        ("Cụm thi đua số 3 họp sơ kết.", "Cụm thi đua số 3", "3"),
        ("Cụm Thi đua số 03 họp sơ kết.", "Cụm Thi đua số 03", "3"),
        ("Cụm thi đua III họp sơ kết.", "Cụm thi đua III", "3"),
        ("Cụm thi đua 3 họp sơ kết.", "Cụm thi đua 3", "3"),
        ("cụm thi đua số ba họp sơ kết.", "cụm thi đua số ba", "3"),
        ("Cụm thi đua số mười một họp sơ kết.", "Cụm thi đua số mười một", "11"),
        ("Cụm thi đua số Ⅲ họp sơ kết.", "Cụm thi đua số Ⅲ", "3"),
        ("CỤM THI ĐUA SỐ III HỌP SƠ KẾT", "CỤM THI ĐUA SỐ III", "3"),
        ("Cụm\u00a0thi đua  số\u00a0III họp sơ kết.", "Cụm\u00a0thi đua  số\u00a0III", "3"),
        ("Cụm thi đua số: 3 họp sơ kết.", "Cụm thi đua số: 3", "3"),
        ("Cụm thi đua số VIII-Bộ Công Thương họp sơ kết.", "Cụm thi đua số VIII", "8"),
        ("Cụm thi đua số 2, Sở Công Thương các tỉnh đồng bằng.", "Cụm thi đua số 2", "2"),
        ("Cụm thi đua số 99 họp sơ kết.", "Cụm thi đua số 99", "99"),
        ("Cụm thi đua số III/2023 họp sơ kết.", "Cụm thi đua số III", "3"),
        ("Họp Cụm thi đua số 3.", "Cụm thi đua số 3", "3"),
        ("Cụm thi đua số III gồm các tỉnh Trung du và miền núi phía Bắc Bộ 1 họp.", "Cụm thi đua số III", "3"),
        ("Khối thi đua số 5 bình xét danh hiệu.", "Khối thi đua số 5", "5"),
        ("Khối thi đua 17 lấy ý kiến.", "Khối thi đua 17", "17"),
    ),
)
def test_numbered(sentence: str, quote: str, number: str) -> None:
    (one,) = mentions(sentence)
    assert (one.quote, one.number) == (quote, number)


@pytest.mark.parametrize(
    ("sentence", "quote"),
    (
        ("Cụm thi đua các tỉnh Duyên hải Nam Trung Bộ họp tổng kết.", "Cụm thi đua các tỉnh Duyên hải Nam Trung Bộ"),
        ("Cụm thi đua các tỉnh, thành phố Bắc Trung Bộ họp.", "Cụm thi đua các tỉnh, thành phố Bắc Trung Bộ"),
        ("cụm thi đua LĐLĐ các tỉnh Bắc Trung Bộ họp.", "cụm thi đua LĐLĐ các tỉnh Bắc Trung Bộ"),
        ("Cụm thi đua 5 thành phố trực thuộc Trung ương họp.", "Cụm thi đua 5 thành phố trực thuộc Trung ương"),
        ("Cụm thi đua 7 tỉnh biên giới phía Bắc họp.", "Cụm thi đua 7 tỉnh biên giới phía Bắc"),
        ("Cụm 7 tỉnh biên giới phía Bắc họp sơ kết thi đua.", "Cụm 7 tỉnh biên giới phía Bắc"),
        ("Cụm thi đua Tây Nam sông Hậu họp.", "Cụm thi đua Tây Nam sông Hậu"),
        ("Cụm thi đua các tỉnh Bắc Trung Bộ 6 tháng đầu năm.", "Cụm thi đua các tỉnh Bắc Trung Bộ"),
        ("Khối thi đua các sở, ngành kinh tế của tỉnh họp.", "Khối thi đua các sở, ngành kinh tế"),
        ("Khối thi đua các Hợp tác xã Phi Nông nghiệp họp.", "Khối thi đua các Hợp tác xã Phi Nông nghiệp"),
        ("Khối thi đua Kinh tế - Kỹ thuật họp.", "Khối thi đua Kinh tế - Kỹ thuật"),
    ),
)
def test_named(sentence: str, quote: str) -> None:
    (one,) = mentions(sentence)
    assert (one.quote, one.number, one.entity) == (quote, None, None)


@pytest.mark.parametrize(
    ("sentence", "found"),
    (
        ("Bộ phân chia Khối, Cụm thi đua của ngành Công Thương.", [("Khối, Cụm thi đua", "cluster")]),
        ("Bộ phân chia các Cụm, Khối thi đua của ngành Công Thương.", [("Cụm, Khối thi đua", "cluster")]),
        ("Ngành Công Thương có 17 Khối thi đua và 11 Cụm thi đua.", [("17 Khối thi đua", "block"), ("11 Cụm thi đua", "cluster")]),
        ("Ngành Công Thương có các Cụm thi đua.", [("Cụm thi đua", "cluster")]),
        ("Đồng Nai có 2 cụm, 16 khối thi đua của tỉnh.", [("2 cụm", "cluster"), ("16 khối thi đua", "block")]),
        ("Năm 2023 Cụm thi đua số III của ngành Công Thương họp.", [("Cụm thi đua số III", "cluster")]),
        ("Trong tháng 12 Cụm thi đua của ngành Công Thương họp.", [("Cụm thi đua", "cluster")]),
    ),
)
def test_general_ones_are_found_with_their_count(sentence: str, found: list[tuple[str, str]]) -> None:
    assert [(one.quote, one.kind) for one in mentions(sentence)] == found
    assert all(one.entity is None for one in mentions(sentence) if one.number is None)


@pytest.mark.parametrize(
    "sentence",
    (
        "",
        "Cụm",
        "Sở Công Thương thẩm định hồ sơ thành lập Cụm công nghiệp số 3.",
        "Khối lượng hàng hóa qua khu, cụm công nghiệp tăng 5%.",
        "Tỉnh hình thành cụm liên kết ngành và một cụm thiết bị tiên tiến.",
        "Đảng ủy Khối doanh nghiệp tỉnh làm việc với Sở Công Thương.",
        "Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh họp.",
        "Cụm trường số 3 tổ chức thi học sinh giỏi.",
        "Cụm số 3 đã san nền xong.",
        "Cụm 3 tỉnh có mặt bằng sạch.",
        "Cụm nào chậm tiến độ sẽ bị thay chủ đầu tư.",
        "Đại hội thi đua yêu nước ngành Công Thương trao Cờ thi đua.",
        "Cụm trưởng và Cụm phó phát biểu.",
        "Bụi cụm thì đứa nào cũng sợ.",
    ),
)
def test_false_friends(sentence: str) -> None:
    assert mentions(sentence) == []


def test_a_false_friend_between_does_not_take_the_reference() -> None:
    text = (
        "Cụm thi đua số III ngành Công Thương họp sơ kết. Đại biểu thăm cụm công nghiệp Hợp Thành; Cụm có diện tích 50 ha.\n"
        "Các đơn vị trong Cụm thống nhất thang điểm."
    )
    assert [(one.quote, one.start == text.rindex("Cụm")) for one in mentions(text)[1:]] == [("Cụm", True)]


@pytest.mark.parametrize(
    ("sentence", "scheme", "holder", "rule"),
    (
        ("Sở Công Thương tỉnh A là đơn vị Cụm trưởng Cụm thi đua số III năm 2024.", "moit", None, "attached"),
        ("Cụm thi đua số 3 ngành Công Thương ký kết giao ước thi đua tại tỉnh B.", "moit", None, "attached"),
        ("Các Sở Công Thương thuộc Cụm XI (đồng bằng sông Cửu Long 2) họp sơ kết 6 tháng.", "moit", None, "attached"),
        ("Khối thi đua số 5 của Bộ Công Thương bình xét danh hiệu Cờ thi đua.", "moit", None, "attached"),
        ("Theo Quyết định của Bộ Công Thương về các Khối, Cụm thi đua, Sở giữ vai trò Cụm phó.", "moit", None, "sentence"),
        ("Theo Quyết định số 309/QĐ-BCT, đơn vị thuộc Cụm thi đua số III.", "moit", None, "sentence"),
        ("Cụm thi đua số VI - Sở Công Thương các tỉnh khu vực Bắc Trung Bộ họp.", "moit", None, "attached"),
        ("Cụm thi đua số III họp.", "moit", None, "site"),
        ("Công an các tỉnh thuộc Cụm thi đua số III tổ chức hội nghị.", "other", "Công an", "attached"),
        ("Sở Tài nguyên và Môi trường làm Cụm trưởng Cụm thi đua số VIII.", "other", "Sở Tài nguyên và Môi trường", "attached"),
        ("Cụm thi đua số VIII-Bộ Tài nguyên và Môi trường ký giao ước.", "other", "Bộ Tài nguyên và Môi trường", "attached"),
        ("Cụm thi đua số 4, Bộ Ngoại giao họp.", "other", "Bộ Ngoại giao", "attached"),
        ("Cụm thi đua số 5 thuộc Cục Thuế triển khai nhiệm vụ.", "other", "Cục Thuế", "attached"),
        ("Cụm thi đua số 7 ngành KSND họp.", "other", "ngành KSND", "attached"),
        ("Cụm thi đua số 4 của Hội Luật gia các tỉnh họp.", "other", "Hội Luật gia", "attached"),
        ("Hội nghị của Bộ Công an do đơn vị dẫn đầu Cụm thi đua số 3 chủ trì.", "other", "Bộ Công an", "sentence"),
        ("UBND các tỉnh thuộc Cụm thi đua số 1 họp.", "other", "UBND các tỉnh", "attached"),
        ("cụm thi đua LĐLĐ các tỉnh Bắc Trung Bộ họp.", "other", "LĐLĐ", "name"),
        ("Sở Công Thương là thành viên Khối thi đua các sở, ngành kinh tế của tỉnh.", "province", None, "name"),
        ("Sở Nội vụ, Sở Tài chính và Sở Công Thương trong Khối thi đua số 2.", "province", None, "departments"),
        ("Khối thi đua số 4 do UBND tỉnh thành lập.", "province", None, "attached"),
        ("Cụm thi đua 3 UBND TPHCM họp.", "province", None, "attached"),
        ("Cụm thi đua số 1 gồm các huyện miền núi.", "province", None, "attached"),
        ("Sở Công Thương dự họp Khối thi đua số 2.", "unknown", None, "none"),
        ("Cụm thi đua các tỉnh Bắc Trung Bộ họp.", "unknown", None, "none"),
    ),
)
def test_whose(sentence: str, scheme: str, holder: str | None, rule: str) -> None:
    (one,) = mentions(sentence)
    assert (one.scheme, one.holder, one.rule) == (scheme, holder, rule)
    assert one.entity is None or scheme == "moit"


def test_a_bare_number_away_from_a_department_is_nobodys() -> None:
    (one,) = mentions("Cụm thi đua số III họp.", context=ELSEWHERE)
    assert (one.scheme, one.entity) == ("unknown", None)


def test_a_guest_does_not_make_it_his() -> None:
    text = "Cụm thi đua số III của Bộ Công Thương họp.\nDự hội nghị của Cụm thi đua số III có đại diện Công an tỉnh, Sở Nội vụ."
    assert [one.scheme for one in mentions(text)] == ["moit", "moit"]


def test_what_the_text_says_decides_for_the_title() -> None:
    title, text = mentions("Cụm thi đua số III của Bộ Tài nguyên và Môi trường họp.", title="Cụm thi đua số III họp tổng kết")
    assert (title.field, title.scheme, title.holder, title.rule) == ("title", "other", "Bộ Tài nguyên và Môi trường", "same-number")
    assert text.rule == "attached"


def test_three_sectors_in_one_article() -> None:
    text = (
        "Tuần qua, Cụm thi đua số 3 của Bộ Công an họp tại Lạng Sơn. Các đơn vị trong Cụm ký giao ước.\n"
        "Cùng ngày, Cụm thi đua số III ngành Công Thương sơ kết sáu tháng. Toàn Cụm có 31 sáng kiến.\n"
        "Cụm thi đua số VIII của Bộ Tài nguyên và Môi trường thì họp trực tuyến; Cụm VIII có mười thành viên. Riêng Cụm III họp lại vào tháng sau."
    )
    assert [(one.quote, one.scheme, one.number, one.entity) for one in mentions(text)] == [
        ("Cụm thi đua số 3", "other", "3", None),
        ("Cụm", "other", "3", None),
        ("Cụm thi đua số III", "moit", "3", "moit-309-2023-iii"),
        ("Cụm", "moit", "3", "moit-309-2023-iii"),
        ("Cụm thi đua số VIII", "other", "8", None),
        ("Cụm VIII", "other", "8", None),
        ("Cụm III", "moit", "3", "moit-309-2023-iii"),
    ]


@pytest.mark.parametrize(
    ("phrase", "quote"),
    (
        ("Cụm III họp lại.", "Cụm III"),
        ("cụm số 3 họp lại.", "cụm số 3"),
        ("Các đơn vị trong Cụm ký giao ước.", "Cụm"),
        ("Toàn Cụm có 31 sáng kiến.", "Cụm"),
        ("Cụm gồm bốn thành viên.", "Cụm"),
        ("Các Sở trong Cụm thi đua đã nỗ lực.", "Cụm thi đua"),
        ("Các đơn vị trong cụm ký giao ước.", "cụm"),
    ),
)
def test_short_references(phrase: str, quote: str) -> None:
    full, short = mentions(f"Cụm thi đua số III của Bộ Công Thương họp. {phrase}")
    assert (short.quote, short.rule, short.refers_to) == (quote, "reference", ("text", full.start))
    assert (short.scheme, short.number, short.entity) == (full.scheme, full.number, full.entity) == ("moit", "3", "moit-309-2023-iii")


def test_a_reference_to_the_title() -> None:
    title, short = mentions("Các đơn vị trong Cụm ký giao ước.", title="Cụm thi đua số III ngành Công Thương")
    assert short.refers_to == ("title", title.start)


def test_a_short_number_refers_to_its_own_number() -> None:
    text = "Cụm thi đua số II và Cụm thi đua số III ngành Công Thương cùng họp. Cụm II đăng cai."
    second, third, short = mentions(text)
    assert (second.number, third.number, short.number, short.refers_to) == ("2", "3", "2", ("text", second.start))


def test_general_mentions_are_no_antecedents() -> None:
    first, second = mentions("Ngành Công Thương có 11 Cụm thi đua. Trong Cụm, các Sở tự chấm điểm. Cụm thi đua xét hằng năm.")
    assert (first.quote, second.quote, second.refers_to, second.entity) == ("11 Cụm thi đua", "Cụm thi đua", None, None)


def test_another_holder_breaks_the_reference() -> None:
    text = "Cụm thi đua số III ngành Công Thương họp. Công đoàn cũng dự họp Cụm thi đua của Bộ Nội vụ."
    assert [(one.scheme, one.refers_to) for one in mentions(text)] == [("moit", None), ("other", None)]


@pytest.mark.parametrize(
    ("day", "entity"),
    (
        ("2023-02-16", None),
        ("2023-02-17", "moit-309-2023-iii"),
        ("2025-06-30", "moit-309-2023-iii"),
        ("2025-07-01", None),
        (None, None),
    ),
)
def test_validity(day: str | None, entity: str | None) -> None:
    (one,) = mentions("Cụm thi đua số III ngành Công Thương họp.", day=day)
    assert (one.scheme, one.number, one.entity) == ("moit", "3", entity)


def test_the_day_is_the_one_in_hanoi() -> None:
    late = datetime.fromisoformat("2023-02-16T18:00:00+00:00")  # one in the morning of the 17th there
    (one,), _ = find(Article("s", "u", "Cụm thi đua số III ngành Công Thương", "", "", published_at=late), DEPARTMENT)
    assert one.entity == "moit-309-2023-iii"


@pytest.mark.parametrize(
    ("sentence", "number", "entity"),
    (
        ("Cụm thi đua Sở Công Thương các tỉnh khu vực Bắc Trung Bộ họp.", "6", "moit-309-2023-vi"),
        ("Cụm thi đua các tỉnh Trung du và miền núi phía Bắc Bộ 1 ngành Công Thương họp.", "3", "moit-309-2023-iii"),
        ("Cụm thi đua các tỉnh đồng bằng Sông Cửu Long 2 của Bộ Công Thương họp.", "11", "moit-309-2023-xi"),
        ("Cụm thi đua các tỉnh Trung du và miền núi phía Bắc của Bộ Công Thương họp.", None, None),
        ("Cụm thi đua các tỉnh Duyên hải Nam Trung Bộ của Bộ Công Thương họp.", None, None),
        ("Cụm thi đua LĐLĐ các tỉnh Bắc Trung Bộ họp.", None, None),
    ),
)
def test_a_region_gets_its_number_from_the_reference_or_none(sentence: str, number: str | None, entity: str | None) -> None:
    (one,) = mentions(sentence)
    assert (one.number, one.entity) == (number, entity)


def test_without_reference_data_there_are_no_entities() -> None:
    (one,) = mentions("Cụm thi đua số III ngành Công Thương họp.", context=Context())
    assert (one.scheme, one.number, one.entity) == ("moit", "3", None)


def test_two_in_one_sentence() -> None:
    assert [one.quote for one in mentions("Cụm thi đua số I, Cụm thi đua số II")] == ["Cụm thi đua số I", "Cụm thi đua số II"]
