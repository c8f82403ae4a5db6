# Two commands need nothing but Python >= 3.11: `make run` and `make test`.

# PYTHON=/path/to/python names another one than tools/venv.sh would choose.
PYTHON ?=
BIN := .venv/bin
CATALOGUES := $(wildcard src/gonets/locale/*/LC_MESSAGES/*.po)
# Checks must not touch the data of the desk that may be running here.
SCRATCH = GONETS_DATA=$(CURDIR)/.venv/scratch/$@ GONETS_ENV_FILE=/dev/null
PYTEST := $(BIN)/pytest -q
QUICK := -m "not browser and not faults and not hosts and not soak and not thorough"
QUICKLY := --dist worksteal -n 2
# Only files with slow tests are opened: each process would have to read all the others too.
APART = $(shell grep -rlE --include='test_*.py' 'mark\.(faults|hosts|thorough)' tests)
SLOW = -m "(browser or faults or hosts or thorough) and not soak" $(sort tests/browser $(APART))
# Whole files: what a file has started serves all of its tests.
SLOWLY := --dist loadfile --no-loadscope-reorder -n 4
# What fills the gaps of others, behind them: the types, and the quick tests behind those.
BESIDE := nice -n 5
BEHIND := nice -n 10
# Browsers and killed processes mind a busy machine: what failed is tried once more, alone,
# and both summaries stay in sight. What fails alone too has failed.
AGAIN := $(PYTEST) --last-failed --last-failed-no-failures none

export UV_PYTHON_DOWNLOADS = never
# Many short-lived processes start here; compiled once, they start a quarter faster.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test slow quick-on-both check quick lint types rules bench soak fmt messages lock screenshots system sinks help
.SILENT:

help:  ## say what there is
	sed -n 's/^\([a-z]*\):.*## /  make \1 \t/p' $(MAKEFILE_LIST) | expand -t 20

run: .venv/ready-to-run .venv/messages  ## start Gonets; everything it needs is installed first
	exec $(BIN)/gonets serve

test: .venv/ready-to-test .venv/messages system  ## everything CI runs
	$(MAKE) --no-print-directory -j 4 rules types slow quick-on-both

# The slow tests wait more than they compute: in the meantime the quick ones run.
slow:
	echo "— with the browser and the faults"
	$(PYTEST) $(SLOW) $(SLOWLY) || $(AGAIN) $(SLOW)

quick-on-both:
	failed=0; \
	for database in postgres memory; do \
	  cache="-o cache_dir=.pytest_cache/$$database"; log=.venv/on-$$database.log; \
	  export GONETS_TEST_DATABASE=$$database; \
	  $(BEHIND) $(PYTEST) $(QUICK) $$cache $(QUICKLY) >$$log 2>&1 \
	    || $(BEHIND) $(AGAIN) $(QUICK) $$cache >>$$log 2>&1 \
	    || failed=1; \
	  echo; echo "— on $$database"; cat $$log; \
	done; exit $$failed

check: .venv/ready-to-test .venv/messages  ## the quick part, before every commit
	$(MAKE) --no-print-directory -j 3 rules types quick

# One processor alone looks through the types: behind them, its summary comes last.
quick:
	$(BEHIND) $(PYTEST) $(QUICK) $(QUICKLY)

lint: .venv/ready-to-test .venv/messages
	$(MAKE) --no-print-directory -j 2 types rules

# Said in one piece each, for tests may be running beside them.
types:
	said=$$($(SCRATCH) $(BESIDE) $(BIN)/mypy 2>&1); status=$$?; echo "$$said"; exit $$status

rules:
	said=$$({ $(BIN)/ruff check && $(BIN)/ruff format --check \
	  && $(BIN)/lint-imports --no-cache \
	  && $(SCRATCH) $(BIN)/gonets makemigrations --check --dry-run \
	  && $(BIN)/python tools/check_messages.py; } 2>&1); \
	  status=$$?; echo "$$said"; exit $$status

bench: .venv/ready-to-test .venv/messages sinks  ## how fast it is on this machine (ROWS="sqlite ledger": some of it)
	$(BIN)/python -m benchmarks $(ROWS)

soak: .venv/ready-to-test .venv/messages system  ## hours of kills and crowds
	$(BIN)/pytest -s -m soak

fmt: .venv/ready-to-test  ## lay out the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

screenshots: .venv/ready-to-test .venv/messages system  ## take the guide's pictures anew
	GONETS_TEST_SCREENSHOTS=docs/images $(BIN)/pytest -q tests/browser/test_walk.py \
	  tests/browser/test_preflight.py tests/browser/test_pictures.py -k "ru-wide or en-wide"
	$(BIN)/python tools/shrink_pictures.py docs/images/*/*.png

messages: .venv/messages  ## compile the catalogues

lock:  ## pin what pyproject.toml asks for (needs uv); no index address is written
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml --extra server --extra postgres --group build -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml -c requirements/run.txt --group test --group lint -o requirements/dev.txt

system:
	tools/system.sh

sinks:
	tools/postfix_sinks.sh

# Each file stands for what was installed from the files it depends on.
.venv/python:
	PYTHON="$(PYTHON)" tools/venv.sh
	touch $@

.venv/ready-to-run: requirements/run.txt pyproject.toml | .venv/python
	echo "Installing what Gonets needs (once, about a minute)…"
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/ready-to-test: requirements/dev.txt .venv/ready-to-run
	echo "Installing what the tests need…"
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	touch $@

.venv/messages: $(CATALOGUES) | .venv/ready-to-run
	$(BIN)/python tools/compile_messages.py
	touch $@
