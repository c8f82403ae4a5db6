#!/bin/sh
# Make .venv, or say what is missing and how to get it.
set -eu

# A distribution builds its Python with optimisations; who compiles one by hand mostly does
# not, and it runs a quarter slower.  Whoever names a Python gets the one they have named.
DISTRIBUTED=/usr/bin/python3
if [ -z "${PYTHON:-}" ]; then
  PYTHON=python3
  if ! "$PYTHON" -c 'import sysconfig, sys; sys.exit(
      "--enable-optimizations" not in (sysconfig.get_config_var("CONFIG_ARGS") or ""))' \
      2>/dev/null \
    && "$DISTRIBUTED" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
      2>/dev/null
  then
    PYTHON=$DISTRIBUTED
    echo "Taking $DISTRIBUTED, which is built with optimisations (another one: PYTHON=/path/to/python)."
  fi
fi
if ! command -v "$PYTHON" >/dev/null; then
  echo "There is no $PYTHON: install Python 3.11 or newer, or name yours: make run PYTHON=/path/to/python" >&2
  exit 1
fi
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "$("$PYTHON" --version) is too old: Gonets needs 3.11 or newer; name yours: make run PYTHON=/path/to/python" >&2
  exit 1
fi
if [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; then
  exit 0
fi
if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "This Python cannot make virtual environments: on Debian and Ubuntu, apt-get install python3-venv" >&2
  exit 1
fi
"$PYTHON" -m venv --clear .venv
