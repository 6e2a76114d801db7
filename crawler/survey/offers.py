"""What a site offers to be found by: WordPress's REST interface, feeds, sitemaps. Only what was seen to name articles goes in the file."""

from collections.abc import Callable
from urllib.parse import urljoin

from crawler.discovery import Signs
from crawler.discovery.rest import first_page
from crawler.probe import NotFetched
from crawler.survey.draft import Draft
from crawler.survey.signposts import signs_of
from crawler.urls import resolved

REST = ("/wp-json/wp/v2/posts", "/?rest_route=/wp/v2/posts")
SITEMAP = "/sitemap.xml"


def _signpost(look: Draft, kind: str, url: str) -> Signs | None:
    try:
        return signs_of(kind, look.probe.get(url), look.site)
    except (NotFetched, ValueError):  # UnreadableSignpost, or an address in it that is none
        return None


def rest(look: Draft) -> None:
    offered = [str(one).rstrip("/") + "/wp/v2/posts" for one in look.home.tree.xpath("//link[@rel='https://api.w.org/']/@href")]
    usual = REST if look.own["family"] == "wordpress" else ()
    for url in dict.fromkeys(resolved(look.site.home, one) for one in (*offered, *usual)):
        signs = _signpost(look, "rest", first_page(url))
        if signs and signs.pointers:
            look.discovery["rest"] = [look.path(url)]
            look.settle()
            look.found.append(f"REST: {look.path(url)}, {signs.total} posts")
            return
    if look.own["family"] == "wordpress":
        look.missing.append("REST interface")


def feeds(look: Draft) -> None:
    """The family's usual feed where it works, else the first that the page offers."""
    offered = look.home.tree.xpath("//link[contains(concat(' ', @rel, ' '), ' alternate ')][contains(@type, 'rss') or contains(@type, 'atom')]/@href")
    news = [resolved(look.home.url, str(one)) for one in offered if "comment" not in str(one)]
    _proved(look, "feeds", "feed", look.site.discovery.feeds, news, lambda signs: f"{len(signs.pointers)} articles")


def sitemaps(look: Draft) -> None:
    named = [*look.probe.robots(look.site.home).sitemaps]
    usual = look.site.discovery.sitemaps

    def said(signs: Signs) -> str:
        parts = sum(one.kind == "sitemap" for one in signs.pointers)
        return f"an index of {parts}" if parts else f"{len(signs.pointers)} articles"

    _proved(look, "sitemaps", "sitemap", usual, named or [urljoin(look.site.home, SITEMAP)], said)


def _proved(look: Draft, key: str, kind: str, usual: list[str], offered: list[str], said: Callable[[Signs], str]) -> None:
    """Put in the file the signpost that was seen to work, or none; nothing where the family's own does."""
    defaults = [urljoin(look.site.home, one) for one in usual]
    ordered = [one for one in offered if one in defaults] or [*offered[:1], *defaults]
    for url in dict.fromkeys(ordered):
        signs = _signpost(look, kind, url)
        if signs and signs.pointers:
            if url not in defaults or len(usual) > 1:
                look.discovery[key] = [look.path(url)]
            look.settle()
            look.found.append(f"{kind}: {look.path(url)}, {said(signs)}")
            return
    if usual:
        look.discovery[key] = []
        look.settle()
    look.missing.append(f"{kind}{': none that names articles' if offered or usual else ''}")
