"""The four sample departments, each with the system it runs on, and how to have all of them served."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from congthuong.demo import SITE_FILES
from congthuong.demo.cms import Department
from congthuong.demo.liferay import Liferay
from congthuong.demo.nukeviet import NukeViet
from congthuong.demo.server import Served
from congthuong.demo.sharepoint import SharePoint
from congthuong.demo.wordpress import WordPress
from crawler.site import Site
from crawler.site_files import read_site_file

SYSTEMS: dict[str, type[Department]] = {"demo-bac-kan": WordPress, "demo-lang-son": NukeViet, "demo-cao-bang": Liferay, "demo-ha-giang": SharePoint}


def sample_sites() -> dict[str, Site]:
    """The site of each sample department, as its file says."""
    return {path.stem: read_site_file(path) for path in SITE_FILES}


@contextmanager
def served_samples(*, day: int = 1, any_port: bool = False) -> Iterator[dict[str, tuple[Site, Served]]]:
    """All four, served, each with a site whose home is where it is served: on the port of its file unless that is taken or `any_port`."""
    with ExitStack() as stack:
        samples = {}
        for name, site in sample_sites().items():
            department = SYSTEMS[name](name, day=day)
            port = 0 if any_port else urlsplit(site.home).port or 0
            try:
                served = stack.enter_context(Served(department, port))
            except OSError:  # the port is taken
                served = stack.enter_context(Served(department, 0))
            samples[name] = site.model_copy(update={"home": f"{department.origin}/"}), served
        yield samples
