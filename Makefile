# `make tour` and `make test` each set up all they need: Python >= 3.11, make and a network will do.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

# An editable install bundles the widget, so it is due again when one of these has changed.
INSTALL_INPUTS := pyproject.toml scripts/hatch_build.py \
	$(shell find frontend -name node_modules -prune -o -name tests -prune -o -type f -print)

.PHONY: help tour test check conformance frontend-check notebooks-check test-matrix binder-check binder-lock address docs bench soak clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:
	@echo 'make tour          open the tour notebook in JupyterLab'
	@echo 'make tour CHECK=1  run the tour headless on a real server and say what was delivered'
	@echo 'make test          everything: also AutoGen Core'"'"'s tests, front end, notebooks, browser'
	@echo 'make check         the quick ones: format, lint, types, floors, Python'
	@echo 'make docs          the API reference, with its links checked, in build/docs'
	@echo 'make binder-check  what Binder does, without a container; binder-lock renews its pins'
	@echo 'make test-matrix   the tests on every Python, with the newest and the oldest packages'
	@echo 'make bench         measure it beside its peers, in environments of their own'
	@echo 'make soak          ten minutes of random traffic with every fault, and 200 kills'
	@echo 'make clean         remove environments, builds and caches'

tour: $(VENV)/.lab
ifdef CHECK
	$(BIN)/python scripts/tour_check.py notebooks/tour.ipynb
else
	$(BIN)/python -m jupyterlab --ServerApp.ip=127.0.0.1 $(ALLOW_ROOT) \
		--LabApp.default_url=/lab/tree/notebooks/tour.ipynb
endif

# The browser tests come last, so that the closing line of `make test` is pytest's own.
test: check conformance frontend-check notebooks-check binder-check
	$(BIN)/python scripts/ensure_chromium.py
	$(BIN)/python -m pytest -m browser

check: $(VENV)/.dev
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m ruff check
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -m 'not browser'

# Interpreters are found by name, or named: make test-matrix PYTHON312=/opt/python3.12/bin/python3
test-matrix: $(VENV)/.dev
	$(BIN)/python scripts/ensure_chromium.py
	$(BIN)/python scripts/test_matrix.py $(MATRIX)

# AutoGen Core's own tests, with the sandbox in its place.
conformance: $(VENV)/.dev
	$(BIN)/python scripts/conformance.py

# npm and node come from the environment; what they start looks for node on the PATH.
frontend-check: export PATH := $(CURDIR)/$(BIN):$(PATH)
frontend-check: $(VENV)/.dev frontend/node_modules/.package-lock.json
	npm --prefix frontend run typecheck
	npm --prefix frontend run lint
	npm --prefix frontend run test

notebooks-check: $(VENV)/.dev
	$(BIN)/python -m pytest --nbmake --nbmake-timeout=120 notebooks
	$(BIN)/python scripts/tour_check.py notebooks/tour.ipynb

# What Binder does, without a container: its install steps in a clean environment, then the tour.
binder-check: $(VENV)/.dev
	$(BIN)/python scripts/binder_check.py

docs: $(VENV)/.dev
	$(BIN)/python scripts/api_reference.py build/docs

# The public address of the repository, into pyproject.toml and the README: make address URL=https://...
address:
	$(PYTHON) scripts/address.py $(URL)

binder-lock: $(VENV)/.made
	$(BIN)/python scripts/binder_lock.py

bench:
	$(PYTHON) benchmarks/bench.py $(BENCH)

soak: $(VENV)/.dev
	$(BIN)/python benchmarks/soak.py $(SOAK)
	$(BIN)/python benchmarks/kill.py

clean:
	rm -rf $(VENV) .venv-bench-* .venv-matrix build dist frontend/node_modules sandbox/notebook/static
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- environments

# JupyterLab refuses to run as root (in a container, say) unless told to.
ALLOW_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

%/.made:
	$(PYTHON) scripts/make_venv.py $*
	@touch $@

$(VENV)/.lab: $(VENV)/.made $(INSTALL_INPUTS)
	@echo 'Installing the sandbox and JupyterLab into $(VENV); the first time this takes a minute or two.'
	$(BIN)/python $(PIP_INSTALL) --editable '.[lab]'
	@touch $@

$(VENV)/.dev: $(VENV)/.made $(INSTALL_INPUTS)
	@echo 'Installing the sandbox and its test tools into $(VENV); the first time this takes a minute or two.'
	$(BIN)/python $(PIP_INSTALL) --editable '.[dev]'
	@touch $@

frontend/node_modules/.package-lock.json: frontend/package-lock.json
	npm --prefix frontend ci --no-audit --no-fund
	@touch $@
