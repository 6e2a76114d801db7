"""Departments (Sở Công Thương): named with their province, alone or in an enumeration that shares its beginning."""

from datetime import datetime

import pytest

from archive.records import Article
from archive.reference import load_reference
from pipelines.context import Context
from pipelines.mentions import find

CONTEXT = Context(site="lang-son", site_name="Sở Công Thương tỉnh Lạng Sơn", reference=load_reference())


def departments(text: str, day: str = "2024-03-01") -> list[tuple[str, str | None]]:
    article = Article("s", "u", "", text, "", published_at=datetime.fromisoformat(f"{day}T00:00:00+07:00"))
    mentions, _ = find(article, CONTEXT)
    return [(one.quote, one.entity) for one in mentions if one.kind == "department"]


@pytest.mark.parametrize(
    ("sentence", "found"),
    (
        ("Sở Công Thương tỉnh Bắc Kạn họp.", [("Sở Công Thương tỉnh Bắc Kạn", "bac-kan")]),
        ("Sở Công Thương Hoà Bình họp.", [("Sở Công Thương Hoà Bình", "hoa-binh")]),
        ("SCT Lạng Sơn họp.", [("SCT Lạng Sơn", "lang-son")]),
        ("Sở Công Thương TP. Hồ Chí Minh họp.", [("Sở Công Thương TP. Hồ Chí Minh", "ho-chi-minh")]),
        ("Sở Công Thương các tỉnh Bắc Kạn, Lạng Sơn họp.", [("Bắc Kạn", "bac-kan"), ("Lạng Sơn", "lang-son")]),
        ("Các Sở Công Thương: Bắc Kạn và Hà Giang họp.", [("Bắc Kạn", "bac-kan"), ("Hà Giang", "ha-giang")]),
        (
            "Sở Công Thương Bắc Kạn, Sở Y tế Bắc Kạn và Sở Công Thương Hà Giang họp.",
            [("Sở Công Thương Bắc Kạn", "bac-kan"), ("Sở Công Thương Hà Giang", "ha-giang")],
        ),
        ("1. Sở Công Thương tỉnh Bắc Kạn; 2. Sở Công Thương tỉnh Cao Bằng.", [("Sở Công Thương tỉnh Bắc Kạn", "bac-kan"), ("Sở Công Thương tỉnh Cao Bằng", "cao-bang")]),
    ),
)  # fmt: skip
def test_found(sentence: str, found: list[tuple[str, str]]) -> None:
    assert departments(sentence) == found


@pytest.mark.parametrize(
    "sentence",
    (
        "Sở Công Thương họp.",
        "Sở Y tế tỉnh Bắc Kạn họp.",
        "Sở Công Thương họp với tỉnh Bắc Kạn.",
        "Ngành Công Thương Bắc Kạn họp.",
        "Công an các tỉnh Bắc Kạn, Hà Giang họp.",
        "Sở Công Thương dự hội chợ tại Bắc Kạn, Hà Giang.",
    ),
)
def test_not_found(sentence: str) -> None:
    assert departments(sentence) == []


def test_a_department_of_today_is_of_the_province_of_today() -> None:
    assert departments("Sở Công Thương tỉnh Thái Nguyên họp.", "2026-01-01") == [("Sở Công Thương tỉnh Thái Nguyên", "thai-nguyen-2025")]
