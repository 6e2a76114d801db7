"""Decisions: what is cited, its number in a normal form, and whether the reference data knows it."""

from datetime import datetime

import pytest

from archive.records import Article, Mention
from archive.reference import load_reference
from pipelines.context import Context
from pipelines.mentions import find

CONTEXT = Context(reference=load_reference())


def decisions(text: str) -> list[Mention]:
    article = Article("s", "u", "", text, "", published_at=datetime.fromisoformat("2024-03-01T00:00:00+07:00"))
    return [one for one in find(article, CONTEXT)[0] if one.kind == "decision"]


@pytest.mark.parametrize(
    ("sentence", "quote", "number", "entity", "rule"),
    (
        ("Theo Quyết định số 309/QĐ-BCT ngày 17/02/2023 của Bộ.", "Quyết định số 309/QĐ-BCT", "309/QĐ-BCT", "qd-309-bct-2023", "number-and-date"),
        ("Quyết định số 309/QĐ-BCT ngày 17 tháng 02 năm 2023.", "Quyết định số 309/QĐ-BCT", "309/QĐ-BCT", "qd-309-bct-2023", "number-and-date"),
        ("Theo Quyết định 309/QĐ-BCT của Bộ.", "Quyết định 309/QĐ-BCT", "309/QĐ-BCT", "qd-309-bct-2023", "number"),
        ("QUYẾT ĐỊNH SỐ: 309/QĐ-BCT", "QUYẾT ĐỊNH SỐ: 309/QĐ-BCT", "309/QĐ-BCT", "qd-309-bct-2023", "number"),
        ("Quyết định số 309 /QÐ – BCT của Bộ.", "Quyết định số 309 /QÐ – BCT", "309/QĐ-BCT", "qd-309-bct-2023", "number"),
        ("(QĐ số 310/QĐ-BCT)", "QĐ số 310/QĐ-BCT", "310/QĐ-BCT", "qd-310-bct-2023", "number"),
        ("Quyết định số 309/QĐ-BCT ngày 18/02/2023.", "Quyết định số 309/QĐ-BCT", "309/QĐ-BCT", None, "number-and-date"),
        ("Quyết định số 309/QĐ-BCT ngày 31/02/2023.", "Quyết định số 309/QĐ-BCT", "309/QĐ-BCT", "qd-309-bct-2023", "number"),
        ("Quyết định số 309/QĐ-UBND ngày 17/02/2023.", "Quyết định số 309/QĐ-UBND", "309/QĐ-UBND", None, "number-and-date"),
        ("Quyết định số 1160 ngày 14/5/2024 của Bộ trưởng.", "Quyết định số 1160", "1160", "qd-1160-2024", "number-and-date"),
        ("Quyết định số 1160/QĐ-BCT ngày 14/05/2024.", "Quyết định số 1160/QĐ-BCT", "1160/QĐ-BCT", "qd-1160-2024", "number-and-date"),
        ("Quyết định số 1160 của Bộ trưởng.", "Quyết định số 1160", "1160", None, "number"),
        ("Quyết định số 19/2025/QĐ-TTg ngày 30/6/2025.", "Quyết định số 19/2025/QĐ-TTg", "19/2025/QĐ-TTg", None, "number-and-date"),
        ("Quyết định số 57/QĐ-SCT của Giám đốc Sở.", "Quyết định số 57/QĐ-SCT", "57/QĐ-SCT", None, "number"),
    ),
)
def test_cited(sentence: str, quote: str, number: str, entity: str | None, rule: str) -> None:
    (one,) = decisions(sentence)
    assert (one.quote, one.number, one.entity, one.rule) == (quote, number, entity, rule)


@pytest.mark.parametrize(
    "sentence",
    (
        "Theo Quyết định, Bộ Công Thương phân chia các nhóm.",
        "Hội đồng quyết định 3 nội dung.",
        "Nghị quyết số 202/2025/QH15 và Thông tư số 05/2024/TT-BCT.",
        "Quyết định số lượng đại biểu.",
        "Văn bản số 309/BCT-TĐKT của Bộ.",
    ),
)
def test_not_cited(sentence: str) -> None:
    assert decisions(sentence) == []
