"""Reads captures into articles and loads them into the archive. No clock, no network, no randomness."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.read import read_html

__all__ = ["read_html"]


def __getattr__(name: str) -> Any:
    """`read_html` on first use: whoever needs an address cleaned does not wait for the reader's imports."""
    if name != "read_html":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from pipelines.read import read_html  # noqa: PLC0415 - lazy on purpose

    return read_html
