# What people type here; `make` alone lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Compiled lists name what PyPI has, whatever this machine's own pip is set to.
COMPILE := env PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= CUSTOM_COMPILE_COMMAND="make requirements" \
	$(PY) -m piptools compile --quiet --strip-extras --generate-hashes --allow-unsafe \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

# `make prove NAME`: the name is an argument, not a goal.
ifeq (prove,$(firstword $(MAKECMDGOALS)))
  NAME ?= $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
  $(eval $(filter-out prove,$(MAKECMDGOALS)):;@:)
endif

.PHONY: help run test check prove screenshots requirements

help:
	@echo "make run           everything on this machine, with the demo story, at http://127.0.0.1:8000/ (PORT=… for another)"
	@echo "make test          all tests, on SQLite and on PostgreSQL with Redis"
	@echo "make check         format, lint, types, import rules, templates, migrations, production settings"
	@echo "make prove [NAME]  the proofs at full size; results under benchmarks/results/"
	@echo "make screenshots   pictures of the main pages, under screenshots/"
	@echo "make requirements  compile requirements*.txt from requirements*.in"

run: .venv/run.stamp
	@exec $(PY) -m tracker.run

# Both engines side by side; the whole suite's line, SQLite's, is the last.
test: .venv/dev.stamp
	@$(PY) -m tests

# Runs every check, then fails if one did. The settings checked are production's; nothing is kept.
check: .venv/dev.stamp
	@failed=; \
	try() { name=$$1; shift; if out=$$("$$@" 2>&1); then echo "ok      $$name"; \
		else failed=1; echo "FAILED  $$name"; printf '%s\n' "$$out"; fi; }; \
	manage() { scratch=$$(mktemp -d) && env -u DEBUG -u REDIS_URL VAR_DIR="$$scratch" DATABASE_URL=sqlite://:memory: \
		PUBLIC_URL=https://claims.example $(PY) manage.py "$$@"; status=$$?; rm -rf "$$scratch"; return $$status; }; \
	try "ruff format --check" $(PY) -m ruff format --check . ; \
	try "ruff check" $(PY) -m ruff check . ; \
	try "lint-imports" $(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()" ; \
	try "djlint --check" $(PY) -m djlint --check --quiet templates ; \
	try "djlint --lint" $(PY) -m djlint --lint --quiet templates ; \
	try "makemigrations --check" manage makemigrations --check --dry-run ; \
	try "check --deploy" manage check --deploy --fail-level WARNING ; \
	try "mypy --strict" $(PY) -m mypy . ; \
	test -z "$$failed"

prove: .venv/dev.stamp
	@$(PY) -m benchmarks $(NAME)

screenshots: .venv/dev.stamp
	@$(PY) -m tests.screenshots

requirements: .venv/dev.stamp
	@$(COMPILE) --output-file requirements.txt requirements.in
	@$(COMPILE) --output-file requirements-dev.txt requirements-dev.in
	@$(COMPILE) --output-file requirements-tier-a.txt requirements-tier-a.in
	@$(COMPILE) --output-file requirements-tier-b.txt requirements-tier-b.in

# ---------------------------------------------------------------- the virtual environment
.venv/bin/python:
	@for python in $(PYTHON) python3.11 python3 python3.12 python3.13; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "This needs Python 3.11 or newer, and none was found as python3.11 or python3." >&2; \
		echo "Install it (Debian: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python" >&2; \
		exit 1; \
	fi; \
	echo "Making .venv with $$($$found --version)"; \
	$$found -m venv --clear .venv || { rm -rf .venv; \
		echo "Python's own venv module does not work here (Debian: apt-get install python3-venv)." >&2; exit 1; }

.venv/run.stamp: requirements.txt | .venv/bin/python
	@echo "Installing what it runs on into .venv (once, about a minute)"
	@$(PY) -m pip install --quiet --require-hashes --requirement requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing what checks and tests need into .venv (once, about a minute)"
	@$(PY) -m pip install --quiet --require-hashes --requirement requirements.txt --requirement requirements-dev.txt
	@touch $@
