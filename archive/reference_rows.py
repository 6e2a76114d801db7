"""The reference data as rows of `archive.db`: provinces, decisions, emulation clusters, their members and leaders."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from archive.records import Reference

Rows: TypeAlias = list[Mapping[str, Any]]


def reference_rows(reference: Reference) -> dict[str, Rows]:
    """The rows by table, parents before their children."""
    provinces: Rows = [
        {
            "id": one.id,
            "name": one.name,
            "full_name": one.full_name,
            "code": one.code,
            "level": one.level,
            "region": one.region,
            "valid_from": one.valid_from,
            "valid_until": one.valid_until,
            "successor_id": one.successor,
            "variants": _json(one.variants),
        }
        for one in reference.provinces.values()
    ]
    decisions: Rows = [
        {"id": one.id, "number": one.number, "date": one.date, "issuer": one.issuer, "about": one.about, "source": one.source}
        for one in reference.decisions.values()
    ]
    clusters: Rows = [
        {
            "id": one.id,
            "name": f"Cụm thi đua số {one.roman}",
            "scheme": one.scheme,
            "number": int(one.number),
            "roman": one.roman,
            "decision_id": one.decision,
            "valid_from": one.valid_from,
            "valid_until": one.valid_until,
            "region_names": _json(one.names),
            "member_count": one.member_count,
            "source": one.source,
        }
        for one in reference.clusters.values()
    ]
    members: Rows = [
        {"cluster_id": one.id, "province_id": province, "decision_id": one.decision}
        for one in reference.clusters.values()
        for province in one.members
    ]
    leaders: Rows = [
        {"id": one.id, "cluster_id": one.cluster, "year": one.year, "role": one.role, "province_id": one.province, "source": one.source}
        for one in reference.leaders.values()
    ]
    return {"provinces": provinces, "decisions": decisions, "clusters": clusters, "cluster_members": members, "cluster_leaders": leaders}


def _json(values: tuple[str, ...]) -> str:
    return json.dumps(values, ensure_ascii=False)
