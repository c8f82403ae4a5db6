#!/bin/sh
# What the tests need of the system, by apt where it is missing: Chromium and fonts for
# the browser tests, strace for the tests that kill a worker at a system call.
set -eu

FONTS="fonts-dejavu-core fonts-noto-core fonts-noto-color-emoji"

missing=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="chromium"
command -v strace >/dev/null || missing="$missing strace"
if command -v dpkg-query >/dev/null; then
  for font in $FONTS; do
    dpkg-query -W -f '${Status}' "$font" 2>/dev/null | grep -q 'ok installed' || missing="$missing $font"
  done
fi
[ -n "$missing" ] || exit 0

if [ "$missing" = " strace" ] && [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
  echo "Without strace (install it as root) the tests that need it are left out." >&2
  exit 0
fi
if [ "$(id -u)" = 0 ]; then
  sudo=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  sudo="sudo -n"
else
  echo "The tests need these packages: $missing. Install them as root, then run make test again." >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "The tests need these packages: $missing. This system has no apt-get: install them your way, then run make test again." >&2
  exit 1
fi
echo "Installing$missing (once)…"
$sudo apt-get update -qq
# shellcheck disable=SC2086  # A list of package names.
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
