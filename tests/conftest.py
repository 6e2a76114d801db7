"""Fixtures that several test modules share: the sample departments served, crawled by the real command line, and the archive that comes out."""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.tables import open_archive
from congthuong.demo import SITE_FILES
from congthuong.demo.samples import served_samples
from congthuong.demo.server import Served


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow tests too")
    parser.addoption("--screenshots", metavar="DIR", help="test_browser: keep a picture of every page that is looked at")
    parser.addoption("--kills", type=int, metavar="N", help="test_crawler_kill: so many kills drawn from all places and moments, not the placed ones")
    parser.addoption("--mutations", type=int, default=1, metavar="N", help="test_pipelines_bounds: so many mutations of each kept page, drawn anew")
    parser.addoption("--composed", type=int, metavar="N", help="test_pipelines_composed: so many pages put together, drawn anew")
    parser.addoption("--seed", type=int, metavar="SEED", help="draw the kills, mutations or pages of an earlier run again")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--seed") is None:
        config.option.seed = secrets.randbelow(1_000_000)


def pytest_report_header(config: pytest.Config) -> str | None:
    drawn = [f"--{name} {config.getoption(f'--{name}')}" for name in ("kills", "mutations", "composed") if (config.getoption(f"--{name}") or 0) > 1]
    return f"drawn: {' '.join(drawn)} --seed {config.option.seed}" if drawn else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))


@dataclass
class Cli:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        return json.loads(self.out)


def congthuong(*args: object, timeout: float = 120, **options: object) -> Cli:
    """Run the command line as a user would."""
    done = subprocess.run(
        [sys.executable, "-m", "congthuong", *map(str, args)], capture_output=True, text=True, timeout=timeout, check=False, **options
    )
    return Cli(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def cli() -> Callable[..., Cli]:
    return congthuong


@dataclass
class Samples:
    """The four sample departments while they are served, with site files that lead there."""

    served: dict[str, Served]
    files: dict[str, Path]

    def crawl(self, data: Path, *args: object, sites: list[str] | None = None) -> Cli:
        files = [arg for name in sites or self.files for arg in ("--site-file", self.files[name])]
        return congthuong("crawl", *files, "--data", data, "--json", *args)

    def day(self, day: int) -> None:
        for one in self.served.values():
            one.department.day = day


def serve_samples(folder: Path) -> Iterator[Samples]:
    with served_samples(any_port=True) as samples:
        files = {}
        for path in SITE_FILES:
            site, _ = samples[path.stem]
            lines = path.read_text(encoding="utf-8").splitlines()
            files[path.stem] = folder / path.name
            files[path.stem].write_text("\n".join(f'home = "{site.home}"' if line.startswith("home =") else line for line in lines), encoding="utf-8")
        yield Samples({name: served for name, (_, served) in samples.items()}, files)


@pytest.fixture
def samples(tmp_path: Path) -> Iterator[Samples]:
    """Fresh sample departments, for tests that change them."""
    yield from serve_samples(tmp_path)


@dataclass
class Crawled:
    """A data folder after one crawl of all sample departments."""

    data: Path
    samples: Samples
    result: Cli

    def db(self) -> object:
        return open_archive(self.data / "archive.db", readonly=True)


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """Made once: read it, do not write to it (copy the folder to change it)."""
    folder = tmp_path_factory.mktemp("samples")
    for samples in serve_samples(folder):
        result = samples.crawl(folder / "data")
        yield Crawled(folder / "data", samples, result)
