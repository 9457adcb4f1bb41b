# One command per chore; CI calls only `make check` and `make test`.
# A fresh machine needs Python 3.11 or newer, git and make: each target installs what it lacks.

.DEFAULT_GOAL := help
SHELL := /bin/sh
# Containers often forbid Python to keep what it compiled: then every process compiles the same
# thousands of library files anew, ten seconds each time. Here it goes into .venv, once.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo test kill-test fuzz portions-test check fix dev docs lock hooks clean
.PHONY: bench bench-quality bench-ablation bench-scale bench-delta bench-ingest bench-normalisers
.PHONY: bench-peers bench-lock

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && echo "$$python" && break; done)

VENV := .venv
BIN := $(VENV)/bin
PEERS := $(VENV)/peers
# Stamps: what is installed is newer than the lists it was installed from.
BASE := $(VENV)/.installed-base
DEV := $(VENV)/.installed-dev

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(BASE) ## Generate the demo company, run the pipeline, print its customers
	@$(BIN)/python -m data.demo

test: $(DEV) ## Run all tests: cases, properties, oracles, doctests
	@$(BIN)/python -m pytest --numprocesses auto $(ARGS)

kill-test: $(DEV) ## Kill runs at every commit point and at random moments, readers looking on
	@$(BIN)/python -m tests.safety.whole_set $(ARGS)

fuzz: $(DEV) ## Corrupted files of every format in one run: no traceback, the account balances
	@$(BIN)/python -m tests.ingest.fuzzing $(ARGS)

portions-test: $(DEV) ## Random portions beside one full run, row by row (LABELLED=folder of sets)
	@$(BIN)/python -m tests.history.portions $(LABELLED:%=--labelled %) $(ARGS)

check: $(DEV) ## Lint, format, types, import direction, house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.lint

fix: $(DEV) ## Mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: bench-quality bench-scale ## Measure quality and speed

bench-quality: $(BASE) bench-peers ## Beside three other ways (LABELLED=folder of more sets)
	@$(BIN)/python -m benchmarks.quality --peers $(PEERS) $(LABELLED:%=--labelled %) $(ARGS)

bench-ablation: $(BASE) ## What each part of matching is worth (LABELLED=folder SETS="name name")
	@$(BIN)/python -m benchmarks.ablation $(LABELLED:%=--labelled %) $(SETS:%=--set %) $(ARGS)

SIZES ?= 60000
bench-scale: $(BASE) ## Seconds, memory and F1 by size (SIZES="60000 1000000")
	@$(BIN)/python -m benchmarks.scale $(SIZES) $(ARGS)

NEW_TO ?= 100000 1000000
bench-delta: $(BASE) ## What new files cost beside the store they come to (NEW_TO="100000 1000000")
	@$(BIN)/python -m benchmarks.delta $(NEW_TO) $(ARGS)

FILES ?= 100000
bench-ingest: $(BASE) ## What a file costs to take in, beside DuckDB alone (FILES="100000 1000000")
	@$(BIN)/python -m benchmarks.ingest $(FILES) $(ARGS)

bench-normalisers: $(DEV) ## Phones and emails of many countries beside the libraries they stand on
	@$(BIN)/python -m benchmarks.normalisers $(ARGS)

# Peers want other versions than ours, so they get an environment of their own; without them the
# benchmark says that they were not run.
bench-peers: $(BASE) requirements/bench-peers.txt
	@cmp -s requirements/bench-peers.txt $(PEERS)/installed.txt || { \
		printf 'Installing the peers, once ... '; \
		rm -rf $(PEERS) && $(BIN)/python -m venv $(PEERS) \
		&& $(PEERS)/bin/python -m pip install -qq --no-compile --disable-pip-version-check \
			--requirement requirements/bench-peers.txt \
		&& cp requirements/bench-peers.txt $(PEERS)/installed.txt && echo done \
		|| { rm -rf $(PEERS); echo 'failed: they will not be run'; }; }

dev: $(BASE) ## Open the Dagster project in a browser
	@$(BIN)/python -m dagster_project.dev

docs: $(BASE) ## Write the tables, the presets, the rules and the README's demo output anew
	@$(BIN)/python -m tools.reference
	@$(BIN)/python -m tools.presets
	@$(BIN)/python -m tools.rules
	@$(BIN)/python -m tools.readme

hooks: $(DEV) ## Run the checks before each commit
	$(BIN)/pre-commit install

# --no-config: the pins must not depend on how this machine reaches its packages.
COMPILE := $(BIN)/uv pip compile --quiet --no-config --no-header --no-emit-index-url \
	--no-emit-find-links --annotation-style line --universal --fork-strategy fewest \
	--python-version 3.11
LOCK := $(COMPILE) pyproject.toml --extra orchestration

lock: $(DEV) ## Compile requirements/ from pyproject.toml (ARGS=--upgrade for newer versions)
	$(LOCK) $(ARGS) --output-file requirements/base.txt
	$(LOCK) $(ARGS) --group dev --constraint requirements/base.txt \
		--output-file requirements/dev.txt

bench-lock: $(DEV)
	$(COMPILE) $(ARGS) requirements/bench-peers.in --output-file requirements/bench-peers.txt

clean: ## Forget the virtual environment and all caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(BASE): requirements/base.txt
	$(call install,what a run needs,--requirement $< --editable .)
	@touch $@

$(DEV): requirements/dev.txt | $(BASE)
	$(call install,what tests and checks need,--requirement $<)
	@touch $@

$(BIN)/python:
	@found="$(PYTHON)"; \
	if ! "$${found:-no-python}" -c '$(NEW_ENOUGH)' 2>/dev/null; then \
		version=$$("$${found:-python3}" --version 2>/dev/null || echo none); \
		echo "Python 3.11 or newer is needed; found: $$version."; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.11"; exit 1; fi
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(BASE) $(DEV): | $(BIN)/python

# $(call install,words,arguments): pip install, one line, and the seconds it took.
define install
	@printf 'Installing %s, once ... ' '$(1)'; start=$$(date +%s); \
	$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check $(2) \
		|| { echo failed; exit 1; }; \
	echo "$$(($$(date +%s) - start)) s"
endef
