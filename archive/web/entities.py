"""The pages of what articles are about or come from: cluster, decision, province, author, department. Reads only."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from archive.web import timeline
from archive.web.queries import by_id, by_year_newest_first, count, counted_of, facts_of, listing_names, mentioning, newest, rows, told_of

MOST = 12  # authors, categories, clusters on the page of a province
OTHERS = """
SELECT clusters.id, clusters.name, valid_from, valid_until, decisions.number AS decision FROM clusters JOIN decisions ON decisions.id = decision_id
WHERE clusters.id <> ? AND scheme = ? AND clusters.number = ? ORDER BY valid_from"""
LOGGED = 5  # visits, and events, shown on the page of a department


def cluster(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    found = by_id(conn, "clusters", key)
    members = (
        "SELECT provinces.id, provinces.name, now.id AS successor_id, now.name AS successor FROM cluster_members"
        " JOIN provinces ON provinces.id = province_id LEFT JOIN provinces AS now ON now.id = provinces.successor_id"
        " WHERE cluster_id = ? ORDER BY provinces.id"
    )
    leaders = (
        "SELECT year, role, provinces.id, name, source FROM cluster_leaders JOIN provinces ON provinces.id = province_id WHERE cluster_id = ?"
        " ORDER BY year DESC, role DESC"
    )
    known, led, claimed = rows(conn, members, key), rows(conn, leaders, key), facts_of(conn, key)
    events, awards = told_of(conn, key, "event"), told_of(conn, key, "award")
    member_years, told_members = timeline.members(known, claimed)
    return {
        "cluster": found,
        "decision": by_id(conn, "decisions", found["decision_id"]),
        "members": known,
        "member_years": member_years,
        "told_members": told_members if member_years else [],
        "leaders": led,
        "claims": claimed,
        "timeline": timeline.timeline(led, claimed, events, awards),
        "undated": [row for row in (*events, *awards) if not row["year"]],
        "same_number": rows(conn, OTHERS, key, found["scheme"], found["number"]),
        "years": by_year_newest_first(counted_of(conn, "cluster/year", key)),
        "writing": _most(conn, counted_of(conn, "cluster/province", key), "provinces"),
        **mentioning(conn, key),
        **listing_names(conn),
    }


def _most(conn: sqlite3.Connection, counts: Mapping[str, int], table: str | None = None) -> list[tuple[str, str, int]]:
    """The first of them: name, id and articles; names from a table where the keys are ids of it."""
    names = {} if table is None else dict(conn.execute(f"SELECT id, name FROM {table}").fetchall())  # noqa: S608 only names of this module
    return [(names.get(key, key), key, articles) for key, articles in list(counts.items())[:MOST]]


def decision(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    clusters = "SELECT id, name, region_names, member_count FROM clusters WHERE decision_id = ? ORDER BY number"
    return {
        "decision": by_id(conn, "decisions", key),
        "clusters": [{**row, "articles": count(conn, "entity", row["id"])} for row in rows(conn, clusters, key)],
        **mentioning(conn, key),
        **listing_names(conn),
    }


def province(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    found = by_id(conn, "provinces", key)
    clusters = (
        "SELECT clusters.id, clusters.name, decisions.number AS decision FROM cluster_members JOIN clusters ON clusters.id = cluster_id"
        " JOIN decisions ON decisions.id = clusters.decision_id WHERE province_id = ? ORDER BY clusters.id"
    )
    sites = "SELECT sites.id, sites.name, valid_from FROM site_provinces JOIN sites ON sites.id = site_id WHERE province_id = ? ORDER BY sites.id"
    before = rows(conn, "SELECT id, name FROM provinces WHERE successor_id = ? ORDER BY id", key)
    territory = [key, *(row["id"] for row in before)]
    return {
        "province": found,
        "years": by_year_newest_first(counted_of(conn, "province/year", *territory)),
        "authors": _most(conn, counted_of(conn, "province/author", *territory)),
        "categories": _most(conn, counted_of(conn, "province/category", *territory)),
        "written": _most(conn, counted_of(conn, "province/cluster", *territory), "clusters"),
        "successor": by_id(conn, "provinces", found["successor_id"]),
        "before": before,
        "clusters": rows(conn, clusters, key),
        "departments": rows(conn, sites, key),
        "published": newest(conn, "province_id = ?", key),
        "published_count": count(conn, "province", key),
        **mentioning(conn, key),
        **listing_names(conn),
    }


def author(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    roles = "SELECT role, count(*) AS articles FROM article_authors WHERE author_id = ? GROUP BY role ORDER BY articles DESC, role"
    printed = "SELECT DISTINCT printed FROM article_authors WHERE author_id = ? ORDER BY printed LIMIT 20"
    return {
        "author": by_id(conn, "authors", key),
        "roles": rows(conn, roles, key),
        "printed": [row["printed"] for row in rows(conn, printed, key)],
        "years": by_year_newest_first(counted_of(conn, "author/year", key)),
        "written": newest(conn, "id IN (SELECT article_id FROM article_authors WHERE author_id = ?)", key),
        **listing_names(conn),
    }


def site(conn: sqlite3.Connection, key: str) -> Mapping[str, Any]:
    provinces = (
        "SELECT provinces.id, name, site_provinces.valid_from FROM site_provinces JOIN provinces ON provinces.id = province_id"
        " WHERE site_id = ? ORDER BY site_provinces.valid_from"
    )
    return {
        "site": by_id(conn, "sites", key),
        "provinces": rows(conn, provinces, key),
        "runs": rows(conn, f"SELECT * FROM runs WHERE site_id = ? ORDER BY started_at DESC LIMIT {LOGGED}", key),  # noqa: S608 a number of ours
        "events": rows(conn, f"SELECT * FROM site_events WHERE site_id = ? ORDER BY day DESC, kind LIMIT {LOGGED}", key),  # noqa: S608 a number of ours
        "failures": rows(conn, "SELECT reason, count(*) AS pages FROM failures WHERE site_id = ? GROUP BY reason ORDER BY pages DESC, reason", key),
        "coverage": rows(conn, "SELECT section, claimed, held FROM coverage WHERE site_id = ? ORDER BY section", key),
        "years": by_year_newest_first(counted_of(conn, "site/year", key)),
        "published": newest(conn, "site_id = ?", key),
        "published_count": count(conn, "site", key),
        **listing_names(conn),
    }
