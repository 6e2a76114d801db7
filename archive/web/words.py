"""The words of the interface, all from `words.toml`, so that another language is another file."""

import json
import tomllib
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any


@cache
def words() -> dict[str, Any]:
    """Tables of words, by page."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def for_templates() -> SimpleNamespace:
    """The same as `w.page.word`: not dictionaries, whose own methods Jinja would find before a word named `clear` or `items`."""
    found: SimpleNamespace = json.loads(json.dumps(words()), object_hook=lambda table: SimpleNamespace(**table))
    return found
