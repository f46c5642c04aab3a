# What each target needs it sets up itself: see tools/. `make help` lists the targets.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
export HOST PORT

IN_VENV = .venv/bin/python -m
COMPILE = uv pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test check format services-test browser-test faults bench lock setup-dev setup-browser clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## the whole site on this computer; PORT=8001 and HOST=0.0.0.0 are variables
	@$(PYTHON) -m tools.setup demo
	@exec $(IN_VENV) tools.demo

test: setup-dev ## the tests; ARGS="-k letter" goes to pytest
	@exec $(IN_VENV) pytest -n auto -rs $(ARGS)

# The browser's tests are checked for types, too: so the larger set.
check: setup-browser ## format, lint, types, migrations, translations, production settings, locks
	@exec $(IN_VENV) tools.check

format: setup-dev ## put code and templates into the form that `make check` asks for
	@.venv/bin/ruff check --quiet --fix-only . && .venv/bin/ruff format .
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} +

services-test: setup-dev ## the tests on PostgreSQL and Redis, private servers started for them
	@exec $(IN_VENV) tools.services $(ARGS)

browser-test: setup-browser ## the site in Debian's chromium, with axe
	@exec $(IN_VENV) tools.browser $(ARGS)

faults: setup-dev ## the proof that no letter is lost; ARGS="--quick" for three minutes of it
	@exec $(IN_VENV) tests.faults $(ARGS)

bench: setup-dev ## performance, each figure beside its reference; ARGS=--quick for a short run
	@exec $(IN_VENV) bench $(ARGS)

lock: ## compile requirements/*.txt from pyproject.toml (needs uv)
	$(COMPILE) -o requirements/run.txt
	$(COMPILE) --extra dev -o requirements/dev.txt
	$(COMPILE) --extra dev --extra e2e -o requirements/browser.txt

setup-dev: ## .venv with what the tests need
	@$(PYTHON) -m tools.setup dev

setup-browser: ## .venv with that and what drives a browser
	@$(PYTHON) -m tools.setup browser

clean: ## remove .venv and all caches; the data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
