# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/scene-file.md: made from the spec, and up to date."""

import importlib.util

import pytest

from addon.scene import kernels, load, spec


@pytest.fixture
def make_docs(root):
    found = importlib.util.spec_from_file_location("make_docs", root / "scripts" / "make_docs.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(make_docs):
    assert make_docs.main(["--check"]) == 0, "run python scripts/make_docs.py"


def test_a_stale_or_missing_page_is_reported_and_then_made(make_docs, root, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_docs, "ROOT", tmp_path)
    monkeypatch.setattr(make_docs, "PAGE", tmp_path / "docs" / "scene-file.md")
    assert make_docs.main(["--check"]) == 1
    assert "docs/scene-file.md is not up to date" in capsys.readouterr().out
    assert not make_docs.PAGE.exists()
    assert make_docs.main([]) == 0
    assert make_docs.main(["--check"]) == 0
    assert make_docs.PAGE.read_bytes() == (root / "docs" / "scene-file.md").read_bytes()
    make_docs.PAGE.write_text(make_docs.PAGE.read_text(encoding="utf-8") + "more\n", encoding="utf-8")
    assert make_docs.main(["--check"]) == 1


def test_every_key_and_every_named_kernel_is_on_the_page_and_every_row_is_whole(make_docs):
    page = make_docs.page()
    for table, cls in spec.TABLES.items():
        part = page.split(f"\n## [{table}]\n")[1].split("\n## ")[0]
        rows = [line for line in part.splitlines() if line.startswith("| `")]
        assert [row.split("`")[1] for row in rows] == list(spec.knobs(cls))
        assert {row.replace("\\|", "").count("|") for row in rows} == {6}
    for name in kernels.NAMES:
        assert f"| `{name}` |" in page


def test_the_example_on_the_page_loads(make_docs):
    example = make_docs.page().split("```toml\n")[1].split("```")[0]
    assert load.loads(example) == load.loads(make_docs.EXAMPLE.read_text(encoding="utf-8"))
