# 住所云. Two commands: `make demo` and `make test`. Everything they need is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
export ZHUSUO_HOME ?= var
export ZHUSUO_LISTEN ?= 127.0.0.1:8000

.PHONY: demo test lint bench clean

.venv/installed: pyproject.toml
	@test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: .venv/installed
	@$(BIN)/zhusuo demo

test: .venv/installed-dev
	@$(BIN)/python -m tests.support.chromium
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest

lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-dev
	$(BIN)/python -m bench

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
