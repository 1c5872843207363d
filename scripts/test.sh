#!/usr/bin/env bash
# Installs what the tests need (on Debian), builds, checks the format, runs every test and checks that nothing is left running.
#   scripts/test.sh [--filter X] [more arguments of dotnet test]
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

results=$REPO/artifacts/test-results
export HOME="${HOME:-/root}" TMPDIR="${TMPDIR:-/tmp}"
# Every process that starts below inherits this mark, however it is detached: that is how leftovers are found.
WHALES_TEST_RUN=$$-$(date +%s)
export WHALES_TEST_RUN

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "This needs root once: $*" "Run it as root, or install sudo."
  fi
}

install_servers() {
  local missing=()
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
  command -v strace >/dev/null || missing+=(strace)
  command -v promtool >/dev/null || missing+=(prometheus)
  command -v prometheus-alertmanager >/dev/null || missing+=(prometheus-alertmanager)
  command -v docker-compose >/dev/null || missing+=(docker-compose)
  command -v setpriv >/dev/null || missing+=(util-linux)
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    die "The tests need ${missing[*]} (Debian package names), and there is no apt-get here: install them, then run this again."
  say "Installing ${missing[*]} ..."
  as_root apt-get update -qq || die "apt-get update failed: check the network, then run this again."
  # RUNLEVEL=1 keeps Debian from starting the servers that it installs.
  as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install ${missing[*]}; its message is above."
  # Where systemd starts services all the same, what was installed just now is stopped again.
  if [ -d /run/systemd/system ]; then
    local package
    for package in "${missing[@]}"; do
      case $package in rabbitmq-server | postgresql | prometheus | prometheus-alertmanager) as_root systemctl disable --now "$package" || true ;; esac
    done
  fi
}

# Every process that carries the mark, but this shell and its helpers here.
leftovers() {
  local entry pid
  for entry in /proc/[0-9]*; do
    pid=${entry#/proc/}
    [[ $pid != "$$" && $pid != "$BASHPID" ]] || continue
    if tr '\0' '\n' 2>/dev/null <"$entry/environ" | grep -qx "WHALES_TEST_RUN=$WHALES_TEST_RUN"; then
      [ -r "$entry/cmdline" ] && printf '%s %s\n' "$pid" "$(tr '\0' ' ' <"$entry/cmdline" 2>/dev/null | cut -c1-150)"
    fi
  done
}

require_platform
require_tools
install_servers

say "Building ..."
build "$REPO/artifacts/test-build.log" Whales.Queue.sln -warnaserror
cd "$REPO"
say "Checking the format ..."
# The binding of ONNX Runtime is compiled from its package, whose format is its own.
dotnet format Whales.Queue.sln --no-restore --verify-no-changes --exclude node_modules

say "Testing ..."
rm -rf "$results"
failed_run=0
# One project after the other: within one, tests run in parallel already, and two cores are soon full.
dotnet test Whales.Queue.sln -c Release --no-build --nologo -m:1 -nodeReuse:false --results-directory "$results" --logger trx \
  --blame-hang --blame-hang-timeout 10m --blame-hang-dump-type none "$@" || failed_run=1

# Totals over all projects, from their reports.
total() {
  { grep -rhoE '<Counters [^>]*' --include='*.trx' "$results" 2>/dev/null || true; } |
    sed -nE "s/.* $1=\"([0-9]+)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}
passed=$(total passed)
failed=$(total failed)
all=$(total total)
skipped=$((all - passed - failed))

left=
for _ in 1 2 3 4 5 6 7 8 9 10; do
  left=$(leftovers)
  [ -n "$left" ] || break
  sleep 0.5
done

status=$failed_run
if [ -n "$left" ]; then
  say "" "Processes that the tests left running:" "$left"
  status=1
fi
if [ "$skipped" -gt 0 ]; then
  say "" "$skipped tests were skipped or did not finish."
  status=1
fi
if [ "$passed" -eq 0 ] || [ "$failed" -gt 0 ]; then status=1; fi
say "" "$passed passed, $failed failed"
exit "$status"
