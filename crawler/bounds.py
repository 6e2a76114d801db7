"""What one run may take of a site at most, so that nothing on a page can keep it running for ever or fill the disk. Counts; asks for nothing."""

from collections.abc import Iterable

from crawler.site import Site

LONGEST_WAITS = 3600.0  # seconds of Retry-After, all together, that a run waits for


class Bounds:
    """One run's counts against what the site file allows. `spent` says which bound was reached; the run ends there."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._asked, self._received, self._waited = 0, 0, 0.0

    def ask(self) -> None:
        """A request goes out, be it a page's, a redirect, a retry or robots.txt."""
        self._asked += 1

    def receive(self, size: int) -> None:
        """So many bytes of a body are kept."""
        self._received += size

    def wait(self, seconds: float) -> None:
        """The site asks to be left alone for so long."""
        self._waited += seconds

    @property
    def spent(self) -> str | None:
        if self._asked >= self._site.max_requests:
            return f"{self._asked} requests in one run (max_requests); the rest waits for the next"
        if self._received >= self._site.max_megabytes * 1_000_000:
            return f"{self._received // 1_000_000} MB received in one run (max_megabytes); the rest waits for the next"
        if self._waited > LONGEST_WAITS:
            return f"asked to wait for {self._waited:.0f} s in one run; the rest waits for the next"
        return None


class Variants:
    """Addresses of one path that differ in nothing but parameters: a calendar, a session or a filter makes ever-new ones of the same page."""

    def __init__(self, keys: Iterable[str], most: int) -> None:
        self._most = most
        self._known: dict[str, set[int]] = {}
        for key in keys:
            self.admits(key)

    def admits(self, key: str) -> bool:
        """Is this address key (`path?parameters`) known, or one of the first of its path? One that an identity pattern named always is."""
        path, mark, parameters = key.partition("?")
        if not mark or key.startswith("#"):
            return True
        known = self._known.setdefault(path, set())
        if len(known) < self._most:
            known.add(hash(parameters))
        return hash(parameters) in known
