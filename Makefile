# make run   set everything up and open the chat
# make test  set everything up and run every test, lint and type check
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: run test check format benchmark browser models clean
.DEFAULT_GOAL := run

run: $(VENV)/.run-installed
	@$(BIN)/wenbao models fetch
	@$(BIN)/wenbao ingest seeds
	@$(BIN)/wenbao serve

test: check models browser
	$(BIN)/python -m pytest

check: $(VENV)/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test-installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The questions over the seeds with the default models; see benchmarks/README.md for the others.
benchmark: $(VENV)/.test-installed models
	$(BIN)/wenbao ingest seeds
	for set in seeds reworded reworded_fresh; do \
		$(BIN)/wenbao eval benchmarks/$$set.jsonl --name $$set --restart || exit 1; \
	done

models: $(VENV)/.test-installed
	@$(BIN)/wenbao models fetch

browser: $(VENV)/.test-installed
	@$(BIN)/python tests/get_browser.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "WenBao needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Creating the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@# Older releases of pip search for minutes where newer ones take seconds.
	@$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.run-installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing WenBao and what it needs (once, a few minutes)"
	@$(PIP_INSTALL) --editable ".[eval,formats]"
	@touch $@

$(VENV)/.test-installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing WenBao with all extras (once, a few minutes)"
	@$(PIP_INSTALL) --editable ".[dev,eval,formats,ocr,openai,transformers]"
	@touch $@ $(VENV)/.run-installed

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
