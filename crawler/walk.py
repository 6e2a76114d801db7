"""The way over the pages of one listing: where it goes next, when it is over, and where a walk that was broken off goes on. Pure."""

from dataclasses import dataclass, replace

from crawler.discovery import Signs, Step
from crawler.frontier_form import Reached, Row

NOT_FOUND, GONE = 404, 410


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk so far. `reached` is where an earlier one was broken off: its articles are known, so this one may leap there."""

    steps: tuple[Step, ...]  # asked for in this run, the page at hand last
    pages: int = 1  # how many pages deep that is
    met: int = 0  # articles met on the pages before it
    before: tuple[str, ...] = ()  # the articles of the page before
    reached: Reached | None = None

    @classmethod
    def of(cls, row: Row) -> "Walk":
        return cls((Step(row.url),), reached=row.reached)

    @property
    def here(self) -> Reached:
        return Reached(self.steps[-1], self.pages, self.met)

    def is_past_last(self, status: int, url: str) -> bool:
        """A page past the last is missing, or leads back to a page seen before."""
        led_back = not self.steps[-1].body and Step(url) in self.steps[:-1]
        return len(self.steps) > 1 and (status in {NOT_FOUND, GONE} or led_back)

    def onward(self, signs: Signs, *, news: bool, known: bool) -> "Walk | None":
        """The walk with its next page; None when it is over.

        `news`: the page at hand names something that the listing has not named before. `known`: the listing was once walked to its end, so what
        comes after a page without news is known too.
        """
        left = self.reached
        if left and not news and left.step not in self.steps:
            return Walk((*self.steps, left.step), left.pages, left.met, reached=left)
        broken_off_here = left is not None and left.step == self.steps[-1]
        addresses = tuple(pointer.url for pointer in signs.pointers if pointer.kind == "article")
        stale = not addresses or addresses == self.before or (known and not news and not broken_off_here)
        if stale or signs.next is None or signs.next in self.steps:
            return None
        return replace(self, steps=(*self.steps, signs.next), pages=self.pages + 1, met=self.met + len(addresses), before=addresses)
