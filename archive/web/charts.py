"""Charts as SVG, drawn here: they need no script, so no page of ours allows one. Beside each stands its table; its text says the same in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 320, 56, 26, 12, 34
LABELS = 10  # of the time axis
STEPS = 6  # of the other, at most


@dataclass(frozen=True, slots=True)
class Line:
    """One province: its name, the number of its style, and its points; a gap begins a new stretch."""

    name: str
    style: int
    stretches: tuple[tuple[tuple[float, float], ...], ...]
    points: tuple[tuple[float, float, str], ...]  # with what is said of each


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    lines: tuple[Line, ...]
    across: tuple[tuple[float, str], ...]  # of the time axis: where, and what
    up: tuple[tuple[float, str], ...]
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def chart(periods: Sequence[str], names: Mapping[str, str], values: Mapping[str, Sequence[float | None]]) -> Chart:
    """Lines over time, from zero up."""
    most = max((one for line in values.values() for one in line if one is not None), default=0)
    step = _step(most)
    top = max(step, -(-most // step) * step)
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    places = [LEFT + wide * (number / max(1, len(periods) - 1)) for number in range(len(periods))]

    def at(value: float) -> float:
        return round(TOP + high * (1 - value / top), 1)

    lines = []
    for number, (key, line) in enumerate(values.items()):
        known = [(round(x, 1), at(value), period, value) for x, value, period in zip(places, line, periods, strict=True) if value is not None]
        stretches, last = list[list[tuple[float, float]]](), -2
        for index, value in enumerate(line):
            if value is not None:
                if index != last + 1:
                    stretches.append([])
                stretches[-1].append((round(places[index], 1), at(value)))
                last = index
        said = tuple((x, y, f"{names[key]}, {period}: {value:g}") for x, y, period, value in known)
        lines.append(Line(names[key], number % 8, tuple(map(tuple, stretches)), said))
    every = max(1, -(-len(periods) // LABELS))
    across = tuple((round(x, 1), period) for number, (x, period) in enumerate(zip(places, periods, strict=True)) if number % every == 0)
    up = tuple((at(step * number), f"{step * number:g}") for number in range(int(top / step) + 1))
    return Chart(WIDTH, HEIGHT, tuple(lines), across, up)


def _step(most: float) -> float:
    """Of the axis: 1, 2 or 5 times a power of ten, so that there are three to six."""
    size = 1.0
    while size * 50 < most:
        size *= 10
    return next((size * one for one in (1, 2, 5, 10, 20) if most / (size * one) <= STEPS), size * 10)


def summary(periods: Sequence[str], names: Mapping[str, str], values: Mapping[str, Sequence[float | None]]) -> list[tuple[str, str, str]]:
    """For each province in words: its name, its highest number, and when that was."""
    told = []
    for key, line in values.items():
        known = [(value, period) for value, period in zip(line, periods, strict=True) if value is not None]
        value, period = max(known, key=lambda one: (one[0], one[1]), default=(0, "–"))
        told.append((names[key], f"{value:g}", period))
    return told
