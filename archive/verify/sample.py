"""What `--quick` looks at of many: the oldest, the newest, and some drawn from between. The same seed draws the same."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Sample:
    """Of each site so many at either end and so many between, of captures and of articles alike."""

    seed: int
    ends: int = 20
    drawn: int = 60

    def of(self, many: int, name: str) -> list[int]:
        """Numbers from 1 to `many`, in order; `name` makes every site's and every table's draw its own."""
        if many <= 2 * self.ends + self.drawn:
            return list(range(1, many + 1))
        first, last = range(1, self.ends + 1), range(many - self.ends + 1, many + 1)
        between = Random(f"{self.seed} {name}").sample(range(self.ends + 1, many - self.ends + 1), self.drawn)  # noqa: S311 - no secret
        return [*first, *sorted(between), *last]
