"""The reference data: whole, consistent, and no more than what is verified."""

import pickle
from collections import Counter

from archive.reference import load_reference

REFERENCE = load_reference()
OLD = {key: row for key, row in REFERENCE.provinces.items() if row.valid_from is None}
NEW = {key: row for key, row in REFERENCE.provinces.items() if row.valid_from is not None}


def test_both_generations_are_whole() -> None:
    assert (len(OLD), len(NEW)) == (63, 34)
    assert {row.valid_until for row in OLD.values()} == {"2025-06-30"}
    assert {(row.valid_from, row.valid_until, row.successor, row.region) for row in NEW.values()} == {("2025-07-01", None, None, None)}
    assert all(key == row.id and key.endswith("-2025") for key, row in NEW.items())
    assert not any(key.endswith("-2025") for key in OLD)


def test_every_province_of_old_is_part_of_one_of_today() -> None:
    assert {row.successor for row in OLD.values()} == set(NEW)
    merged = Counter(row.successor for row in OLD.values())
    assert Counter(merged.values()) == {1: 11, 2: 17, 3: 6}


def test_mergers() -> None:
    successors = {key: row.successor for key, row in OLD.items()}
    assert successors["bac-kan"] == "thai-nguyen-2025"
    assert successors["ha-giang"] == "tuyen-quang-2025"
    assert successors["lang-son"] == "lang-son-2025"
    assert successors["thua-thien-hue"] == "hue-2025"
    assert successors["ba-ria-vung-tau"] == successors["binh-duong"] == "ho-chi-minh-2025"
    assert successors["phu-yen"] == "dak-lak-2025"


def test_a_code_changes_its_meaning_in_2025() -> None:
    changed = {"lao-cai": ("10", "15", "yen-bai"), "bac-ninh": ("27", "24", "bac-giang"), "quang-tri": ("45", "44", "quang-binh")}
    changed |= {"gia-lai": ("64", "52", "binh-dinh"), "tay-ninh": ("72", "80", "long-an"), "dong-thap": ("87", "82", "tien-giang")}
    changed |= {"an-giang": ("89", "91", "kien-giang")}
    assert {key for key, row in OLD.items() if f"{key}-2025" in NEW and NEW[f"{key}-2025"].code != row.code} == set(changed)
    for key, (before, after, meant) in changed.items():
        assert (OLD[key].code, NEW[f"{key}-2025"].code, OLD[meant].code) == (before, after, after)


def test_a_code_means_one_province_within_its_period() -> None:
    for generation in (OLD, NEW):
        assert len({row.code for row in generation.values()}) == len(generation)


def test_levels_and_regions() -> None:
    cities = {key for key, row in OLD.items() if row.level == "thành phố"}
    assert cities == {"ha-noi", "hai-phong", "da-nang", "ho-chi-minh", "can-tho"}
    assert {row.level for row in REFERENCE.provinces.values()} == {"tỉnh", "thành phố"}
    assert (NEW["hue-2025"].name, NEW["hue-2025"].level) == ("Huế", "thành phố")
    assert Counter(row.region for row in OLD.values()) == {
        "Trung du và miền núi phía Bắc": 14,
        "Đồng bằng sông Hồng": 11,
        "Bắc Trung Bộ và Duyên hải miền Trung": 14,
        "Tây Nguyên": 5,
        "Đông Nam Bộ": 6,
        "Đồng bằng sông Cửu Long": 13,
    }


def test_clusters_of_decision_309() -> None:
    clusters = REFERENCE.clusters
    assert list(clusters) == [f"moit-309-2023-{roman}" for roman in ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi")]
    assert [row.number for row in clusters.values()] == [str(number) for number in range(1, 12)]
    assert {(row.scheme, row.decision, row.valid_from, row.valid_until) for row in clusters.values()} == {
        ("moit", "qd-309-bct-2023", "2023-02-17", "2025-06-30")
    }
    assert all(row.id.endswith(f"-{row.roman.lower()}") and row.source.startswith("https://") for row in clusters.values())


def test_members_are_what_is_verified() -> None:
    members = {key.rsplit("-", 1)[1]: row.members for key, row in REFERENCE.clusters.items() if row.members}
    assert members == {
        "ii": ("hung-yen", "hai-duong"),
        "iii": ("bac-kan", "lang-son", "cao-bang", "ha-giang"),
        "vi": ("thanh-hoa", "nghe-an", "ha-tinh", "quang-binh", "quang-tri", "thua-thien-hue"),
        "xi": ("an-giang", "can-tho", "hau-giang", "bac-lieu", "ca-mau", "kien-giang"),
    }  # the number VII of the Nam Trung Bộ cluster is inferred, so its members are not here
    assert all(one in OLD for row in REFERENCE.clusters.values() for one in row.members)
    assert {row.number: row.member_count for row in REFERENCE.clusters.values() if row.member_count} == {"2": 6, "3": 4, "6": 6}


def test_a_region_name_stands_for_one_cluster() -> None:
    names = [name for row in REFERENCE.clusters.values() for name in row.names]
    assert len(names) == len(set(names))
    assert "Trung du và miền núi phía Bắc" not in names  # fits IV and V as well


def test_decisions() -> None:
    assert [(row.id, row.number, row.date) for row in REFERENCE.decisions.values()] == [
        ("qd-309-bct-2023", "309/QĐ-BCT", "2023-02-17"),
        ("qd-310-bct-2023", "310/QĐ-BCT", "2023-02-17"),
        ("qd-1160-2024", "1160", "2024-05-14"),
    ]
    assert {row.decision for row in REFERENCE.clusters.values()} <= set(REFERENCE.decisions)


def test_leaders_are_of_known_clusters_and_provinces_in_their_years() -> None:
    assert {(row.cluster, row.year, row.role): row.province for row in REFERENCE.leaders.values()} == {
        ("moit-309-2023-ii", 2023, "leader"): "hung-yen",
        ("moit-309-2023-vi", 2023, "leader"): "nghe-an",
        ("moit-309-2023-vi", 2023, "deputy"): "quang-binh",
        ("moit-309-2023-vi", 2024, "leader"): "quang-binh",
    }
    for key, row in REFERENCE.leaders.items():
        assert key == f"{row.cluster}-{row.year}-{row.role}"
        assert row.province in REFERENCE.clusters[row.cluster].members
        assert row.source.startswith("https://")


def test_loaded_once_and_travels() -> None:
    assert load_reference() is REFERENCE
    assert pickle.loads(pickle.dumps(REFERENCE)) == REFERENCE  # noqa: S301 - our own bytes
