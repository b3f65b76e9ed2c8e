# highfence: `make brief`, `make whatif` and `make test` need nothing but python3 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
CHIP ?= H20
POLICY ?= h20-licence-2025
AGAINST ?= h20-ban-2025
DRAWS ?= 2000

.PHONY: brief whatif test setup browser validate calibrate bench lock clean help

help:                 ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/'

brief: $(VENV)/.brief ## the brief of the H20, in the terminal and under out/
	@$(BIN)/highfence brief $(CHIP) --out out

whatif: $(VENV)/.brief ## the H20 licensed in July 2025 or not, with reasons, in the terminal and under out/ (a minute)
	@$(BIN)/highfence whatif $(POLICY) --against $(AGAINST) --draws $(DRAWS) --why --out out

setup: $(VENV)/.dev   ## .venv with every extra and the tools for testing

test: setup browser   ## every check: style, types, layers, tests
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile

validate: setup       ## recompute every case into docs/validation.md; perf too with DATA=folder of measurements (minutes)
	$(BIN)/highfence validate --out docs/validation.md $(if $(DATA),--data $(DATA))

calibrate: setup      ## fit the market's posteriors anew, of all origins or ORIGINS="DAY …" (three minutes to compile, then one or two each)
	$(BIN)/python -m highfence.market.calibration $(ORIGINS)

bench: setup          ## measure the budgets, beside peers where they can be had (PERF_PEERS=FOLDER: checkouts)
	$(BIN)/python -m bench $(if $(PERF_PEERS),--perf-peers "$(PERF_PEERS)")

browser:              ## Debian's chromium and a CJK font, for the tests that look at pages (needs root; else skipped)
	@if ! command -v chromium >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ]; then \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk; } >/dev/null \
	      || echo "chromium could not be installed: tests that look at pages are skipped"; \
	  else echo "tests that look at pages are skipped; for them: sudo apt-get install chromium fonts-noto-cjk"; fi; fi

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get install -y python3-venv; \
	  else echo "Debian keeps venv apart: run  sudo apt-get install python3-venv  and make again"; exit 1; fi
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.brief: $(VENV)/.python requirements/brief.lock pyproject.toml
	$(PIP) --require-hashes -r requirements/brief.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.python requirements/dev.lock pyproject.toml
	$(PIP) --require-hashes -r requirements/dev.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.brief

lock:                 ## write the lock files anew (needs uv)
	uv pip compile --quiet --universal --fork-strategy fewest --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra brief --group build pyproject.toml -o requirements/brief.lock
	uv pip compile --quiet --universal --fork-strategy fewest --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --all-extras --group build --group dev pyproject.toml -o requirements/dev.lock

clean:                ## remove what the targets made
	rm -rf $(VENV) out
