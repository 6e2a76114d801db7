"""Provinces: their names in every spelling, the generation of the day, and the namesakes that are none."""

from datetime import datetime

import pytest

from archive.records import Article
from archive.reference import load_reference
from pipelines.context import Context
from pipelines.mentions import find

CONTEXT = Context(reference=load_reference())


def provinces(text: str, day: str | None = "2024-03-01") -> list[tuple[str, str | None]]:
    published = datetime.fromisoformat(f"{day}T00:00:00+07:00") if day else None
    found, _ = find(Article("s", "u", "", text, "", published_at=published), CONTEXT)
    return [(one.quote, one.entity) for one in found if one.kind == "province"]


@pytest.mark.parametrize(
    ("text", "found"),
    (
        ("Sở Công Thương tỉnh Lạng Sơn", [("Lạng Sơn", "lang-son")]),
        ("Sở Công Thương Lạng Sơn", [("Lạng Sơn", "lang-son")]),
        ("SỞ CÔNG THƯƠNG HÀ GIANG", [("HÀ GIANG", "ha-giang")]),
        ("UBND tỉnh Bắc Cạn", [("Bắc Cạn", "bac-kan")]),
        (
            "tỉnh Hòa Bình, tỉnh Hoà Bình và Thanh Hóa, Khánh Hoà",
            [("Hòa Bình", "hoa-binh"), ("Hoà Bình", "hoa-binh"), ("Thanh Hóa", "thanh-hoa"), ("Khánh Hoà", "khanh-hoa")],
        ),
        ("Đắk Lắk, Đăk Lăk, Kon Tum, Đắk Nông", [("Đắk Lắk", "dak-lak"), ("Đăk Lăk", "dak-lak"), ("Kon Tum", "kon-tum"), ("Đắk Nông", "dak-nong")]),
        (
            "Bà Rịa - Vũng Tàu, Bà Rịa – Vũng Tàu, Bà Rịa-Vũng Tàu",
            [("Bà Rịa - Vũng Tàu", "ba-ria-vung-tau"), ("Bà Rịa – Vũng Tàu", "ba-ria-vung-tau"), ("Bà Rịa-Vũng Tàu", "ba-ria-vung-tau")],
        ),
        ("BR-VT và TT-Huế", [("BR-VT", "ba-ria-vung-tau"), ("TT-Huế", "thua-thien-hue")]),
        ("Thừa Thiên Huế, Thừa Thiên - Huế", [("Thừa Thiên Huế", "thua-thien-hue"), ("Thừa Thiên - Huế", "thua-thien-hue")]),
        ("Lạng\u00a0Sơn", [("Lạng\u00a0Sơn", "lang-son")]),
        (
            "Sở Công Thương các tỉnh, thành phố: Đồng Nai, Tây Ninh và Hồ Chí Minh",
            [("Đồng Nai", "dong-nai"), ("Tây Ninh", "tay-ninh"), ("Hồ Chí Minh", "ho-chi-minh")],
        ),
        (
            "TP. Hồ Chí Minh, TPHCM, TP.HCM và thành phố Hồ Chí Minh",
            [("TP. Hồ Chí Minh", "ho-chi-minh"), ("TPHCM", "ho-chi-minh"), ("TP.HCM", "ho-chi-minh"), ("thành phố Hồ Chí Minh", "ho-chi-minh")],
        ),
        ("thành phố Đà Nẵng, TP. Cần Thơ", [("Đà Nẵng", "da-nang"), ("Cần Thơ", "can-tho")]),
        ("các tỉnh, thành phố Lào Cai, Yên Bái", [("Lào Cai", "lao-cai"), ("Yên Bái", "yen-bai")]),
        ("xuất khẩu qua các cửa khẩu Lạng Sơn", [("Lạng Sơn", "lang-son")]),
        ("Báo cáo, thông báo Lạng Sơn gửi Bộ", [("Lạng Sơn", "lang-son")]),
    ),
)
def test_names(text: str, found: list[tuple[str, str]]) -> None:
    assert provinces(text) == found


@pytest.mark.parametrize(
    "text",
    (
        "tại thành phố Cao Bằng",
        "tại TP. Lạng Sơn",
        "thị xã Quảng Trị, phường Thái Bình, huyện Quảng Ninh, xã Hòa Bình, phố Hà Giang",
        "phường Hà Giang 1",
        "Báo Lạng Sơn đưa tin; Đài Phát thanh và Truyền hình Lạng Sơn",
        "hồ Hòa Bình, sông Đồng Nai, thủy điện Sơn La, Đại học Thái Nguyên",
        "yêu chuộng hòa bình",
        "bờ Thái Bình Dương",
        "tư tưởng, đạo đức, phong cách Hồ Chí Minh",
        "Các tỉnh, thành phố học tập và làm theo Hồ Chí Minh",
        "chị Nguyễn Hà Giang, ông Trần Thái Bình, bà Nông Thị Hà Giang",
        "Đoàn Thanh niên Cộng sản Hồ Chí Minh",
        "",
    ),
)
def test_namesakes(text: str) -> None:
    assert provinces(text) == []


def test_the_generation_of_the_day() -> None:
    text = "Bắc Kạn, Thái Nguyên, Lạng Sơn"
    old = [("Bắc Kạn", "bac-kan"), ("Thái Nguyên", "thai-nguyen"), ("Lạng Sơn", "lang-son")]
    assert provinces(text, "2025-06-30") == old
    assert provinces(text, None) == old
    assert provinces(text, "2025-07-01") == [("Bắc Kạn", "bac-kan"), ("Thái Nguyên", "thai-nguyen-2025"), ("Lạng Sơn", "lang-son-2025")]


def test_a_town_that_became_a_centrally_run_city() -> None:
    assert provinces("tại thành phố Huế", "2024-03-01") == []
    assert provinces("tại thành phố Huế", "2025-09-01") == [("Huế", "hue-2025")]
    assert provinces("Sở Công Thương thành phố Huế", "2025-03-01") == [("Huế", "thua-thien-hue")]


def test_every_province_is_found_under_its_own_name() -> None:
    for row in load_reference().provinces.values():
        day = "2024-03-01" if row.valid_from is None else "2026-03-01"
        assert [entity for _, entity in provinces(f"Sở Công Thương {row.full_name}", day)] == [row.id], row.full_name


def test_without_reference_data_there_are_none() -> None:
    assert find(Article("s", "u", "Lạng Sơn", "Lạng Sơn", ""), Context()) == ((), ())
