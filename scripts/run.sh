#!/usr/bin/env bash
# Builds and starts Whales.Queue on this machine, with nothing but the .NET SDK and npm.
#   scripts/run.sh [PORT]     PORT or WHALES_PORT: 8000 unless given. WHALES_DATA: where photos and results are kept (data/).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

port=${1:-${WHALES_PORT:-8000}}
data=${WHALES_DATA:-$REPO/data}
url=http://127.0.0.1:$port

[[ $port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535 ]] ||
  die "'$port' is not a port. Usage: scripts/run.sh [PORT]"
require_platform
require_tools
if port_in_use "$port"; then
  die "Port $port is in use by $(port_owner "$port")." \
    "End that program, or take another port, with data of its own: WHALES_DATA=data2 scripts/run.sh $((port < 65000 ? port + 100 : 8000))"
fi

mkdir -p "$data"
data=$(cd "$data" && pwd)
say "Restoring packages and building (the first time takes a few minutes) ..."
build "$REPO/artifacts/run-build.log" src/Whales.Standalone
say "Starting ..."

# A background process of a script ignores Ctrl-C; the trap below passes it on as SIGTERM, once.
Models__Folder=$REPO/models \
Storage__SqliteFile=$data/whales.db \
ImageStore__Folder=$data/images \
Starts__Folder=$data/starts \
ASPNETCORE_URLS=$url \
  dotnet "$REPO/src/Whales.Standalone/bin/Release/net10.0/Whales.Standalone.dll" &
server=$!

# Says so once the server is ready, beside it.
(
  trap 'exit 0' INT TERM
  end=$((SECONDS + 300))
  until (exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET /health/ready HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n' "$port" >&3 &&
    read -r -t 5 status <&3 && [[ $status == *" 200 "* ]]) 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || exit 0
    if [ "$SECONDS" -ge "$end" ]; then
      say "It is still not ready after five minutes; $url/health/ready says which part is missing."
      exit 0
    fi
    sleep 0.3
  done
  say "" "Whales.Queue is ready on $url; photos and results are kept in $data. Ctrl-C stops it." ""
  show_curl "$url"
) &
teller=$!

stopping=
trap 'stopping=1; kill -TERM "$server" 2>/dev/null || true' INT TERM
code=0
# A signal ends wait early: wait again until the server itself is gone.
while :; do
  code=0
  wait "$server" || code=$?
  kill -0 "$server" 2>/dev/null || break
done
kill "$teller" 2>/dev/null || true
wait "$teller" 2>/dev/null || true
if [ -n "$stopping" ]; then
  say "" "Stopped. Started again, finished results are still there and unfinished photos are taken up again."
  exit 0
fi
[ "$code" -eq 0 ] || die "The server ended with code $code; the lines above say why."
