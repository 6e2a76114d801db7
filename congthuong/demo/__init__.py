"""The bundled sample departments: four sites of our own making on loopback, for the demo and the tests."""

from pathlib import Path

SITE_FILES = tuple(sorted((Path(__file__).parent / "sites").glob("*.toml")))
