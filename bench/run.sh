#!/usr/bin/env bash
# Measures every model against the raw limits of this machine; see README.md beside this file. Options are passed on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet build -c Release -v q --nologo Whales.Queue.sln
exec dotnet bench/Whales.Benchmarks/bin/Release/net10.0/Whales.Benchmarks.dll "$@"
