"""The facts the archive is read against: provinces of both generations, decisions, emulation clusters and who leads them. Only what is verified."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Protocol, TypeVar

from archive.errors import StorageError
from archive.records import Cluster, Decision, Leader, Province, Reference


class _Keyed(Protocol):
    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=_Keyed)

ABSENT = {"province": {"valid_from": None, "valid_until": None, "successor": None, "region": None}}  # what TOML cannot say


def _load(name: str, key: str, form: Callable[..., Row]) -> Mapping[str, Row]:
    """The rows `[[key]]` of the file, by id, in the order of the file."""
    kept: dict[str, Row] = {}
    for raw in tomllib.loads((files(__name__) / name).read_text("utf-8"))[key]:
        values: dict[str, Any] = ABSENT.get(key, {}) | {field: tuple(value) if isinstance(value, list) else value for field, value in raw.items()}
        try:
            row = form(**values)
        except TypeError as error:
            msg = f"archive/reference/{name}: the row {raw.get('id', raw)!r} has the wrong keys: {error}"
            raise StorageError(msg) from error
        if row.id in kept:
            msg = f"archive/reference/{name}: {row.id!r} stands twice; give one of them another id"
            raise StorageError(msg)
        kept[row.id] = row
    return kept


@cache
def load_reference() -> Reference:
    """All of the reference data, read once."""
    return Reference(
        provinces=_load("provinces.toml", "province", Province),
        decisions=_load("decisions.toml", "decision", Decision),
        clusters=_load("clusters.toml", "cluster", Cluster),
        leaders=_load("leaders.toml", "leader", Leader),
    )
