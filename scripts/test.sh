#!/usr/bin/env bash
# Installs what the tests need (on Debian), builds, checks the format, runs every test and checks that nothing is left running.
#   scripts/test.sh [--filter X] [more arguments of dotnet test]
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/packages.sh
. "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

results=$REPO/artifacts/test-results
export HOME="${HOME:-/root}" TMPDIR="${TMPDIR:-/tmp}"
# Every process that starts below inherits this mark, however it is detached: that is how leftovers are found.
WHALES_TEST_RUN=$$-$(date +%s)
export WHALES_TEST_RUN

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
install_packages rabbitmq-server postgresql strace prometheus prometheus-alertmanager docker-compose util-linux faketime python3-torch python3-onnx python3-pil

say "Building ..."
build "$REPO/artifacts/test-build.log" Whales.Queue.sln -warnaserror
cd "$REPO"
rm -rf "$results"
mkdir -p "$results"
failed_run=0
# The tests of the pipeline that trains the models take one core and so does the check of the format: side by side. A selection of .NET tests goes without.
training=
if [ $# -eq 0 ]; then
  say "Testing training/ ..."
  (
    failed=0
    for tests in test_training test_import; do
      /usr/bin/python3 -W ignore "training/$tests.py" >"$results/$tests.log" 2>&1 || { tail -n 60 "$results/$tests.log"; failed=1; }
    done
    exit "$failed"
  ) &
  training=$!
fi
say "Checking the format ..."
# The binding of ONNX Runtime is compiled from its package, whose format is its own.
dotnet format Whales.Queue.sln --no-restore --verify-no-changes --exclude node_modules || failed_run=1
[ -z "$training" ] || wait "$training" || failed_run=1

say "Testing ..."
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
trained=$({ grep -hoE '^Ran [0-9]+ tests' "$results"/test_*.log 2>/dev/null || true; } | awk '{ sum += $2 } END { print sum + 0 }')

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
[ "$trained" -eq 0 ] || say "$trained tests of training/ ran"
exit "$status"
