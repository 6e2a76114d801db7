"""Claims: who an article says is in a cluster and who leads it; and what is no such statement."""

from datetime import datetime

import pytest

from archive.records import Article, Claim
from archive.reference import load_reference
from pipelines.context import Context
from pipelines.mentions import find

CONTEXT = Context(site="lang-son", site_name="Sở Công Thương tỉnh Lạng Sơn", reference=load_reference())
THREE = "Cụm thi đua số III ngành Công Thương"


def claims(text: str, *, title: str = "", day: str = "2024-03-01") -> list[Claim]:
    article = Article("s", "u", title, text, "", published_at=datetime.fromisoformat(f"{day}T00:00:00+07:00"))
    _, found = find(article, CONTEXT)
    assert all(getattr(article, one.field)[one.start : one.end] == one.quote and one.subject in one.quote for one in found)
    return list(found)


def said(text: str, **options: str) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.subject, one.subject_entity) for one in claims(text, **options)]


@pytest.mark.parametrize(
    ("sentence", "subjects"),
    (
        (
            f"{THREE} gồm Sở Công Thương tỉnh Bắc Kạn, Sở Công Thương tỉnh Lạng Sơn và Sở Công Thương tỉnh Hà Giang.",
            ["Sở Công Thương tỉnh Bắc Kạn", "Sở Công Thương tỉnh Lạng Sơn", "Sở Công Thương tỉnh Hà Giang"],
        ),
        (f"{THREE} gồm các tỉnh: Bắc Kạn, Lạng Sơn, Cao Bằng, Hà Giang.", ["Bắc Kạn", "Lạng Sơn", "Cao Bằng", "Hà Giang"]),
        (f"{THREE} gồm 4 tỉnh Bắc Kạn, Lạng Sơn, Cao Bằng và Hà Giang.", ["Bắc Kạn", "Lạng Sơn", "Cao Bằng", "Hà Giang"]),
        (f"{THREE} gồm có bốn thành viên là Sở Công Thương Bắc Kạn, Sở Công Thương Hà Giang.", ["Sở Công Thương Bắc Kạn", "Sở Công Thương Hà Giang"]),
        (f"{THREE} bao gồm Sở Công Thương các tỉnh, thành phố: An Giang, TP. Cần Thơ và Cà Mau.", ["An Giang", "TP. Cần Thơ", "Cà Mau"]),
        (f"{THREE} gồm các Sở Công Thương: Thanh Hóa, Nghệ An, TT-Huế.", ["Thanh Hóa", "Nghệ An", "TT-Huế"]),
        (f"{THREE} gồm các tỉnh Trung du và miền núi phía Bắc (gồm tỉnh Bắc Kạn, tỉnh Hà Giang).", ["tỉnh Bắc Kạn", "tỉnh Hà Giang"]),
        (f"Các thành viên của {THREE} gồm Sở Công Thương các tỉnh Bắc Kạn và Hà Giang.", ["Bắc Kạn", "Hà Giang"]),
    ),
)
def test_members(sentence: str, subjects: list[str]) -> None:
    found = claims(sentence)
    assert [one.subject for one in found] == subjects
    assert {one.kind for one in found} == {"member"}
    assert {one.mention for one in found} == {("text", sentence.index("Cụm thi đua số III"))}
    assert all(one.quote.startswith("gồm") and one.quote.endswith(one.subject) for one in found)


