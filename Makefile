# Needs python3 >= 3.11 (with venv), git and make. Only `install` uses the network; set PYTHON to choose another interpreter.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

REPO ?= .
QUESTION ?= where are files that git ignores left out of the walk

.DEFAULT_GOAL := help
.PHONY: help install demo fix lint check test torch-tests bench eval graph-eval graph-oracle dist changelog clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP)  ## create .venv and install Codelore with everything the checks need

# The stamp is younger than pyproject.toml exactly when the environment matches it, so a second `make install` costs nothing.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Codelore needs Python 3.11 or newer; this is " + sys.version + ". Try: make PYTHON=python3.12 install")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $(STAMP)

demo: install  ## index REPO (this checkout) and answer QUESTION
	$(BIN)/codelore index "$(REPO)"
	cd "$(REPO)" && "$(CURDIR)/$(BIN)/codelore" search "$(QUESTION)"

fix: install  ## apply what ruff can repair, and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lint: install  ## ruff, pyright, import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports

check: lint  ## lint, then the tests with the coverage bound of pyproject.toml
	COVERAGE_FILE=$(CURDIR)/.coverage $(BIN)/pytest --cov

test: install  ## install and pass the tests
	$(BIN)/pytest

torch-tests:  ## the tests of models with torch and sentence-transformers, in an environment of their own (6 GB)
	$(PYTHON) -m venv .venv-torch
	.venv-torch/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	.venv-torch/bin/python -m pip install --quiet --editable '.[torch]' --group dev
	.venv-torch/bin/python -m pytest tests/retrieval/models

bench: install  ## print the speed table: ours, peers and floors in one run (BENCH='--only search')
	@$(BIN)/python -m compileall -q ingest retrieval graph serve eval  # as pip leaves an installed wheel
	$(BIN)/codelore eval bench $(BENCH)

eval: install  ## print all figures of the sets in SETS beside their bounds, or those of one SET (CLONES=, CORPORA=, EVAL='--system codelore --out FILE')
	$(if $(SET),$(BIN)/codelore eval run $(SET) $(if $(CORPORA),--corpora $(CORPORA)),$(BIN)/codelore eval goals $(SETS)) $(if $(CLONES),--clones $(CLONES)) $(EVAL)

graph-eval: install  ## measure the graph's edges against the oracle or benchmark in SET over the repositories in CORPORA
	$(BIN)/codelore eval graph $(SET) $(CORPORA)

graph-oracle: install  ## convert the SCIP index INDEX, made in the folder PREFIX of a repository, into the oracle OUT
	$(BIN)/codelore eval scip-convert $(INDEX) $(OUT) --prefix "$(PREFIX)"

dist: install  ## build the sdist, and the wheel from the sdist, into dist/
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/check-wheel-contents dist/*.whl

changelog: install  ## collect changelog.d/ into CHANGELOG.md for the version in serve/__init__.py
	$(BIN)/towncrier build --yes --version "$$($(BIN)/hatchling version)"

clean:  ## remove the environment and everything built
	rm -rf .venv dist build htmlcov .coverage .coverage.* .pytest_cache .ruff_cache .hypothesis
