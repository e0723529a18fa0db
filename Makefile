# Every command of the project. `make run` and `make test` need Python >= 3.11 and a package index.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: setup run test lint bench screenshots lock

setup: $(DEV_STAMP)

$(STAMP): requirements.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Clearance needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Run: make PYTHON=/path/to/python3.11 setup")'
	@test -x "$(BIN)/python" || "$(PYTHON)" -m venv "$(VENV)"
	"$(BIN)/python" -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.txt
	@touch "$(STAMP)"

$(DEV_STAMP): $(STAMP) requirements-dev.txt
	"$(BIN)/python" -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch "$(DEV_STAMP)"

run: $(STAMP)
	@exec "$(BIN)/python" -m jobs.run

test: $(DEV_STAMP)
	"$(BIN)/python" -m pytest

lint: $(DEV_STAMP)
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/mypy"
	"$(BIN)/lint-imports"

bench: $(DEV_STAMP)
	"$(BIN)/python" -m benchmarks

screenshots: $(DEV_STAMP)
	"$(BIN)/python" -m docs.screenshots

# The hashed requirement files, from the .in files beside them.
lock: $(DEV_STAMP)
	"$(BIN)/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links requirements.in --output-file requirements.txt
	"$(BIN)/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links requirements-dev.in --output-file requirements-dev.txt
