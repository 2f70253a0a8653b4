# Gõ Cửa. `make` alone prints this help.
PYTHON ?= python3
BIN := .venv/bin
RUN := requirements/run.txt
DEV := requirements/dev.txt
# compiled once, so that every start is quick, also where Python may not keep what it compiled
ROOMS := bot handlers content storage
# many tests wait for a clock or another process: twice as many at a time as there are cores
JOBS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) * 2 )))

.DEFAULT_GOAL := help
.PHONY: help setup setup-run demo test fuzz check search bench chaos lock clean

help: ## this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON=python3.x make ...)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet "uv>=0.9,<1"

.venv/.run: $(BIN)/uv $(RUN) pyproject.toml
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(RUN)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q $(ROOMS)
	@touch $@

.venv/.dev: $(BIN)/uv $(DEV) pyproject.toml
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(DEV)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q $(ROOMS)
	@touch $@ .venv/.run

setup: .venv/.dev ## set up everything for work and tests, into .venv

setup-run: .venv/.run ## set up only what running it needs

demo: .venv/.run ## start the demonstration commune and its web chat on this machine
	@$(BIN)/gocua demo

check: .venv/.dev ## lint, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# what is compiled is kept: five programs read the tests, and they start many more; the first of them compiles for the rest
test: export PYTHONDONTWRITEBYTECODE :=
test: check ## every test, with a real PostgreSQL and a real browser
	$(BIN)/python -m tests.browser
	$(BIN)/pytest -m alone
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not alone"

fuzz: .venv/.dev ## the property tests with examples that were never tried before
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m hypothesis --hypothesis-profile=anew

bench: .venv/.dev ## print figures beside a plain bot and plain queries, in turns in one run
	$(BIN)/python -m bench
	$(BIN)/python -m bench.broadcast
	$(BIN)/python -m bench.coverage

search: .venv/.dev ## train the search model again, after its phrasings or word lists changed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m content.train tests/content/questions.jsonl

chaos: .venv/.dev ## the long run of faults and kills, with its verdict
	$(BIN)/python -m tests.chaos

lock: $(BIN)/uv ## pin every dependency again, with hashes
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --group build --extra postgres pyproject.toml -o $(RUN)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --group build --group test --group lint --extra postgres --extra voice pyproject.toml -o $(DEV)

clean: ## remove what was set up and built
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache
