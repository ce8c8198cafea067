# Every target does its own set-up. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
UI_SOURCES := $(shell find ui -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
PAGE := src/sargas/web/page/index.html
PLACES := src/sargas/airspace/data/places.json
CHECKED := src tests benchmarks examples scripts

.DEFAULT_GOAL := help
# What a target needs is made side by side: packages, compiled kernels and the page do not wait for each other.
MAKEFLAGS += --jobs=3
.PHONY: checked-page help demo test check format bench docs page lock clean chromium wheel

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.compiled $(PAGE) $(PLACES)  ## play 28 July 2025 in the browser
	$(RUN)/sargas demo $(ARGS)

test: $(VENV)/.tests $(VENV)/.compiled $(PAGE) $(PLACES) chromium checked-page  ## run every test, the page's first
	$(RUN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.tests $(VENV)/.compiled $(PAGE) $(PLACES) chromium checked-page  ## format, lint, types, layers, page, tests and docs
	$(RUN)/ruff format --check $(CHECKED)
	$(RUN)/ruff check $(CHECKED)
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

format: $(VENV)/.tests  ## put the code in its format
	$(RUN)/ruff format $(CHECKED)
	$(RUN)/ruff check --fix $(CHECKED)

bench: $(VENV)/.tests $(VENV)/.compiled  ## measure; the figures stand in docs/explanation/performance.md
	$(RUN)/python benchmarks/run_all.py $(ARGS)

docs: $(VENV)/.tests $(VENV)/.compiled  ## write the generated parts of the reference anew and test every command in the docs
	$(RUN)/python docs/generate.py
	$(RUN)/python -m pytest tests/docs

page: $(PAGE) $(PLACES)  ## build the web page and the list of towns

wheel: $(VENV)/.tests $(PAGE) $(PLACES)  ## build dist/sargas-*.whl, page and towns included
	$(RUN)/python -m build --wheel --no-isolation

# Locked for 3.11.0, not for whoever runs this: Debian 12 has 3.11.2, and packages exist that want a later 3.11.
lock: $(VENV)/.tests  ## choose the newest versions that fit and lock them
	$(RUN)/uv pip compile pyproject.toml --python-version 3.11.0 --generate-hashes --no-emit-index-url --no-header --upgrade --quiet -o requirements.lock
	$(RUN)/uv pip compile pyproject.toml --extra dev -c requirements.lock --python-version 3.11.0 --generate-hashes --no-emit-index-url --no-header --upgrade --quiet -o requirements-dev.lock

clean:  ## remove everything that is built, the environment included
	rm -rf $(VENV) build dist ui/node_modules src/sargas/web/page src/sargas/airspace/data .mypy_cache .ruff_cache .pytest_cache

checked-page: $(PAGE)
	. scripts/node.sh && cd ui && npm run --silent check

chromium: $(VENV)/.tests
	@sh scripts/chromium.sh

$(VENV)/bin/python:
	sh scripts/venv.sh $(PYTHON) $(VENV)

$(VENV)/.runs: $(VENV)/bin/python requirements.lock pyproject.toml
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.compiled: $(VENV)/.runs scripts/compile.py
	@echo "compiling the tracker and the search for this machine, once: about a minute"
	@$(RUN)/python scripts/compile.py
	@touch $@

$(VENV)/.tests: $(VENV)/.runs requirements-dev.lock
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

ui/node_modules/.package-lock.json: ui/package.json ui/package-lock.json $(VENV)/bin/python
	. scripts/node.sh && cd ui && npm ci --silent --no-audit --no-fund
	@touch $@

$(PAGE): ui/node_modules/.package-lock.json $(UI_SOURCES)
	. scripts/node.sh && cd ui && npm run --silent build
	@touch $@

$(PLACES): ui/node_modules/.package-lock.json ui/scripts/towns.mjs
	. scripts/node.sh && node ui/scripts/towns.mjs
	@touch $@
