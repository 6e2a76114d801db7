"""A cluster year by year: what is known and what is told stand side by side, and two tellings are never made one."""

from typing import Any

from archive.web.queries import without_vaguer
from archive.web.timeline import members, timeline


def fact(kind: str, province: str, year: int | None, articles: int = 1) -> dict[str, Any]:
    return {"kind": kind, "province_id": province.lower(), "province": province, "year": year, "articles": articles}


def meeting(what: str, year: int | None, day: str | None = None, place: str | None = None) -> dict[str, Any]:
    return {"what": what, "year": year, "day": day, "place": place, "subject_entity": None}


def test_leaders_known_come_first_and_with_what_articles_say() -> None:
    known = [{"id": "huế", "name": "Huế", "year": 2023, "role": "leader"}]
    facts = [
        fact("leader", "Vinh", 2023, 7),
        fact("leader", "Huế", 2023, 2),
        fact("deputy", "Vinh", 2024),
        fact("member", "Vinh", 2022),
        fact("leader", "X", None),
    ]
    found = timeline(known, facts, [meeting("signing", 2021, "2021-03-01"), meeting("midterm", None)], [])
    assert [one.year for one in found] == [2024, 2023, 2021]
    assert [(row["province"], row["known"], row["articles"]) for row in found[1].led["leader"]] == [("Huế", True, 2), ("Vinh", False, 7)]
    assert [row["province"] for row in found[0].led["deputy"]] == ["Vinh"]
    assert [row["what"] for row in found[2].events] == ["signing"]


def test_members_by_the_year_they_are_named_for() -> None:
    years, rows = members(
        [{"id": "huế", "name": "Huế"}], [fact("member", "Vinh", None, 3), fact("member", "Huế", 2023, 2), fact("member", "Huế", 2024)]
    )
    assert years == [2024, 2023, None]
    assert [(row["name"], row["known"], row["articles"]) for row in rows] == [("Huế", True, {2023: 2, 2024: 1}), ("Vinh", False, {None: 3})]


def test_a_vaguer_telling_gives_way_to_one_that_says_all_of_it_and_more() -> None:
    whole, day, place, nothing = (
        meeting("signing", 2023, d, p) for d, p in (("2023-03-14", "Huế"), ("2023-03-14", None), (None, "Vinh"), (None, None))
    )
    assert without_vaguer([nothing, day, place, whole]) == [place, whole]
    assert without_vaguer([nothing, meeting("signing", 2023, None, "Huế"), whole]) == [whole]
    assert without_vaguer([nothing, meeting("signing", 2022)]) == [nothing, meeting("signing", 2022)]
    assert without_vaguer([day, meeting("signing", 2023, "2023-05-18", "Huế")]) == [day, meeting("signing", 2023, "2023-05-18", "Huế")]
