# Shared by the scripts here; sourced, never run.
# shellcheck shell=bash

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1
# Nothing that the build starts may outlive it.
BUILD_FLAGS=(-c Release --nologo -nodeReuse:false -p:UseSharedCompilation=false)

say() { printf '%s\n' "$@"; }

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

require_platform() {
  [ "$(uname -sm)" = "Linux x86_64" ] ||
    die "Whales.Queue runs on Linux x64; this is $(uname -s) on $(uname -m)." \
      "Use a Linux x64 machine, a virtual machine, or WSL 2 on an x64 Windows."
}

require_tools() {
  command -v dotnet >/dev/null ||
    die "The .NET SDK 10 was not found. Install it from https://dotnet.microsoft.com/download/dotnet/10.0, then run this again."
  # From the root, where global.json says which SDK is wanted.
  (cd "$REPO" && dotnet --version) 2>/dev/null | grep -q '^10\.' ||
    die "The .NET SDK 10 was not found; 'dotnet --list-sdks' shows: $(dotnet --list-sdks 2>/dev/null | tr '\n' ' ')" \
      "Install it from https://dotnet.microsoft.com/download/dotnet/10.0, then run this again."
  command -v npm >/dev/null ||
    die "npm was not found. It restores ONNX Runtime and libvips." \
      "Install Node.js 20 or later with npm (https://nodejs.org, or the Debian packages nodejs and npm), then run this again."
}

# build LOG TARGET...: restores and builds Release; on failure shows the log and says what it means.
build() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  (cd "$REPO" && dotnet build "$@" "${BUILD_FLAGS[@]}" -v minimal) >"$log" 2>&1 && return
  cat "$log" >&2
  if grep -Eq 'NU1301|NU1801|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|Name or service not known|Temporary failure in name resolution' "$log"; then
    die "" "The packages could not be downloaded: there is no connection to the NuGet or npm registry." \
      "Check the network (and HTTPS_PROXY, if you are behind a proxy), then run this again. Packages that were loaded are kept."
  fi
  die "" "The build failed; its log is above and in $log."
}

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Who listens on the port, as far as this user may know.
port_owner() {
  local owner=
  if command -v ss >/dev/null; then
    owner=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (process \2)/p' | head -n 1)
  elif command -v lsof >/dev/null; then
    owner=$(lsof -nP -iTCP:"$1" -sTCP:LISTEN -Fpc 2>/dev/null | tr '\n' ' ')
  fi
  printf '%s' "${owner:-another program}"
}

# wait_ready URL PID SECONDS: until the address answers 2xx; 1 when the process ended or the time is over.
wait_ready() {
  local end=$((SECONDS + $3))
  until curl -fs -m 5 -o /dev/null "$1"; do
    kill -0 "$2" 2>/dev/null || return 1
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

# stop_pid PID SECONDS: SIGTERM, waits, then SIGKILL.
stop_pid() {
  local end=$((SECONDS + $2))
  kill -TERM "$1" 2>/dev/null || return 0
  while kill -0 "$1" 2>/dev/null; do
    if [ "$SECONDS" -ge "$end" ]; then
      kill -KILL "$1" 2>/dev/null || true
      return 0
    fi
    sleep 0.1
  done
}

show_curl() {
  say "Try it (from $REPO):" \
    "" \
    "  curl -H 'Prefer: wait=30' -F file=@samples/right-whale-1.jpg '$1/v1/identifications'" \
    "  curl '$1/v1/identifications?limit=5'" \
    "" \
    "The first posts a photo and waits for the answer, the second lists the latest. $1/docs is a page to try everything."
}
