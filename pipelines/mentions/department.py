"""Departments of industry and trade (Sở Công Thương) named with their province. Those of other sectors, and "the Department" alone, are none."""

from archive.records import Mention
from pipelines.context import Context
from pipelines.mentions.lists import runs
from pipelines.mentions.words import Prepared

_STEMS = ("sở công thương", "sct ")


def find(prepared: Prepared, context: Context) -> tuple[Mention, ...]:
    """In an enumeration that shares its beginning each name alone is the mention. The entity is the province's id."""
    del context
    found = []
    for words in prepared.fields:
        if not any(stem in words.folded for stem in _STEMS):
            continue
        for named in (one for run in runs(prepared, words) for one in run if one.is_department):
            start, rule = (named.start, "name") if named.own else (named.province.start, "list")
            quote = words.printed[start : named.end]
            found.append(Mention(words.field, start, named.end, quote, "department", rule, entity=named.province.entity))
    return tuple(found)
