"""Emulation clusters (Cụm thi đua) and blocks (Khối thi đua): which places name one, whose it is, what a short reference stands for."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from archive.records import Mention, Reference
from pipelines.context import Context
from pipelines.mentions.names import pattern, plain_region
from pipelines.mentions.spots import Spot, find_spots, is_former
from pipelines.mentions.whose import Place, Surroundings, Verdict, attached, by_article, farther, governments, near, surroundings
from pipelines.mentions.words import Prepared
from pipelines.mentions.years import year_of

_ROLE_BEFORE = pattern(r"(?<!\w)cụm (?:trưởng|phó)(?: của)? $")


@dataclass(slots=True)
class _Said:
    """What the article has named so far, to resolve short references; and how far the last false friend is."""

    last: dict[str, Mention] = field(default_factory=dict)  # by kind
    of_scheme: dict[tuple[str, str], Mention] = field(default_factory=dict)  # by kind and scheme
    numbered: dict[tuple[str, str], Mention] = field(default_factory=dict)  # by kind and number
    friend: dict[str, tuple[str, int]] = field(default_factory=dict)  # kind -> (field, start) of the last cụm công nghiệp or khối lượng


def find(prepared: Prepared, context: Context) -> tuple[Mention, ...]:
    spots = tuple(find_spots(words) for words in prepared.fields)
    if not any(spot.form != "friend" for found in spots for spot in found):
        return ()
    fields = tuple(surroundings(words) for words in prepared.fields)
    article = _Article(fields, *_decided(fields, spots), context, prepared.day)
    said = _Said()
    made = (_mention(spot, where, article, said) for where, found in zip(fields, spots, strict=True) for spot in found)
    return tuple(mention for mention in made if mention)


@dataclass(frozen=True, slots=True)
class _Article:
    fields: tuple[Surroundings, ...]
    nearby: dict[tuple[str, int], Verdict | None]  # by field and start, for numbered places
    decided: dict[tuple[str, str], Verdict]  # by kind and number
    context: Context
    day: date | None

    @property
    def departmental(self) -> bool:
        return self.context.site_name.casefold().startswith("sở công thương")


def _decided(
    fields: tuple[Surroundings, ...], spots: tuple[tuple[Spot, ...], ...]
) -> tuple[dict[tuple[str, int], Verdict | None], dict[tuple[str, str], Verdict]]:
    """What is near each place with a number or a region; and for each of these the first verdict so found, what is attached before what is in the
    sentence.
    """
    nearby: dict[tuple[str, int], Verdict | None] = {}
    firsts: dict[tuple[str, str], Verdict] = {}
    last: tuple[str, str] | None = None
    for where, found in zip(fields, spots, strict=True):
        for spot in found:
            key = _same(spot)
            if key is None:
                if spot.form == "brief" and last and last not in firsts and (own := attached(_place(spot), where)):
                    firsts[last] = own  # "Cụm do Hội đồng Thi đua - Khen thưởng Trung ương tổ chức, …"
                continue
            last = key
            place = _place(spot)
            verdict = nearby[where.words.field, spot.start] = near(place, where) or (governments(place, where) if place.regional else None)
            if verdict and (key not in firsts or (firsts[key].rule == "sentence" and verdict.rule != "sentence")):
                firsts[key] = verdict
    return nearby, firsts


def _same(spot: Spot) -> tuple[str, str] | None:
    """What two full mentions of one cluster have in common: its number, or the name of its region."""
    if spot.form == "numbered" and spot.number:
        return spot.kind, spot.number
    return (spot.kind, plain_region(spot.region)) if spot.form == "named" and spot.region else None


def _place(spot: Spot) -> Place:
    return Place(spot.start, spot.end, spot.kind == "block", spot.form == "general", spot.form == "named" and spot.region is not None)


def _mention(spot: Spot, where: Surroundings, article: _Article, said: _Said) -> Mention | None:
    if spot.form == "friend":
        said.friend[spot.kind] = (where.words.field, spot.start)
        return None
    if spot.form in {"bare", "brief"}:
        antecedent = _antecedent(spot, where, said)
        if antecedent:
            return _reference(spot, where, antecedent)
        if spot.form == "brief" and not _stands_alone(spot, where):
            return None
    mention = _judged(spot, where, article)
    if spot.form in {"numbered", "named", "brief"} and not is_former(where.words, spot.start):
        said.last[spot.kind] = said.of_scheme[spot.kind, str(mention.scheme)] = mention
        if mention.number:
            said.numbered[spot.kind, mention.number] = mention
    return mention


def _antecedent(spot: Spot, where: Surroundings, said: _Said) -> Mention | None:
    """The full mention a short one stands for, if there is one and nothing speaks against it."""
    own = None if spot.number else attached(_place(spot), where)
    antecedent = said.numbered.get((spot.kind, spot.number)) if spot.number else said.last.get(spot.kind)
    if own and antecedent and own.scheme != antecedent.scheme:
        antecedent = said.of_scheme.get((spot.kind, own.scheme), antecedent)
    if antecedent is None or (spot.form == "brief" and not spot.number and _befriended(spot, where, antecedent, said)):
        return None
    return None if spot.form == "bare" and own and own.scheme != antecedent.scheme else antecedent


def _befriended(spot: Spot, where: Surroundings, antecedent: Mention, said: _Said) -> bool:
    """Is a cụm công nghiệp of this paragraph nearer than the antecedent? Then a bare "Cụm" may be that."""
    field_name, at = said.friend.get(spot.kind, ("", -1))
    if field_name != where.words.field or (antecedent.field == field_name and antecedent.start > at):
        return False
    if spot.members:
        return False
    small = not where.words.capital(spot.start)
    return small or (not spot.inner and at >= where.words.paragraphs.around(spot.start)[0])


def _stands_alone(spot: Spot, where: Surroundings) -> bool:
    """Does "Cụm XI" name a cluster with no full mention before it? Only where the sentence speaks of emulation or of who holds it."""
    if not spot.number:
        return False
    if not where.words.capital(spot.start):
        return attached(_place(spot), where) is not None
    low, high = where.words.sentences.around(spot.start)
    if "thi đua" in where.words.folded[max(low, spot.start - 200) : min(high, spot.end + 200)] or attached(_place(spot), where):
        return True
    roman = where.words.printed[spot.end - 1] in "IVX"
    role = _ROLE_BEFORE.search(where.words.folded, max(low, spot.start - 20), spot.start)
    if roman and spot.members:
        return True
    return (roman or spot.inner) and (role is not None or next(where.cues.before(spot.start, low), None) is not None)


def _reference(spot: Spot, where: Surroundings, antecedent: Mention) -> Mention:
    return replace(
        antecedent,
        field=where.words.field,
        start=spot.start,
        end=spot.end,
        quote=where.words.printed[spot.start : spot.end],
        rule="reference",
        refers_to=(antecedent.field, antecedent.start),
        year=year_of(where.words, spot.start, spot.end),
    )


def _judged(spot: Spot, where: Surroundings, article: _Article) -> Mention:
    verdict = _verdict(spot, where, article)
    number = spot.number
    if number is None and spot.form == "named" and verdict.scheme == "moit" and spot.region:
        number = _number_of_region(spot.region, article.context.reference)
    return Mention(
        field=where.words.field,
        start=spot.start,
        end=spot.end,
        quote=where.words.printed[spot.start : spot.end],
        kind=spot.kind,
        rule=verdict.rule,
        scheme=verdict.scheme,
        holder=verdict.holder,
        number=number,
        entity=_entity(number, article) if verdict.scheme == "moit" and spot.kind == "cluster" else None,
        year=year_of(where.words, spot.start, spot.end),
    )


def _verdict(spot: Spot, where: Surroundings, article: _Article) -> Verdict:
    place = _place(spot)
    verdict = _weighed(spot, place, where, article)
    # what the provinces of a region have together is not one province's own: their governments' clusters are the state's
    return replace(verdict, scheme="other", holder="UBND") if place.regional and verdict.scheme == "province" else verdict


def _weighed(spot: Spot, place: Place, where: Surroundings, article: _Article) -> Verdict:
    key = (where.words.field, spot.start)
    if verdict := article.nearby[key] if key in article.nearby else near(place, where):
        return verdict
    named = (spot.kind, spot.number) if spot.number else _same(spot)
    if named and (same := article.decided.get(named)):
        return replace(same, rule="same-number" if spot.number else "same-region")
    if verdict := farther(place, where):
        return verdict
    # a region alone is also how the provinces' governments name their clusters, and in general anyone's may be meant
    alone = spot.number is None and spot.form in {"named", "general"}
    return by_article(article.fields, departmental=article.departmental and not alone, place=place)


def _clusters_on(article: _Article) -> Iterator[tuple[str, str]]:
    """(number, id) of the ministry's clusters in force on the day the article came out."""
    day = article.day.isoformat() if article.day else None
    for cluster in article.context.reference.clusters.values():
        if day and cluster.scheme == "moit" and cluster.valid_from <= day and (cluster.valid_until is None or day <= cluster.valid_until):
            yield cluster.number, cluster.id


def _entity(number: str | None, article: _Article) -> str | None:
    return dict(_clusters_on(article)).get(number) if number else None


def _number_of_region(region: str, reference: Reference) -> str | None:
    """The number that the reference data, and not we, give to a region's name."""
    plain = plain_region(region)
    numbers = {cluster.number for cluster in reference.clusters.values() if plain in map(plain_region, cluster.names)}
    return numbers.pop() if len(numbers) == 1 else None
