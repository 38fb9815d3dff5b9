# make run [PORT=8000]   a working clinic on this machine; Ctrl-C stops it, the data stay in .local/
# make test              every test, and the coverage of the diary's rules
# make lint              style, types, the order of the layers, waiting migrations, deploy checks
# make prove             the long form of the proofs that `make test` runs in short
# make bench             how fast the pages are beside a bare Django view
# make pins              writes requirements*.txt anew from requirements*.in (UPGRADE=1: newest)

PORT ?= 8000
VENV := .venv
PYTHON := $(VENV)/bin/python
# The files name every package that is needed, so pip is told not to look for more: an older one
# would ask for the newest release of what is wanted with extras, whatever is pinned.
PIP := $(PYTHON) -m pip install -qq --disable-pip-version-check --no-input --require-hashes --no-deps

# Every branch of these is taken by a test.
FULLY_COVERED := booking/intervals.py booking/policy.py booking/availability.py booking/screening.py \
	booking/limits.py booking/course_plan.py booking/waiting_list.py booking/absences.py \
	booking/scheduling/*.py

# What a real installation has, as far as checks look at it. No server stands behind it.
PRODUCTION := DEBUG=false SITE_ORIGIN=https://clinic.example.com EMAIL_HOST=smtp.example.com \
	DEFAULT_FROM_EMAIL=desk@clinic.example.com DATABASE_URL=postgresql://db.example.com/clinic

.PHONY: help run test lint prove bench pins

help:
	@sed -n '/^# make/s/^# //p' Makefile

run: $(VENV)/.installed-run .env
	@exec $(PYTHON) -m clinic_site.local_run --port $(PORT)

test: $(VENV)/.installed-dev
	@CHROMIUM="$$($(PYTHON) -m tests.chromium)" && export CHROMIUM && \
	exec $(PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder \
		--cov --cov-report=
	@for module in $(FULLY_COVERED); do \
		report="$$($(PYTHON) -m coverage report --include="$$module" --fail-under=100 2>&1)" \
		|| { echo "Not every branch of $$module is tested:"; echo "$$report"; exit 1; }; \
	done; echo "Every branch is tested of $(FULLY_COVERED)"

lint: $(VENV)/.installed-dev
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) manage.py makemigrations --check --dry-run --settings tests.settings
	@key="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))')" && \
	health="test:$$($(PYTHON) -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())')" && \
	SECRET_KEY="$$key" HEALTH_KEYS="$$health" $(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

prove: $(VENV)/.installed-dev
	@CHROMIUM="$$($(PYTHON) -m tests.chromium)" && export CHROMIUM && \
	PROVE=1 exec $(PYTHON) -m pytest -m prove --durations=0

bench: $(VENV)/.installed-dev
	@$(PYTHON) -m tests.bench

pins: $(VENV)/bin/python
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check uv
	@for name in requirements requirements-local requirements-dev; do \
		$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
			--generate-hashes --no-emit-index-url --no-emit-find-links \
			--custom-compile-command "make pins" $(if $(UPGRADE),--upgrade) \
			--output-file $$name.txt $$name.in || exit 1; \
	done

.env:
	@printf '# Read by clinic_site/settings.py; .env.example lists what can stand here.\nDEBUG=true\n' >.env

$(VENV)/.installed-run: requirements-local.txt | $(VENV)/bin/python
	@echo "Installing what the clinic needs into $(VENV)"
	@$(PIP) -r requirements-local.txt || { $(NO_PACKAGES); }
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the tests need into $(VENV)"
	@$(PIP) -r requirements-dev.txt || { $(NO_PACKAGES); }
	@touch $@ $(VENV)/.installed-run

NO_PACKAGES = echo "The packages above could not be installed. The first time, pip must reach its \
	package index; after that only when requirements*.txt change." >&2; exit 1

# A command can exist and still not run (a version manager's stand-in), so each is tried.
$(VENV)/bin/python:
	@found= ; incomplete= ; \
	for each in $(PYTHON3) python3.13 python3.12 python3.11 python3; do \
		"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		if "$$each" -c 'import ensurepip, venv' 2>/dev/null; then found=$$each; break; fi; \
		incomplete=$$each; \
	done; \
	if [ -n "$$found" ]; then \
		echo "Making $(VENV) with $$found"; "$$found" -m venv --clear $(VENV); \
	elif [ -n "$$incomplete" ]; then \
		echo "$$incomplete cannot make virtual environments: its modules venv and ensurepip are missing." >&2; \
		echo "On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	else \
		echo "Python 3.11 or newer is needed, and no python3 here is one." >&2; \
		echo "On Debian or Ubuntu: apt-get install python3 python3-venv. On macOS: brew install python" >&2; \
		echo "Or name one that is not on the PATH: make run PYTHON3=/path/to/python3" >&2; exit 1; \
	fi
