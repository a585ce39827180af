# The two commands of the README: `make demo` and `make test`. Both need nothing but Python 3.11 or newer.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test check lock update-gold clean

# torch, which BERTopic's encoder asks for, comes first and alone: then no other package asks for a CUDA build.
$(VENV)/.runtime: pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint requirements.lock torch
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable ".[train]" --group dev
	touch $@

demo: $(VENV)/.runtime
	$(BIN)/voices demo --out demo-report --force

# One worker a core; the tests of a file stay together, since they share a model or a run.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist loadfile

lock: $(VENV)/.dev
	$(BIN)/python -m pip freeze --exclude-editable | grep -v -i "^pip==" | sed 's/+cpu//' > requirements.lock

update-gold: $(VENV)/.dev
	VOICES_UPDATE_GOLD=1 $(BIN)/python -m pytest tests -k gold

clean:
	rm -rf $(VENV) demo-report .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
