"""Mentions: what an article names, with offsets, and what it claims of clusters. Reads an `Article`; touches no network.

A kind of mention is a module with `find(prepared, context)` and a line in `FINDERS`. `words` prepares the text, `names`, `numbers` and
`spots` are its grammar, `cues` and `whose` decide whose a cluster is, `claims` reads who is in it and who leads it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from archive.records import Article, Claim, Mention
from pipelines.context import Context
from pipelines.mentions import claims, cluster, decision, department, province
from pipelines.mentions.words import Prepared, prepare

Finder: TypeAlias = Callable[[Prepared, Context], tuple[Mention, ...]]

# In this order: a finder sees what those before it have found.
FINDERS: tuple[Finder, ...] = (cluster.find, decision.find, province.find, department.find)


def find(article: Article, context: Context) -> tuple[tuple[Mention, ...], tuple[Claim, ...]]:
    """All mentions in order, the title's first, and the claims. `article.text` is NFC; entities come from `context.reference`."""
    prepared = prepare(article)
    for finder in FINDERS:
        prepared.found.extend(finder(prepared, context))
    mentions = tuple(_placed(prepared, one) for one in sorted(prepared.found, key=lambda one: (one.field != "title", one.start, one.end)))
    return mentions, claims.find(prepared, mentions)


def _placed(prepared: Prepared, mention: Mention) -> Mention:
    """With the numbers of its paragraph and its sentence."""
    words = prepared.title if mention.field == "title" else prepared.text
    return replace(mention, paragraph=words.paragraphs.number(mention.start), sentence=words.sentences.number(mention.start))
