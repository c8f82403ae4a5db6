#!/bin/sh
# Postfix's smtp-sink and smtp-source for the benchmarks, by apt where they are missing.
# Without them the rows that need them are left out, and say so.
set -eu

PATH="$PATH:/usr/sbin"
if command -v smtp-sink >/dev/null && command -v smtp-source >/dev/null; then
  exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "smtp-sink and smtp-source are missing: install your system's postfix package (it need not run) for the rows that need them." >&2
  exit 0
fi

# Two programs of it are wanted; Postfix itself must not start, neither now nor later:
# without a configuration it never does.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi
echo "Installing postfix for its smtp-sink (once; it is not started)…"
if command -v debconf-set-selections >/dev/null; then
  echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postfix >/dev/null
