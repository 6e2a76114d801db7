"""The article the project began with, and one of our own in its shape: title, text, author, and not a line of the furniture around it.

Reading only; its mentions are in test_pipelines_mentions.
"""

import unicodedata
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest

from archive.records import Article, Author, Byline, Reading
from congthuong.demo.samples import sample_sites
from pipelines.context import Context
from pipelines.read import read_html
from pipelines.reading.dates import VIETNAM

SEED = Path(__file__).parents[2] / "shared" / "seed" / "seed-article.txt"
SHAPED = Path(__file__).parent / "fixtures" / "seed_shaped.html"
URL = "https://sct.example.gov.vn/cum-thi-dua-to-chuc-hoi-nghi/"
FETCHED = datetime(2024, 6, 3, tzinfo=UTC)
FURNITURE = (
    "Chia sẻ",
    "BÀI VIẾT CÙNG CHUYÊN MỤC",
    "Bài viết mới",
    "View Counter",
    "005207",
    "003318",
    "Views",
    "Language",
    "Skip to content",
    "admin",
)
FIRST, LAST = "Ngày 17/02/2023, Bộ Công Thương đã ban hành", "góp phần nâng cao sức khỏe để học tập, lao động và công tác./."
SHELL = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="author" content="admin"></head><body class="single"><div class="clock">Thứ Hai, 03/06/2024</div>
<div class="entry-header"><h1 class="entry-title">{title}</h1><span class="posted-on">15/01/2024 - 08:30</span></div>
<div class="entry-content">{inside}</div><div class="widgets">{outside}</div></body></html>"""


def read(page: str, context: Context | None) -> Article:
    reading = read_html(page, URL, context=context, fetched_at=FETCHED)
    assert isinstance(reading, Reading), reading
    return reading.article


def wordpress() -> Context:
    return sample_sites()["demo-bac-kan"].context()


@pytest.fixture
def seed() -> list[str]:
    if not SEED.exists():
        pytest.skip(f"{SEED} is not here: the seed document is kept beside the repository, not in it")
    return [" ".join(unicodedata.normalize("NFC", line).split()) for line in SEED.read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.mark.parametrize("furniture", ("inside", "outside"))
@pytest.mark.parametrize("tag", ("p", "div"))
@pytest.mark.parametrize("by", ("layout", "generic"))
def test_the_seed(seed: list[str], furniture: str, tag: str, by: str) -> None:
    title, lines = seed[0], seed[1:]
    end = lines.index("Nông Thảo") + 1
    parts = [f"<{tag}>{escape(line)}</{tag}>" for line in lines]
    inside, outside = (parts, []) if furniture == "inside" else (parts[:end], parts[end:])
    page = SHELL.format(title=escape(title), inside="\n".join(inside), outside="\n".join(outside))
    article = read(page, wordpress() if by == "layout" else None)
    assert article.title == title
    assert article.text.startswith(FIRST)
    assert article.text.endswith(LAST)
    assert article.text.split("\n") == lines[: end - 1]
    assert article.byline == Byline("Nông Thảo", (Author("Nông Thảo"),))
    assert not [line for line in FURNITURE if line in article.text]
    if by == "layout":
        assert article.published_at == datetime(2024, 1, 15, 8, 30, tzinfo=VIETNAM)


def test_one_of_our_own_in_its_shape() -> None:
    article = read(SHAPED.read_text(encoding="utf-8"), wordpress())
    assert article.title == "Cụm thi đua số V ký kết giao ước và phát động phong trào thi đua năm 2024"
    assert article.byline == Byline("Bế Thị Loan", (Author("Bế Thị Loan"),))
    assert article.published_at == datetime(2024, 3, 6, 9, 15, tzinfo=VIETNAM)
    assert article.category == "Thi đua – Khen thưởng"
    assert len(article.text.split("\n")) == 4
    assert article.text.startswith("Thực hiện Quyết định số 309/QĐ-BCT ngày 17/02/2023 của Bộ Công Thương")
    assert "sáng 05/3/2024 tại trụ sở Sở, Cụm thi đua số V đã họp" in article.text
    assert article.text.endswith("khép lại phiên họp trong không khí đoàn kết./.")
    assert not [line for line in FURNITURE if line in article.text]
    assert [one for one in article.evidence if one.doubt] == []
