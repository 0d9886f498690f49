# `make run` shows the system, `make test` tests it. Everything else is for developers.
#
# Needs git, make and Python 3.11 or newer. WHEELHOUSE=dir installs without a network from the files
# that `make wheelhouse` collected there.

SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.setup-stamp
LOCK := requirements-dev.lock
WORKERS ?= 2
OFFLINE := $(if $(WHEELHOUSE),--no-index --find-links "$(abspath $(WHEELHOUSE))")
BENCHES := sweep interactive timers decide year import pay pages audit
# A worker that is done takes over half of what another one still has.
PYTEST := $(PY) -m pytest -n $(WORKERS) --dist worksteal
# What runs where. quick: these places on SQLite (rules, states, records, papers, and one class from
# enrolment to its payment), a minute on two cores. test: everything. test-full: everything, with a
# thousand random cases where `test` tries sixty (tests/conftest.py).
QUICK := tests/rules tests/states tests/records tests/papers tests/senders tests/test_house.py \
  tests/actions/test_walking_the_road.py
NO_SERVER := not slow and not postgres and not browser and not prefect

.PHONY: help setup run quick test test-full check bench wheelhouse clean

help:
	@echo "make run         start everything with generated people (Ctrl-C stops it)"
	@echo "make test        run all tests"
	@echo "make quick       a minute: rules, states, records, papers, one class; needs no server"
	@echo "make test-full   all tests, more random cases"
	@echo "make check       format, types, import rules and all tests"
	@echo "make bench       measure (make bench BENCHES=sweep for one)"
	@echo "make wheelhouse  collect the packages for machines without a network"
	@echo "make clean       remove the environment and caches; var/ stays"

setup: $(STAMP)

$(STAMP): $(LOCK) requirements.lock pyproject.toml
	@python=$$(PYTHON="$(PYTHON)" sh scripts/find-python) || exit 1; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv --clear $(VENV) || { \
	  echo "This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PY) -m pip install --quiet --disable-pip-version-check $(OFFLINE) --require-hashes -r $(LOCK)
	$(PY) -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

run: setup
	@exec $(VENV)/bin/subsidy up --demo

quick: setup
	$(PYTEST) -m "$(NO_SERVER)" $(QUICK)

test: setup
	$(PYTEST)

test-full: setup
	$(PYTEST) --hypothesis-profile=thorough

check: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTEST)

bench: setup
	@for each in $(BENCHES); do $(VENV)/bin/subsidy bench $$each || exit 1; done

wheelhouse: setup
	$(PY) -m pip download --quiet --disable-pip-version-check --require-hashes -r $(LOCK) -d wheelhouse
	@echo "Copy wheelhouse/ to the other machine and run: make setup WHEELHOUSE=wheelhouse"

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
