# Every command of the project. `make run` and `make test` need Python >= 3.11 and a package index.
# Only relative paths below, each quoted: the project works in a folder with a space in its name.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
# The requirement files name every package with its hashes, so there is nothing left to resolve.
PIP := "$(BIN)/python" -m pip install --disable-pip-version-check --no-input --quiet --require-hashes --no-deps
# A process for each core, but no more than four: each runs whole files, with a database of its own.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile

.PHONY: help setup run test coverage lint docs bench screenshots charts lock

help:
	@echo "make setup        the environment alone (.venv)"
	@echo "make run          everything: database, sign-in, demonstration, the app"
	@echo "make test         the tests"
	@echo "make coverage     the rules' tests, which must reach every branch of domain/"
	@echo "make lint         format, lint, types, who may import whom"
	@echo "make docs         the generated tables in docs/"
	@echo "make bench        speed and memory, as a table"
	@echo "make screenshots  docs/images/, from a running app"
	@echo "make charts       every chart of the metrics page as an image, to be looked at"
	@echo "make lock         requirements*.txt from requirements*.in"

setup: $(DEV_STAMP)

$(STAMP): requirements.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Clearance needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Run: make PYTHON=/path/to/python3.11 setup")'
	@"$(BIN)/python" -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear "$(VENV)" || { echo "Python cannot make environments here. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing what Clearance runs on (once; a few minutes) …"
	@$(PIP) -r requirements.txt
	@touch "$(STAMP)"

$(DEV_STAMP): $(STAMP) requirements-dev.txt
	@echo "Installing what tests and checks need …"
	@$(PIP) -r requirements-dev.txt
	@touch "$(DEV_STAMP)"

run: $(STAMP)
	@exec "$(BIN)/python" -m jobs.run

test: $(DEV_STAMP)
	"$(BIN)/python" -m pytest $(SIDE_BY_SIDE)

coverage: $(DEV_STAMP)
	"$(BIN)/python" -m pytest $(SIDE_BY_SIDE) tests/domain --cov=domain --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

lint: $(DEV_STAMP)
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/mypy"
	"$(BIN)/lint-imports"

docs: $(DEV_STAMP)
	"$(BIN)/python" -m docs.generate

bench: $(DEV_STAMP)
	"$(BIN)/python" -m benchmarks

screenshots: $(DEV_STAMP)
	"$(BIN)/python" -m docs.screenshots

charts: $(DEV_STAMP)
	"$(BIN)/python" -m docs.charts

# The hashed requirement files, from the .in files beside them.
lock: $(DEV_STAMP)
	"$(BIN)/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links requirements.in --output-file requirements.txt
	"$(BIN)/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links requirements-dev.in --output-file requirements-dev.txt
