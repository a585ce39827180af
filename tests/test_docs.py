import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import voices

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf8")


def modules():
    names = [m.name for m in pkgutil.walk_packages(voices.__path__, "voices.")]
    return [name for name in names if not name.startswith("voices.training") and not name.endswith("__main__")]


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_readme_python_runs():
    for block in re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL):
        exec(compile(block, "README.md", "exec"), {})


def test_every_command_is_in_the_readme():
    from voices.cli import app

    names = [c.name for c in app.registered_commands] + [g.name for g in app.registered_groups]
    assert all(f"voices {name}" in README for name in names)


def extras(project):
    """List what the extras ask for, without the extras that they take in."""
    groups = project["optional-dependencies"].values()
    return [line for group in groups for line in group if not line.startswith("voices[")]


def test_every_dependency_has_a_reason():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    table = README.split("## Dependencies, and why")[1].split("## ")[0]
    for line in project["dependencies"] + extras(project):
        assert re.split(r"[<>=\[; ]", line)[0] in table


def test_files_of_a_run_are_in_the_readme():
    from voices.pipeline import RUN_FILES

    assert all(name in README for name in RUN_FILES)


def test_links_to_files_resolve():
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_lock_pins_torch_and_every_dependency():
    import tomllib

    lock = {
        re.split("==", line)[0].lower().replace("_", "-")
        for line in (ROOT / "requirements.lock").read_text().splitlines()
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))
    wanted = project["project"]["dependencies"] + extras(project["project"])
    wanted += project["dependency-groups"]["dev"]
    for line in wanted:
        assert re.split(r"[<>=\[; ]", line)[0].lower() in lock
    assert "torch==2.13.0" in (ROOT / "requirements.lock").read_text().splitlines()
