"""The provinces as a map of tiles, each with its number and a shade: drawn from `tiles.toml`, as SVG whose tiles are links."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil, sqrt
from pathlib import Path
from typing import Any, Literal, TypeAlias

WIDE, HIGH, GAP = 80, 38, 3
SHADES = 5  # and 0 for none
TODAY = "-2025"  # at the end of the ids of the provinces of today

Borders: TypeAlias = Literal["before", "today"]


@dataclass(frozen=True, slots=True)
class Tile:
    id: str
    name: str
    short: str
    x: int
    y: int
    articles: int
    shade: int


@dataclass(frozen=True, slots=True)
class TileMap:
    width: int
    height: int
    tiles: tuple[Tile, ...]
    wide: int = WIDE
    high: int = HIGH


@cache
def _drawn() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("tiles.toml").read_text(encoding="utf-8"))


def places(borders: Borders) -> dict[str, tuple[int, int]]:
    """Column and row of each province, by its id."""
    rows = _drawn()[borders].splitlines()
    end = TODAY if borders == "today" else ""
    return {name + end: (column, row) for row, line in enumerate(rows) for column, name in enumerate(line.split()) if name != "."}


def tile_map(borders: Borders, provinces: Iterable[Mapping[str, Any]], articles: Mapping[str, int]) -> TileMap:
    """Of those `provinces` (rows with id and name) that the map has; a tile's shade goes by the root of its number, so that small ones differ too."""
    where, short = places(borders), _drawn()["short"]
    most = max((articles.get(one, 0) for one in where), default=0)
    tiles = []
    for row in provinces:
        if row["id"] in where:
            column, line = where[row["id"]]
            count = articles.get(row["id"], 0)
            shade = ceil(SHADES * sqrt(count / most)) if count else 0
            name = short.get(row["id"], row["name"])
            tiles.append(Tile(row["id"], row["name"], name, column * (WIDE + GAP), line * (HIGH + GAP), count, shade))
    tiles.sort(key=lambda tile: (tile.y, tile.x))
    width, height = (max((getattr(tile, side) for tile in tiles), default=0) for side in ("x", "y"))
    return TileMap(width + WIDE, height + HIGH, tuple(tiles))
