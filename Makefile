# Every target works on a fresh clone; .venv is made when it is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
JOBS ?= 2
ARGS ?=
.DEFAULT_GOAL := help

# Each set of packages has a stamp: it is installed again only when its list changes.
$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "c9d needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(PIP) --upgrade "pip>=25.1"
	$(PIP) --group test
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	$(PIP) --group lint
	@touch $@

$(VENV)/.protos: $(VENV)/.test
	$(PIP) --group protos
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	$(PIP) --group dev
	@touch $@

.PHONY: run
run: $(VENV)/.run ## Open the dashboard (ARGS="--demo" forces the demo engine)
	@exec $(BIN)/c9d $(ARGS)

.PHONY: dev
dev: $(VENV)/.dev ## The demo with live styles and the Textual console's log
	$(BIN)/textual run --dev -c $(BIN)/c9d --demo $(ARGS)

.PHONY: engines
engines: $(VENV)/.test ## Fetch the real engines for the tests into .engines/ (Debian, root)
	$(BIN)/python -m tests.engines.fetch $(if $(CI),--require)

.PHONY: test
test: $(VENV)/.test engines ## Run the whole suite, on the demo engine and on every real one
	$(if $(CI),C9D_REQUIRE_ENGINES=1) $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

.PHONY: snap
snap: $(VENV)/.test ## Compare the pictures of the screens
	$(BIN)/python -m pytest tests/snapshot $(ARGS)

.PHONY: snap-update
snap-update: $(VENV)/.test ## Take the pictures of the screens anew
	$(BIN)/python -m pytest tests/snapshot --snapshot-update $(ARGS)

.PHONY: bench
bench: $(VENV)/.test engines ## Measure pulls beside those of ctr (ARGS="--pairs 5 --engine 2.x")
	$(BIN)/python -m tests.bench.pull $(ARGS)

.PHONY: shots
shots: $(VENV)/.run ## Take the screenshots of the README from the demo engine
	$(BIN)/python screenshots/take.py

.PHONY: protos
protos: $(VENV)/.protos ## Generate the code of protos/
	$(BIN)/python protos/generate.py

.PHONY: protos-check
protos-check: $(VENV)/.protos ## Fail if the generated code is stale
	$(BIN)/python protos/generate.py --check

.PHONY: lint
lint: $(VENV)/.lint ## Style, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: check
check: lint protos-check test ## Everything that .ci/run runs

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
