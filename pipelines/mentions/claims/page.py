"""One field of an article as the kinds of claims see it: its clusters and blocks in particular, its provinces as enumerated, its sentences."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date

from archive.records import Claim, Mention
from pipelines.mentions.lists import OFFICE, SHARED, Named, runs
from pipelines.mentions.names import pattern
from pipelines.mentions.spots import is_former
from pipelines.mentions.words import Prepared, Words, fold

_SHARES = pattern(rf"(?:{SHARED}|các |{OFFICE}: ?|{OFFICE} (?:tỉnh |thành phố )?)?")
_BARE = ("cụm thi đua", "khối thi đua")
_SEVERAL = pattern(r"(?<!\w)(?:các|những|mỗi|từng|nhiều|mọi|chia) $")
NEAR = 700  # characters of a sentence that are looked at on either side: no text makes asking dear


@dataclass(frozen=True, slots=True)
class Page:
    words: Words
    runs: tuple[tuple[Named, ...], ...]
    run_starts: tuple[int, ...]
    clusters: tuple[Mention, ...]  # in particular
    cluster_starts: tuple[int, ...]
    before: Mention | None  # the last cluster of the field before this one
    day: date | None  # on which the article came out

    @property
    def folded(self) -> str:
        return self.words.folded

    def sentence(self, offset: int) -> tuple[int, int]:
        """Where the sentence around `offset` begins and ends; of an endless one what is near."""
        low, high = self.words.sentences.around(offset)
        return max(low, offset - NEAR), min(high, offset + NEAR)

    def last_cluster(self, offset: int) -> Mention | None:
        """The last one that begins before `offset`, in this field or the one before."""
        index = bisect_left(self.cluster_starts, offset)
        return self.clusters[index - 1] if index else self.before

    def next_cluster(self, offset: int) -> Mention | None:
        index = bisect_left(self.cluster_starts, offset)
        return self.clusters[index] if index < len(self.clusters) else None

    def cluster_in(self, low: int, high: int, near: int) -> Mention | None:
        """Of a stretch: the last one before `near`, else the first after it."""
        last, following = self.last_cluster(near), self.next_cluster(near)
        if last and last.field == self.words.field and last.start >= low:
            return last
        return following if following and following.start < high else None

    def spoken_of(self, low: int, high: int, near: int) -> Mention | None:
        """The cluster that a phrase at `near` is about: one of its sentence, else the last that was spoken of."""
        return self.cluster_in(low, high, near) or self.last_cluster(near)

    def run_before(self, offset: int, low: int) -> tuple[Named, ...] | None:
        """What stands between `low` and `offset` of the last enumeration, or province alone; None where nothing does."""
        index = bisect_right(self.run_starts, offset)
        return tuple(one for one in self.runs[index - 1] if low <= one.start and one.end <= offset) or None if index else None

    def run_after(self, offset: int, high: int) -> tuple[Named, ...] | None:
        """The first enumeration, or province alone, that begins at or after `offset`, before `high`."""
        index = bisect_left(self.run_starts, offset)
        return self.runs[index] if index < len(self.runs) and self.run_starts[index] < high else None

    def runs_between(self, low: int, high: int) -> tuple[tuple[Named, ...], ...]:
        """Those that begin in a stretch."""
        return self.runs[bisect_left(self.run_starts, low) : bisect_left(self.run_starts, high)]

    def run_at(self, offset: int, high: int) -> tuple[Named, ...] | None:
        """The enumeration, or province alone, whose names begin right at `offset`, but for what they share: "các Sở Công Thương: "."""
        run = self.run_after(offset, high)
        return run if run and _SHARES.fullmatch(self.folded, offset, run[0].start) else None

    def cluster_beside(self, named: Named) -> Mention | None:
        """The cluster in brackets right behind a name of an enumeration: "Nghệ An (Cụm VI)"."""
        cluster = self.next_cluster(named.end)
        return cluster if cluster and self.folded[named.end : cluster.start] == " (" else None

    def claim(self, kind: str, cluster: Mention, named: Named | tuple[int, int], span: tuple[int, int], **said: str | int | None) -> Claim:
        """`named`: whom it is about, or the words that say it; `span`: all that says it."""
        start, end = (named.start, named.end) if isinstance(named, Named) else named
        printed = self.words.printed
        return Claim(
            kind=kind,
            entity=cluster.entity,
            subject=printed[start:end],
            subject_entity=named.province.entity if isinstance(named, Named) else None,
            field=self.words.field,
            start=min(span[0], start),
            end=max(span[1], end),
            quote=printed[min(span[0], start) : max(span[1], end)],
            mention=(cluster.field, cluster.start),
            **said,  # type: ignore[arg-type]
        )


def open_page(prepared: Prepared, words: Words, mentions: tuple[Mention, ...], before: Mention | None) -> Page:
    enumerated = runs(prepared, words)
    here = (mention for mention in mentions if mention.field == words.field)
    clusters = tuple(mention for mention in here if mention.kind in {"cluster", "block"} and _in_particular(mention, words))
    return Page(
        words=words,
        runs=enumerated,
        run_starts=tuple(run[0].start for run in enumerated),
        clusters=clusters,
        cluster_starts=tuple(mention.start for mention in clusters),
        before=before,
        day=prepared.day,
    )


def _in_particular(mention: Mention, words: Words) -> bool:
    """One cluster, not clusters in general ("11 Cụm thi đua", "các Cụm thi đua")."""
    if is_former(words, mention.start):
        return False
    if mention.number or mention.refers_to:
        return True
    quote = fold(mention.quote)
    return not quote.endswith("thi đua") or (
        words.field == "text" and quote in _BARE and not _SEVERAL.search(words.folded, max(0, mention.start - 8), mention.start)
    )