@pytest.mark.parametrize(
    ("sentence", "found"),
    (
        ("Sở Công Thương tỉnh Lạng Sơn – Cụm trưởng khai mạc.", [("leader", "Sở Công Thương tỉnh Lạng Sơn", "lang-son")]),
        ("Sở Công Thương Lạng Sơn là đơn vị Cụm trưởng năm 2023.", [("leader", "Sở Công Thương Lạng Sơn", "lang-son")]),
        ("Sở Công Thương Lạng Sơn giữ vai trò Cụm phó.", [("deputy", "Sở Công Thương Lạng Sơn", "lang-son")]),
        ("Sở Công Thương tỉnh Cao Bằng được bầu làm Cụm trưởng.", [("leader", "Sở Công Thương tỉnh Cao Bằng", "cao-bang")]),
        ("Sở Công Thương tỉnh Cao Bằng (Cụm trưởng) khai mạc.", [("leader", "Sở Công Thương tỉnh Cao Bằng", "cao-bang")]),
        ("Tỉnh Sơn La tiếp tục giữ vai trò Cụm trưởng.", [("leader", "Tỉnh Sơn La", "son-la")]),
        (
            "Bầu Sở Công Thương Cao Bằng làm Cụm trưởng, Sở Công Thương Hà Giang làm Cụm phó.",
            [("leader", "Sở Công Thương Cao Bằng", "cao-bang"), ("deputy", "Sở Công Thương Hà Giang", "ha-giang")],
        ),
        ("Sở Công Thương Lạng Sơn bàn giao nhiệm vụ Cụm trưởng cho Sở Công Thương Cao Bằng.", [("leader", "Sở Công Thương Cao Bằng", "cao-bang")]),
        (
            "Vai trò Cụm trưởng năm 2024 được bàn giao cho Sở Công Thương Cao Bằng, Cụm phó là Sở Công Thương Hà Giang.",
            [("leader", "Sở Công Thương Cao Bằng", "cao-bang"), ("deputy", "Sở Công Thương Hà Giang", "ha-giang")],
        ),
        ("Cụm trưởng: Sở Công Thương tỉnh Lạng Sơn.", [("leader", "Sở Công Thương tỉnh Lạng Sơn", "lang-son")]),
    ),
)
def test_leaders(sentence: str, found: list[tuple[str, str, str]]) -> None:
    text = f"{THREE} họp.\n{sentence}"
    assert said(text) == found
    assert {(one.entity, one.mention) for one in claims(text)} == {("moit-309-2023-iii", ("text", 0))}


@pytest.mark.parametrize(
    "sentence",
    (
        f"{THREE} gồm các tỉnh Trung du và miền núi phía Bắc.",
        f"{THREE} gồm Sở Công Thương tỉnh Bắc Kạn.",
        f"{THREE} họp, đại biểu dự gồm Sở Công Thương các tỉnh Bắc Kạn, Hà Giang.",
        f"{THREE} họp. Hàng hóa gồm rau từ Bắc Kạn, Hà Giang.",
        f"{THREE} họp. Đoàn gồm Bắc Kạn, Hà Giang.",
        f"{THREE} họp. Tại Hà Giang, Cụm trưởng đề nghị sửa thang điểm.",
        f"{THREE} họp. Đại diện Cụm trưởng phát biểu.",
        f"{THREE} họp. Sở Công Thương Lạng Sơn thôi giữ vai trò Cụm trưởng.",
        "Ngành có 11 Cụm thi đua gồm Bắc Kạn, Hà Giang.",
        "Sở Công Thương Lạng Sơn là đơn vị Cụm trưởng.",
        "Cụm công nghiệp gồm Bắc Kạn, Hà Giang.",
    ),
)
def test_no_claim(sentence: str) -> None:
    assert said(sentence) == []


def test_the_role_belongs_to_the_cluster_beside_it() -> None:
    text = "Cụm thi đua số II ngành Công Thương họp. Sở Công Thương Lạng Sơn làm Cụm trưởng Cụm thi đua số III ngành Công Thương."
    (one,) = claims(text)
    assert (one.entity, one.mention) == ("moit-309-2023-iii", ("text", text.index("Cụm thi đua số III")))


def test_outside_its_validity_a_claim_has_no_entity() -> None:
    found = claims(f"{THREE} gồm Sở Công Thương các tỉnh: Bắc Kạn, Lạng Sơn.", day="2026-02-10")
    assert [(one.entity, one.subject_entity) for one in found] == [(None, "bac-kan"), (None, "lang-son-2025")]


def test_another_ministrys_members_are_claimed_without_an_entity() -> None:
    found = claims("Cụm thi đua số 5 Bộ Công an gồm Công an các tỉnh: Thanh Hóa, Nghệ An.")
    assert [(one.entity, one.subject) for one in found] == [(None, "Thanh Hóa"), (None, "Nghệ An")]


def test_a_role_in_the_text_of_a_cluster_in_the_title() -> None:
    (one,) = claims("Sở Công Thương Lạng Sơn giữ vai trò Cụm trưởng.", title=f"{THREE} họp tổng kết")
    assert (one.field, one.entity, one.mention) == ("text", "moit-309-2023-iii", ("title", 0))


MEETING = "Ngày 12/01/2024, tại thành phố Lạng Sơn, Cụm thi đua số III ngành Công Thương"


def events(text: str, *, title: str = "", day: str = "2024-01-15") -> list[tuple[str | None, int | None, str | None, str | None]]:
    return [(one.what, one.year, one.day, one.place) for one in claims(text, title=title, day=day) if one.kind == "event"]


