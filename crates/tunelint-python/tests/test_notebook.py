"""The notebook in `docs`: every cell runs in a kernel, and a report is shown as its page."""

from __future__ import annotations

import nbformat
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


def test_the_notebook_runs(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "outputs are not committed"
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    shown = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    for name, page in {"check": "empty-output", "datasets": "trl"}.items():
        html = shown[name][-1]["data"]["text/html"]
        assert html.startswith('<iframe sandbox="allow-scripts"') and page in html, name
    assert "'completion': ''" in shown["rows"][-1]["data"]["text/plain"]
    assert "empty output" in shown["table"][-1]["data"]["text/html"]
    assert "57 of 60 rows are left" in shown["clean"][-1]["data"]["text/plain"]
    assert "validation-leak" in shown["leak"][-1]["data"]["text/plain"]
