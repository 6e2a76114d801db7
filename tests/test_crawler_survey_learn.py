"""The form of articles' addresses, learned from some: it must fit others of the site and not its other pages."""

import re

import pytest

from crawler.survey.learn import learn
from pipelines.urls import identity_key

SITE = "https://sct.example.vn"


@pytest.mark.parametrize(
    ("articles", "unseen", "key", "unlike"),
    (
        (("/doc-bai/15", "/doc-bai/16", "/doc-bai/108"), "/doc-bai/7", "#7", "/doc-bai/"),
        (
            ("/tin-tuc/phien-cho-mo-lai-12.html", "/tin-tuc/mua-vu-moi-13.html", "/thong-bao/nghi-le-20.html"),
            "/xuc-tien/hoi-cho-2024-99.html",
            "#99",
            "/gioi-thieu/co-cau.html",
        ),
        (("/vn/a-b--1.phtml", "/vn/c-d--2.phtml", "/vn/e--33.phtml"), "/vn/f-g--4.phtml", "#4", "/en/f-g--4.phtml"),
        (("/tin/n1.html", "/tin/n2.html", "/tin/n3.html"), "/tin/n421.html", "#421", "/tin/m421.html"),
        (
            ("/default.aspx?page=news&do=detail&id=4", "/default.aspx?page=news&do=detail&id=5", "/default.aspx?page=news&do=detail&id=6"),
            "/default.aspx?id=458&do=detail&page=news",
            "#458",
            "/default.aspx?page=news&do=list&id=4",
        ),
        (
            ("/bai/phien-cho-vung-cao-mo-lai", "/bai/hoi-cho-mua-xuan-nam-moi", "/bai/thong-bao-nghi-le-quoc-khanh"),
            "/bai/mot-bai-khac-nua-day",
            "/bai/mot-bai-khac-nua-day",
            "/lien-he",
        ),
        (("/x/mot.html", "/x/hai.html", "/x/ba.html"), "/x/bon.html", "/x/bon.html", "/y/bon.html"),
    ),
)
def test_a_form_is_learned(articles: tuple[str, ...], unseen: str, key: str, unlike: str) -> None:
    learned = learn([SITE + one for one in articles], [SITE + unlike])
    assert learned is not None
    assert all(re.search(learned.article, one) for one in (*articles, unseen))
    assert not re.search(learned.article, unlike)
    assert identity_key(SITE + unseen, learned.identity) == key


@pytest.mark.parametrize(
    ("articles", "others"),
    (
        ((), ()),
        (("/doc-bai/15", "/doc-bai/16"), ()),  # two are no form
        (("/doc-bai/15", "/doc-bai/15", "/doc-bai/15"), ()),
        (("/doc-bai/15", "/doc-bai/16", "/doc-bai/17"), ("/doc-bai/1",)),  # another page of that form
        (("/tin", "/bai", "/van"), ()),  # nothing tells them from any page
        (("/a?x=1", "/a?y=2", "/b?z=3"), ()),
    ),
)
def test_no_form_is_better_than_one_that_fits_all(articles: tuple[str, ...], others: tuple[str, ...]) -> None:
    assert learn([SITE + one for one in articles], [SITE + one for one in others]) is None


def test_the_form_of_most_is_taken() -> None:
    many = [f"{SITE}/tin/bai-{n}.html" for n in range(5)]
    learned = learn([f"{SITE}/x/1", *many, f"{SITE}/x/2", f"{SITE}/x/3"])
    assert learned is not None
    assert all(re.search(learned.article, one.removeprefix(SITE)) for one in many)
    assert not re.search(learned.article, "/x/1")