@pytest.mark.parametrize(
    ("sentence", "found"),
    (
        (f"{MEETING} tổ chức Hội nghị tổng kết công tác thi đua năm 2023.", [("summary", 2023, "2024-01-12", "thành phố Lạng Sơn")]),
        (
            f"{MEETING} tổng kết năm 2023, ký kết giao ước thi đua năm 2024.",
            [("summary", 2023, "2024-01-12", "thành phố Lạng Sơn"), ("signing", 2024, "2024-01-12", "thành phố Lạng Sơn")],
        ),
        (
            f"{THREE} sơ kết 6 tháng đầu năm 2024 vào ngày 10/7 tại Hội trường Sở Xây dựng.",
            [("midterm", 2024, "2024-07-10", "Hội trường Sở Xây dựng")],
        ),
        (f"Sáng 28-12, {THREE} họp tổng kết ở TP. Vinh.", [("summary", None, "2023-12-28", "TP. Vinh")]),
        (f"{THREE} tổ chức hội nghị tổng kết. Hội nghị diễn ra ngày 14/12/2023 tại huyện Ba Bể.", [("summary", None, "2023-12-14", "huyện Ba Bể")]),
    ),
)
def test_meetings(sentence: str, found: list[tuple[object, ...]]) -> None:
    assert events(sentence) == found


@pytest.mark.parametrize(
    "sentence",
    (
        f"Sau khi tổng kết năm 2023, {THREE} gửi báo cáo.",
        f"Báo cáo tổng kết năm 2023 của {THREE} được thông qua.",
        f"Cụm trưởng có trách nhiệm tổ chức sơ kết, tổng kết trong {THREE}.",
        f"Hội nghị sơ kết chương trình phối hợp tại Hà Giang có đại diện {THREE}.",
        "Sở Công Thương tổ chức hội nghị tổng kết năm 2023 tại Lạng Sơn.",
        "11 Cụm thi đua tổng kết năm 2023.",
    ),
)
def test_no_meeting(sentence: str) -> None:
    assert events(sentence) == []


def test_the_day_of_a_decision_is_not_that_of_the_meeting() -> None:
    text = f"Theo Quyết định số 309/QĐ-BCT ngày 17/02/2023, {THREE} tổ chức tổng kết năm 2023 tại Hà Giang."
    assert events(text) == [("summary", 2023, None, "Hà Giang")]


def test_a_meeting_told_without_its_year_is_the_one_told_with_it() -> None:
    text = f"{MEETING} tổ chức hội nghị.\nHội nghị tổng kết của Cụm có 60 đại biểu dự."
    assert {year for _, year, *_ in events(text, title=f"{THREE} tổng kết năm 2023")} == {2023}


def awards(text: str) -> list[tuple[str | None, int | None, str | None]]:
    return [(one.what, one.year, one.subject_entity) for one in claims(text) if one.kind == "award"]


@pytest.mark.parametrize(
    ("sentence", "found"),
    (
        ("Sở Công Thương Hà Giang xếp thứ Nhất {} năm 2023.", [("first", 2023, "ha-giang")]),
        ("Kết quả bình xét năm 2023 của {}: Sở Công Thương Hà Giang nhất, Sở Công Thương Cao Bằng nhì.", [("first", 2023, "ha-giang"), ("second", 2023, "cao-bang")]),
        ("{} đề nghị tặng Cờ thi đua của Chính phủ cho Sở Công Thương Hà Giang.", [("government-flag", None, "ha-giang")]),
        ("{} đề nghị Bộ Công Thương tặng Cờ thi đua cho Hà Giang và Cao Bằng.", [("ministry-flag", None, "ha-giang"), ("ministry-flag", None, "cao-bang")]),
        ("{}: đứng thứ nhì là Sở Công Thương Cao Bằng.", [("second", None, "cao-bang")]),
        ("Sở Công Thương Hà Giang được {} suy tôn, đề nghị tặng Cờ thi đua năm 2023.", [("flag", 2023, "ha-giang")]),
    ),
)  # fmt: skip
def test_awards(sentence: str, found: list[tuple[object, ...]]) -> None:
    assert awards(sentence.format(THREE)) == found


@pytest.mark.parametrize(
    "sentence",
    (
        "Tại hội thao {}, đội bóng chuyền Hà Giang giành giải Nhất.",
        "Đơn vị xếp thứ nhất {} sẽ được đề nghị tặng Cờ thi đua.",
        "UBND tỉnh Hà Giang trao Cờ thi đua của tỉnh; {} tới dự.",
        "Đợt thi đua thứ nhất của {} bắt đầu tại Hà Giang.",
    ),
)
def test_no_award(sentence: str) -> None:
    assert awards(sentence.format(THREE)) == []
