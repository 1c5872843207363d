#!/usr/bin/env bash
# Brings faults upon a real system under load, and counts what became of every photo that it accepted. Ends by itself: 0 when nothing was lost.
#   scripts/faults.sh [--rounds N] [--seed S] [--only NAME,NAME...] [--clients N] [--list]
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/packages.sh
. "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

export HOME="${HOME:-/root}" TMPDIR="${TMPDIR:-/tmp}"

require_platform
require_tools
install_packages rabbitmq-server postgresql util-linux faketime

say "Building ..." >&2
build "$REPO/artifacts/faults-build.log" tests/Whales.FaultSuite -warnaserror
exec dotnet "$REPO/tests/Whales.FaultSuite/bin/Release/net10.0/Whales.FaultSuite.dll" "$@"
