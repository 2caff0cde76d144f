# Two commands: `make demo` and `make test`. Everything else is for whoever works on the hub.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := .demo

.PHONY: help demo serve test lint types contracts unit bench lock clean
.DEFAULT_GOAL := help

help:  ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.python:
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or later is needed"'
	$(PYTHON) -m venv $(VENV)
	touch $@

# The build tools come first, so that no build fetches any of its own, unpinned.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/.runtime: requirements-build.lock requirements.lock pyproject.toml | $(VENV)/.python
	$(PIP) --require-hashes -r requirements-build.lock
	$(PIP) --require-hashes --no-build-isolation -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) --require-hashes --no-build-isolation -r requirements-dev.lock
	touch $@

demo: $(VENV)/.runtime  ## Install, run the main job on the demo territory, leave a hub to serve
	$(BIN)/hub demo --home $(DEMO)

serve: $(VENV)/.runtime  ## Serve the hub that `make demo` left
	$(BIN)/hub serve --home $(DEMO)

test: lint types contracts unit  ## Everything: lint, types, import contracts, tests

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(BIN)/pytest -n 2 --dist loadgroup

bench: $(VENV)/.dev  ## Ratios measured in one run (no test)
	$(BIN)/python -m benchmarks

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock:  ## Write the lock files again from pyproject.toml (needs uv)
	$(LOCK) packaging/build.in -o requirements-build.lock
	$(LOCK) --extra postgres pyproject.toml -c requirements-build.lock -o requirements.lock
	$(LOCK) --extra postgres --group dev pyproject.toml -c requirements.lock -c requirements-build.lock -o requirements-dev.lock

clean:  ## Remove the environment and the demo hub
	rm -rf $(VENV) $(DEMO)
