"""What an article says of a cluster: who is in it, who leads it, its meetings, who came first. Plain phrases only; where unsure, no claim.

A kind of claim is a module here with `find(page)`, and a name in `KINDS`.
"""

from archive.records import Claim, Mention
from pipelines.mentions.claims import awards, events, members, roles
from pipelines.mentions.claims.page import open_page
from pipelines.mentions.words import Prepared

KINDS = (members.find, roles.find, events.find, awards.find)


def find(prepared: Prepared, mentions: tuple[Mention, ...]) -> tuple[Claim, ...]:
    """The claims of an article, in order; `mentions` are all that was found in it."""
    if not any(mention.kind in {"cluster", "block"} for mention in mentions):
        return ()
    claims: list[Claim] = []
    before: Mention | None = None
    for words in prepared.fields:
        page = open_page(prepared, words, mentions, before)
        if page.clusters or before:
            claims += sorted((claim for kind in KINDS for claim in kind(page)), key=lambda claim: (claim.start, claim.end))
        before = page.clusters[-1] if page.clusters else before
    return tuple(awards.dated(events.completed(claims, mentions, page)))
