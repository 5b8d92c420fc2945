# Needs Python 3.11 or later, make, and a package index that pip can reach. Nothing else, and no root.
SHELL  := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
HOST   ?= 127.0.0.1
PORT   ?= 7860
SAMPLE := data/corpus
DOCS   ?= $(SAMPLE)
# A folder of one's own gets a store of its own, so that its answers never come from the sample.
STORE  ?= $(if $(filter $(SAMPLE),$(DOCS)),.youju,.youju-$(shell printf %s "$(abspath $(DOCS))" | cksum | cut -d' ' -f1))
TESTS  ?= tests
ASK     = $(BIN)/youju ask --store "$(STORE)"
export Q

.DEFAULT_GOAL := help
.PHONY: help run ask index test check format readme constraints clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo '  with DOCS=folder  Q="question"  HOST=127.0.0.1  PORT=7860  STORE=folder  PYTHON=python3.11'

run: index  ## install, index DOCS (the sample reports), answer one question, serve the page
	$(if $(Q),$(ASK) "$$Q",$(ASK) $(if $(filter $(SAMPLE),$(DOCS)),"2024年虹口区一般公共预算收入的目标是多少?",--example))
	$(BIN)/youju serve --store "$(STORE)" --host "$(HOST)" --port "$(PORT)"

ask: index  ## answer Q="…" from DOCS in the terminal
	@$(ASK) "$$Q"

index: $(VENV)/installed
	@$(BIN)/youju index "$(DOCS)" --prune --store "$(STORE)"

test: check  ## style, types and every test; browser tests need chromium, report tests YOUJU_REPORTS
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(TESTS)

check: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/installed-for-tests  ## put the source in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

readme: $(VENV)/installed-for-tests  ## write the sessions of README.md anew, after answers have changed
	$(BIN)/python tests/test_readme.py

constraints: $(VENV)/installed-for-tests  ## pin what .venv holds, after a dependency was added
	{ head -n 1 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//'; } > constraints.new
	mv constraints.new constraints.txt

clean:  ## remove what was installed and the sample's store; stores of your own folders stay
	rm -rf $(VENV) .youju

$(VENV)/installed: pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'Youju needs Python 3.11 or later with venv; found: $(PYTHON)' >&2; \
	  echo 'Install it (Debian: apt-get install python3 python3-venv) or name one: make run PYTHON=/path/to/python3.11' >&2; exit 2; }
	"$(PYTHON)" -m venv $(VENV)
	@echo 'Installing what constraints.txt pins; the first time this takes some minutes.'
	@# torch in a step of its own: the largest wheel, and on some indexes it comes as a local version (2.13.0+cpu).
	$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/installed-for-tests: $(VENV)/installed
	$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
