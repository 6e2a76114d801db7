"""Mentions: what an article names, with offsets, and what it claims of clusters. Reads an `Article`; touches no network.

A kind of mention is a module with `find(prepared, context)` and a line in `FINDERS`. `words` prepares the text, `names`, `numbers` and
`spots` are its grammar, `cues` and `whose` decide whose a cluster is, `claims` reads who is in it and who leads it.
"""

from collections.abc import Callable
from typing import TypeAlias

from archive.records import Article, Claim, Mention
from pipelines.context import Context
from pipelines.mentions import claims, cluster, decision, province
from pipelines.mentions.words import Prepared, prepare

Finder: TypeAlias = Callable[[Prepared, Context], tuple[Mention, ...]]

FINDERS: tuple[Finder, ...] = (cluster.find, decision.find, province.find)


def find(article: Article, context: Context) -> tuple[tuple[Mention, ...], tuple[Claim, ...]]:
    """All mentions in order, the title's first, and the claims. `article.text` is NFC; entities come from `context.reference`."""
    prepared = prepare(article)
    found = [mention for finder in FINDERS for mention in finder(prepared, context)]
    mentions = tuple(sorted(found, key=lambda one: (one.field != "title", one.start, one.end)))
    return mentions, claims.find(prepared, mentions)
