"""What a verification has looked at and what it found: breaks, each once, and what is worth saying but no break. Prints nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

EXAMPLES = 5  # named of each note

PUT_BACK = "Put the file back from a backup. Until then what was read of it stands in archive.db only: do not rebuild"
INDEX_AGAIN = "Move captures.db away: `congthuong rebuild` makes it again from the WARC files"
REBUILD = "`congthuong rebuild` makes it again from the captures"
REMAKE = "Move it away with its -wal and -shm: `congthuong rebuild` makes it again from the captures"


@dataclass(frozen=True, slots=True)
class Break:
    """A link of the chain that does not hold. Where one thing explains another, only the first is a break."""

    link: str  # file, record, index, capture, article, version, mention, claim, address, search, foreign key, derived, database, site
    place: str
    trouble: str
    way_out: str


@dataclass(slots=True)
class Note:
    """Something that is no break: how often, and a few examples."""

    way_out: str
    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Findings:
    """Grows while the verification goes on. `progress` is called with what was looked at, and how many of it."""

    progress: Callable[[str, int], object] = lambda *_: None
    checked: Counter[str] = field(default_factory=Counter)
    breaks: list[Break] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)
    _named: set[tuple[str, str]] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        return not self.breaks

    def count(self, what: str, times: int = 1) -> None:
        self.checked[what] += times
        self.progress(what, times)

    def broken(self, link: str, place: str, trouble: str, way_out: str) -> None:
        """Name a break; a second one of the same link at the same place is the same seen from elsewhere."""
        if (link, place) not in self._named:
            self._named.add((link, place))
            self.breaks.append(Break(link, place, trouble, way_out))

    def names(self, link: str, place: str) -> bool:
        return (link, place) in self._named

    def note(self, what: str, example: str, way_out: str, times: int = 1) -> None:
        note = self.notes.setdefault(what, Note(way_out))
        note.count += times
        if len(note.examples) < EXAMPLES and example not in note.examples:
            note.examples.append(example)

    @property
    def said(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "whole": self.whole,
            "checked": dict(self.checked),
            "breaks": [asdict(one) for one in self.breaks],
            "notes": {what: asdict(note) for what, note in self.notes.items()},
        }
