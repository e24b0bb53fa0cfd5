.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
BASE := .venv/.base
READY := .venv/.ready
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check -c requirements/constraints.txt

# Tests run side by side: threads of the matrix library would only wait for each other.
test check docs coverage: export OPENBLAS_NUM_THREADS = 1

.PHONY: help demo test coverage check bench docs lint types layers format clean constraints

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BASE): pyproject.toml requirements/constraints.txt
	$(PYTHON) -m venv .venv
	$(INSTALL) -e .
	@touch $@

$(READY): $(BASE)
	$(INSTALL) -e '.[dev]'
	@touch $@

demo: $(BASE)  ## build the sample collection, search it, and open its page
	$(BIN)/pinakes demo --into demo

test: $(READY)  ## the whole test suite
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

coverage: $(READY)  ## the whole test suite, with the lines that no test runs
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report term

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

check: lint types layers  ## lint, types, import layers and the quick tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

format: $(READY)  ## rewrite the code in the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## print the numbers of the README, but for those of docs/performance.md
	$(INSTALL) -e '.[bench]'
	$(BIN)/python -m benchmarks

docs: $(READY)  ## run the snippets of the README and docs/
	$(BIN)/pytest -q tests/docs

constraints: $(READY)  ## pin what is installed now
	$(BIN)/pip freeze --exclude-editable > requirements/constraints.txt

clean:  ## remove the environment and the caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis demo
