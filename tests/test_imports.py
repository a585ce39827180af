import subprocess
import sys
from pathlib import Path

import pytest

import voices

HEAVY = {
    "torch",
    "spacy",
    "transformers",
    "pandas",
    "numpy",
    "onnxruntime",
    "tokenizers",
    "lingua",
    "pyarrow",
    "openpyxl",
    "bertopic",
    "hdbscan",
    "umap",
    "sklearn",
    "scipy",
}


def modules_after(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(' '.join({{m.split('.')[0] for m in sys.modules}}))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_import_is_light():
    assert modules_after("import voices, voices.cli").isdisjoint(HEAVY)


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nsys.argv = ['voices', '--help']\n"
        "from voices.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(' '.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint({name.split(".")[0] for name in done.stderr.split()})


def test_public_names_are_those_of_all():
    for name in voices.__all__:
        assert getattr(voices, name).__name__ == name
    assert set(voices.__all__) == set(voices._HOMES) | {"InputError", "MissingExtraError", "ModelError", "VoicesError"}


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        voices.nothing  # noqa: B018


def test_modules_are_short():
    package = Path(voices.__file__).parent
    long = {p.name: n for p in package.rglob("*.py") if (n := len(p.read_text(encoding="utf8").splitlines())) > 650}
    assert long == {}
