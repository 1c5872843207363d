#!/usr/bin/env bash
# Brings known animals into a running Whales.Queue: a folder with a folder for each animal, or a CSV file. May be broken off and run again.
#   scripts/import-catalogue.sh DIR|CSV [--url URL] [--key KEY] [--no-wait]
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

require_platform
# What runs already is not built under its feet.
for program in Whales.Standalone Whales.Ingest.Api; do
  built=$REPO/src/$program/bin/Release/net10.0/$program.dll
  [ -f "$built" ] && exec dotnet "$built" import-catalogue "$@"
done
require_tools
say "Building (the first time takes a few minutes) ..."
build "$REPO/artifacts/import-build.log" src/Whales.Ingest.Api
exec dotnet "$REPO/src/Whales.Ingest.Api/bin/Release/net10.0/Whales.Ingest.Api.dll" import-catalogue "$@"
