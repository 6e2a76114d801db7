"""Every notebook runs on a fresh archive of the sample departments, and keeps its outputs in git."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Crawled

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(crawled: Crawled, notebook: Path, tmp_path: Path) -> None:
    copy = shutil.copy(notebook, tmp_path)
    environment = os.environ | {"CONGTHUONG_ARCHIVE": str(crawled.data / "archive.db"), "MPLBACKEND": "agg"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbmake", "--noconftest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, copy],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_its_outputs_and_names_no_place_of_a_machine(notebook: Path) -> None:
    cells = [cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] == number for number, cell in enumerate(cells, 1)), "run it from top to bottom: make notebooks"
    pictures = [output for cell in cells for output in cell["outputs"] if "image/png" in output.get("data", {})]
    assert len(pictures) >= 2
    assert not [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    assert str(Path.home()) not in notebook.read_text(encoding="utf-8")
