"""The pages kept of sites: each folder `tests/sites/<site>/<case>/` is a page as it was answered and the article that reading must make of it.

A case nobody has reviewed yet fails: what was read is written beside it, to be held against the page. Those of the gate (`gate-…`) are scored
instead, in `test_gate.py`.
"""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import UsageError
from crawler.probe import Answer
from crawler.site_files import FAMILIES, load_site, read_site_file, site_ids
from crawler.survey.cases import CASE, GOLDEN, PAGE, check_case, load_case, write_case
from pipelines.layout import Layout
from scoring import FOLDER, GATE, site_of
from test_bad_pages import GOOD, SITE

CASES = sorted(path.parent for path in FOLDER.glob(f"*/*/{CASE}") if not path.parent.name.startswith(GATE))
ANSWER = Answer(
    "http://127.0.0.1/bai/1",
    200,
    (("Content-Type", 'text/html; charset="utf-8"'), ("X-Odd", "a\tb")),
    GOOD.encode(),
    datetime(2024, 3, 13, 1, 2, 3, tzinfo=UTC),
)


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_kept_page_reads_as_reviewed(case: Path) -> None:
    name, _ = load_case(case)
    assert name == case.parent.name, f"{case}: the folder is that of another site than {CASE} says"
    assert (wrong := check_case(case, site_of(case.parent, name))) is None, wrong


def test_every_layout_has_a_page_of_its_day() -> None:
    """A layout nobody has held against a page is a guess."""
    kept = [
        (site_of(path.parent, name), answer) for path, (name, answer) in ((one.parent, load_case(one.parent)) for one in FOLDER.glob(f"*/*/{CASE}"))
    ]
    shown = {site.context().layouts_on(answer.fetched_at.date())[0].model_dump_json() for site, answer in kept}
    own = {f"site {name}": load_site(name).layout for name in site_ids()}
    read = ((path.stem, tomllib.loads(path.read_text(encoding="utf-8"))) for path in FAMILIES.glob("*.toml"))
    of_families = {f"family {name}": [Layout.model_validate(one) for one in said["layout"]] for name, said in read}
    unseen = [
        f"{name}, until {one.valid_until or 'now'}"
        for name, layouts in (of_families | own).items()
        for one in layouts
        if one.model_dump_json() not in shown
    ]
    assert not unseen, f"no folder under {FOLDER} has a fetched_at that selects these layouts; `congthuong read --save-case` makes one"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "trang-mau" / "phien-cho"
    write_case(folder, "trang-mau", ANSWER)
    (tmp_path / "trang-mau.toml").write_text(SITE.format(home="http://127.0.0.1/"), encoding="utf-8")
    return folder


def checked(case: Path) -> str | None:
    return check_case(case, read_site_file(case.parent.parent / "trang-mau.toml"))


def test_a_case_comes_back_as_it_was_answered(case: Path) -> None:
    assert load_case(case) == ("trang-mau", ANSWER)
    assert not (case / GOLDEN).exists()


def test_a_case_without_an_article_fails_once_and_writes_what_it_read(case: Path) -> None:
    said = checked(case)
    assert said is not None
    assert "Review it" in said
    written = json.loads((case / GOLDEN).read_text(encoding="utf-8"))
    assert written["title"] == "Phiên chợ vùng cao mở lại"
    assert written["published_at"] == "2024-03-12 00:00:00+07:00"
    assert written["text"].startswith("Sáng 12/3, phiên chợ")
    assert checked(case) is None


def test_what_is_read_otherwise_is_named(case: Path) -> None:
    checked(case)
    path = case / GOLDEN
    path.write_text(path.read_text(encoding="utf-8").replace("vùng cao mở lại", "vùng thấp mở lại"), encoding="utf-8")
    said = checked(case)
    assert said is not None
    assert "title: 'Phiên chợ vùng cao mở lại' instead of 'Phiên chợ vùng thấp mở lại'" in said
    assert "text" not in said.partition("title")[2]


def test_a_page_that_no_longer_reads_fails_with_the_reason(case: Path) -> None:
    checked(case)
    (case / PAGE).write_text("<html><body><p>Trang đang bảo trì</p></body></html>", encoding="utf-8")
    said = checked(case)
    assert said is not None
    assert "NotAnArticle" in said


@pytest.mark.parametrize("wrong", ("site = 'a'\n", "no toml", 'site = "a"\nurl = "b"\n'))
def test_a_case_that_says_too_little_is_named(case: Path, wrong: str) -> None:
    (case / CASE).write_text(wrong, encoding="utf-8")
    with pytest.raises(UsageError, match="no test case"):
        load_case(case)
