# collabkb. `make run` and `make test` need nothing before them; `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first Python of version 3.11 or newer; PYTHON=... picks another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TORCH := $(shell sed -n 's/.*"\(torch==[^"]*\)".*/\1/p' pyproject.toml)
SECONDS ?= 120
QUESTIONS ?= $(wildcard evals/questions/*.jsonl)

.PHONY: help install run test lint eval corpus fuzz clean browser recognition writer

help:
	@echo "make run      install, ingest the shipped documents, open the chat in the browser"
	@echo "make test     install, check for the browser and Tesseract that the tests use, run all tests"
	@echo "make lint     ruff and mypy --strict"
	@echo "make eval     ask the shipped questions, print the scores (QUESTIONS=... picks others)"
	@echo "make corpus   build the shipped documents anew from corpus/sources"
	@echo "make fuzz     read changed files of every format for two minutes (SECONDS=... for longer)"
	@echo "make install  make .venv with kb and everything that it needs"
	@echo "make clean    remove .venv and caches (knowledge bases stay)"

install: $(STAMP)

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "collabkb needs Python 3.11 or newer: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python has no venv module. Install it, then run make again: apt-get install python3-venv"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version); the first time takes some minutes and about 2 to 6 GB ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@echo "Installing $(TORCH) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)"
	@echo "Installing collabkb and its other packages ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@$(BIN)/python -m compileall -q kb ingest app evals
	@touch $(STAMP)
	@echo "Installed. The command line is $(BIN)/kb"

run: install
	@$(BIN)/kb ingest
	@$(BIN)/kb serve || [ $$? -eq 130 ]

# The browser tests drive a real Chromium. Ubuntu ships it as a snap, whose driver has another name.
browser:
	@driver=$$(command -v chromedriver || command -v chromium.chromedriver || true); \
	if command -v chromium >/dev/null && [ -n "$$driver" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then \
		echo "Installing Chromium for the browser tests ..."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver >/dev/null; \
	else \
		echo "The browser tests need Chromium and its driver."; \
		echo "Debian: sudo apt-get install chromium chromium-driver   Ubuntu: sudo snap install chromium"; exit 1; \
	fi

# The tests of scanned pages run the real Tesseract.
recognition:
	@if command -v tesseract >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && grep -qsE '^ID=(debian|ubuntu)' /etc/os-release; then \
		echo "Installing Tesseract for the tests of text recognition ..."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq tesseract-ocr >/dev/null; \
	else \
		echo "The tests of text recognition need Tesseract: sudo apt-get install tesseract-ocr"; exit 1; \
	fi

# One test opens exported Word files in LibreOffice; it is skipped where that is missing.
writer:
	@if command -v soffice >/dev/null || [ "$$(id -u)" != 0 ] || ! grep -qsE '^ID=(debian|ubuntu)' /etc/os-release; then \
		exit 0; fi; \
	echo "Installing LibreOffice Writer for the tests of exported files ..."; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libreoffice-writer-nogui >/dev/null

test: install browser recognition writer
	@$(BIN)/python -m pytest -n 2 --dist loadfile

lint: install
	@$(BIN)/ruff check .
	@$(BIN)/mypy

eval: install
	@$(BIN)/kb ingest
	@$(BIN)/kb eval $(QUESTIONS)

corpus: install
	@$(BIN)/python corpus/build.py

fuzz: install
	@$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
