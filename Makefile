# `make demo` and `make test` need nothing but Python ≥ 3.11, git and make; both make .venv first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check format notebooks lock clean

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: .venv/ready ## sample departments, crawled, read and served
	$(BIN)/congthuong demo

test: check ## everything that CI asks of a change
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: .venv/ready ## style, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready ## put the code in form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

notebooks: .venv/ready ## run the notebooks again on the demo's archive and keep their outputs
	$(BIN)/congthuong demo --no-serve
	cd notebooks && ../$(BIN)/jupyter execute --inplace *.ipynb

lock: ## requirements.lock anew, for all Pythons, without an index address
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --quiet --upgrade -o requirements.lock

clean: ## the environment and the caches; never the data
	rm -rf .venv .wacz .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info
