"""Looks at a site nobody has described and says what its file should say: system, signposts, sections, the form of its articles, its layout.

Every answer it gives was seen in a page; what it could not see it says. It writes nothing.
"""

import re
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from archive.errors import RunFailed, UsageError
from archive.records import Failure, Province, Reading
from archive.reference import load_reference
from crawler.discovery.listing import read_listing
from crawler.discovery.pager import next_page
from crawler.fingerprint import recognise
from crawler.hosts import private
from crawler.probe import Answer, NotFetched, Probe, addresses
from crawler.site import FASTEST
from crawler.site_files import fingerprints, site_of
from crawler.survey.cases import read_answer
from crawler.survey.draft import Draft, Survey
from crawler.survey.learn import LEAST, learn
from crawler.survey.offers import feeds, rest, sitemaps
from crawler.survey.page import Page, page_of, shown, target
from crawler.survey.province import department, periods, plain_id, province_of
from crawler.survey.sections import alike, candidates, form, own_articles, telling
from crawler.urls import is_article, key_of
from pipelines.urls import clean

ARTICLES = 3  # read to see whether the layout fits
LOOPBACK_PACE = 0.05
GENERIC = "generic"


def survey(url: str, *, site_id: str | None = None, province: str | None = None, allow_private: bool = False) -> Survey:
    """Look at the site at an address, in at most `probe.MOST` requests. Raises NotFetched (a RunFailed) where its home cannot be had."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = f"{url!r} is no http(s) address"
        raise UsageError(msg)
    inside = private(addresses(parts.hostname))
    pace = LOOPBACK_PACE if allow_private and inside and ip_address(inside).is_loopback else FASTEST
    bare = parts.netloc.lower().removeprefix("www.")
    with Probe({bare, f"www.{bare}"}, pace=pace, allow_private=allow_private and inside is not None) as probe:
        answer = probe.get(url)
        if not answer.ok:
            msg = f"{url}: HTTP {answer.status}, so there is nothing to look at"
            raise RunFailed(msg)
        home = page_of(answer, probe.netlocs)
        whose = _named(province) if province else province_of(url, home)
        if whose is None:
            msg = f"{url}: neither the page nor the host says whose site it is; say it: --province ID, an id of archive/reference/provinces.toml"
            raise UsageError(msg)
        landed = urlsplit(answer.url)
        own = {
            "name": department(whose),
            "province": periods(whose),
            "home": f"{landed.scheme}://{landed.netloc}{parts.path or '/'}",
            "family": GENERIC,
            "status": "seen",
            "checked": datetime.now(UTC).date(),
        }
        if inside and allow_private:
            own |= {"allow_private": True, "pace": pace}
        look = Draft(probe, site_of(own, Path(f"{site_id or plain_id(whose)}.toml")), own, home)
        return _survey(look, answer)


def _named(province: str) -> Province:
    known = load_reference().provinces
    if province not in known:
        msg = f"no province {province!r} in archive/reference/provinces.toml"
        raise UsageError(msg)
    return known[province]


def _survey(look: Draft, answer: Answer) -> Survey:
    _family(look, answer)
    _article_form(look)
    for offer in (rest, feeds, sitemaps):
        offer(look)
    urls = _known_articles(look)
    answers = _fetched(look, urls[:1])
    listed = _sections(look, page_of(answers[0], look.probe.netlocs) if answers else Page(look.home.url, look.home.tree, ()))
    seen = {key_of(one.url, "article", look.site) for one in answers}
    more = [url for url in (*urls, *listed) if key_of(url, "article", look.site) not in seen]
    answers += _fetched(look, more[: ARTICLES - len(answers)])
    readings = _layout(look, answers)
    return Survey(look.site, look.own, tuple(look.found), tuple(look.missing), tuple(look.not_looked_at), tuple(readings))


def _family(look: Draft, answer: Answer) -> None:
    told = shown(answer, look.home)
    if likely := recognise(fingerprints(), told):
        look.own["family"] = likely.family
        look.settle()
        look.found.append(f"family {likely.family}: {', '.join(likely.signs)}")
    else:
        said = f"; it calls itself {', '.join(map(repr, told.generators))}" if told.generators else ""
        look.missing.append(f"no family of crawler/families/ is recognised{said}: the file says {GENERIC}")


def _article_form(look: Draft) -> None:
    """Keep the family's pattern where it finds some articles on the home page; else learn one from the links that look like titles."""
    matching = {one.url for one in look.home.links if is_article(one.url, look.site)}
    titles = {one.url for one in look.home.links if one.like_title}
    learned = learn(titles, {one.url for one in look.home.links if one.in_menu and not one.like_title})
    fitting = {url for url in (titles | matching) if learned and re.search(learned.article, target(url))}
    generic = look.site.family == GENERIC
    better = matching <= fitting if generic else len(matching) < LEAST <= len(fitting)
    if learned is None or not better:
        if matching:
            look.found.append(f"articles: {len(matching)} on the home page by the forms of {look.site.family}")
        else:
            look.missing.append("articles: no link of the home page has the form of an article's address; say it in `article`")
        return
    look.discovery["article"] = learned.article
    look.settle()
    if learned.identity or len({key_of(url, "article", look.site) for url in fitting}) < len(fitting):
        layout = look.site.layout[-1].model_dump(exclude_defaults=True, exclude={"identity"})
        look.own["layout"] = [({"identity": learned.identity} if learned.identity else {}) | layout]
        look.settle()
    look.found.append(f"articles: {len(fitting)} on the home page, by their form learned from it: {learned.article}")


def _known_articles(look: Draft) -> list[str]:
    """Those that the home page links, its titles first."""
    links = sorted((one for one in look.home.links if is_article(one.url, look.site)), key=lambda one: not one.like_title)
    by_key: dict[str, str] = {}
    for link in links:
        by_key.setdefault(key_of(link.url, "article", look.site), link.url)
    return [*by_key.values()]


def _fetched(look: Draft, urls: list[str]) -> list[Answer]:
    answers = []
    for url in urls:
        try:
            answers.append(look.probe.get(url))
        except NotFetched as error:
            look.missing.append(str(error))
    return answers


def _sections(look: Draft, furniture: Page) -> list[str]:
    """Find the sections, look at as many as the requests left allow; the articles they list."""
    waiting, listings, articles = candidates(look.home, look.site), list[str](), list[str]()
    empty: set[str] = set()  # forms of which one led to no articles
    shapes: dict[str, int] = {}
    while waiting:
        link = waiting.pop(0)
        shape = form(link.url)
        if shapes.get(shape, 0) > 1 and shape not in empty and telling(shape):  # two of its kind were looked at
            same = [link, *alike(waiting, shape)]
            waiting = [one for one in waiting if one not in same]
            listings += [one.url for one in same]
            look.found.append(f"sections: {', '.join(look.path(one.url) for one in same)}, by the form of their address; not looked at")
            continue
        if look.probe.left < ARTICLES:
            look.not_looked_at += [look.path(one.url) for one in (link, *waiting)]
            break
        own, pager = _section(look, link.url, furniture)
        if len(own) > 1 or (own and shapes.get(shape)):
            listings.append(link.url)
            articles += own
            shapes[shape] = shapes.get(shape, 0) + 1
            look.found.append(f"section: {look.path(link.url)} ({link.text}), articles: {len(own)}, {pager}")
        else:
            empty.add(shape)
    if listings:
        look.discovery["listings"] = [look.path(url) for url in listings]
    else:
        look.missing.append("sections: no page the home page leads to lists articles; the home page itself is the only listing")
        look.discovery["listings"] = [urlsplit(look.site.home).path or "/"]
    look.settle()
    return articles


def _section(look: Draft, url: str, furniture: Page) -> tuple[list[str], str]:
    """The articles a page lists, and what its pager looks like."""
    try:
        answer = look.probe.get(url)
        page = page_of(answer, look.probe.netlocs)
        step = next_page(page.tree, answer.url, look.site.discovery.next)
        listed = read_listing(answer.text, answer.url, look.site).pointers
    except (NotFetched, ValueError):  # or a link on it is no address
        return [], ""
    own = own_articles(page, furniture, look.site) if answer.ok else []
    if own and not listed:
        look.discovery["items"] = []  # every link in the form of an article's address
        look.settle()
        look.missing.append(f"items: the selectors of {look.site.family} find no article on {look.path(url)}; the file leaves them out")
    return own, "no next page" if step is None else f"next page {'by form' if step.body else look.path(clean(step.url))}"


def _layout(look: Draft, answers: list[Answer]) -> list[tuple[Answer, Reading]]:
    """Read the articles by the family's layout; where it fits none of them, by the generic reader, and the file says so."""
    if not answers:
        look.missing.append("articles: none was found, so no layout was tried")
        return []
    readings = _readings(look, answers)
    if not readings and look.site.layout[-1].body:
        look.missing.append(
            f"layout: that of the family {look.site.family} reads none of {len(answers)} articles; the file leaves them to the generic reader"
        )
        identity = look.site.layout[-1].identity
        look.own["layout"] = [{"identity": identity} if identity else {}]
        look.settle()
        readings = _readings(look, answers)
    return readings


def _readings(look: Draft, answers: list[Answer]) -> list[tuple[Answer, Reading]]:
    readings = []
    for answer in answers:
        reading = read_answer(look.site, answer)
        if isinstance(reading, Failure):
            look.missing.append(f"layout: {look.path(answer.url)}: {reading.reason}: {reading.detail}")
            continue
        readings.append((answer, reading))
        look.found.append(f"article: {in_words(reading)}")
        if not reading.article.published_at:
            look.missing.append(f"date: none read in {look.path(answer.url)}")
    return readings


def in_words(reading: Reading) -> str:
    """Title, date and length of an article."""
    article = reading.article
    day = f"{article.published_at:%Y-%m-%d}" if article.published_at else "no date"
    return f"{article.title!r}, {day}, {len(article.text)} characters"
