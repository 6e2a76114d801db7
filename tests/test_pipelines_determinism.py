"""Reading knows no clock, no network and no chance: by what its modules import and call, and by reading twice under different seeds."""

import ast
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "pipelines").rglob("*.py"))
FORBIDDEN = {"time", "random", "secrets", "uuid", "socket", "ssl", "http", "urllib.request", "requests", "httpx", "asyncio", "subprocess"}
CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "getrandbits", "urandom"}


def imported(tree: ast.Module) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_of_pipelines_reaches_for_clock_network_or_chance(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert not {name for name in imported(tree) if name in FORBIDDEN or name.split(".")[0] in FORBIDDEN}
    called = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    assert not called & CLOCKS


def test_the_same_captures_give_the_same_bytes_under_any_hash_seed(tmp_path: Path) -> None:
    """Sets and dicts of strings change their order with the seed; what is read must not."""
    page = (ROOT / "tests" / "fixtures" / "seed_shaped.html").read_bytes()
    (tmp_path / "page.html").write_bytes(page)
    digests = set()
    for seed in ("0", "1", "4242"):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "congthuong",
                "read",
                str(tmp_path / "page.html"),
                "--url",
                "https://sct.example.vn/tin/",
                "--fetched-at",
                "2026-01-01",
            ],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        digests.add(hashlib.sha256(done.stdout).hexdigest())
    assert len(digests) == 1
