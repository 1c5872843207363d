#!/usr/bin/env bash
# Tries the alerts of a running stack (scripts/stack.sh up) for real: stops a part, waits until the alert is in Prometheus, in Alertmanager and in
# the notifier's messages, starts the part again and waits until the message says that it is over. Some minutes.
#   scripts/test-alerts.sh              stops the worker of the first model: ModelNotLoaded
#   scripts/test-alerts.sh --broker     stops RabbitMQ: BrokerDown, although the notifier's bus is down with it
# Ports as for stack.sh. WHALES_ALERT_PATIENCE: seconds that each step may take (600). The notifier must run dry: with a bot it has no outbox.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

prometheus=http://127.0.0.1:${WHALES_PROMETHEUS_PORT:-9090}
alertmanager=http://127.0.0.1:${WHALES_ALERTMANAGER_PORT:-9093}
notifier=http://127.0.0.1:${WHALES_NOTIFIER_PORT:-8085}
patience=${WHALES_ALERT_PATIENCE:-600}

command -v node >/dev/null || die "node was not found: install Node.js, then run this again."

case ${1:-} in
  "")
    model=$(cd "$REPO/models" && for f in */model.json; do dirname "$f"; done | sort | head -n 1)
    part=worker-$model alert=ModelNotLoaded
    ;;
  --broker) part=rabbitmq alert=BrokerDown ;;
  *) die "Usage: scripts/test-alerts.sh [--broker]" ;;
esac

began=$SECONDS
tell() { printf '%s  +%3d s  %s\n' "$(date +%T)" "$((SECONDS - began))" "$1"; }

fetch() { curl -fs -m 10 "$@"; }

fires() { fetch --get --data-urlencode "query=ALERTS{alertname=\"$alert\",alertstate=\"firing\"}" "$prometheus/api/v1/query" | grep -q '"alertname"'; }

is_managed() { fetch --get --data-urlencode "filter=alertname=\"$alert\"" --data-urlencode active=true "$alertmanager/api/v2/alerts" | grep -q '"fingerprint"'; }

# told FILTER: the latest message about our alert since we began, as text; fails while there is none that passes FILTER.
told() {
  fetch "$notifier/debug/outbox" | node -e '
    const [alert, since, mark] = process.argv.slice(1);
    const all = JSON.parse(require("fs").readFileSync(0, "utf8")).filter((m) => m.html.includes(alert) && Date.parse(m.at) >= Number(since));
    const text = (m) => m.html.replace(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", "\"").replaceAll("&amp;", "&");
    const last = all.map(text).reverse().find((t) => t.startsWith(mark));
    if (!last) process.exit(1);
    console.log(last.replace(/^/gm, "    "));
  ' "$alert" "$since" "$1"
}

is_told() { told "" >/dev/null; }
is_told_over() { told "✅" >/dev/null; }

# await WHAT COMMAND
await() {
  local end=$((SECONDS + patience))
  until "$2"; do
    if [ "$SECONDS" -ge "$end" ]; then
      tell "NOT SEEN within $patience s: $1"
      return 1
    fi
    sleep 1
  done
  tell "$1"
}

is_over() { ! fires; }
is_gone() { ! is_managed; }

# What was stopped is started again, whatever happens.
restore() { "$REPO/scripts/stack.sh" start "$part" >/dev/null || true; }

"$REPO/scripts/stack.sh" status || die "The stack is not up: scripts/stack.sh up"
fetch -o /dev/null "$prometheus/-/ready" || die "There is no Prometheus at $prometheus: the packages prometheus and prometheus-alertmanager are needed."
fetch -o /dev/null "$notifier/debug/outbox" || die "The notifier at $notifier has no outbox: it has a bot's token. Look into your chat in its place."
if fires; then die "$alert fires already: nothing can be learned from one more."; fi

since=$(date +%s%3N)
trap restore EXIT
tell "stopping $part"
"$REPO/scripts/stack.sh" stop "$part" >/dev/null
await "$alert fires in Prometheus" fires
await "$alert is in Alertmanager" is_managed
await "the notifier has told it:" is_told
told ""
tell "starting $part"
"$REPO/scripts/stack.sh" start "$part" >/dev/null
trap - EXIT
await "$alert no longer fires in Prometheus" is_over
await "$alert has left Alertmanager" is_gone
await "the notifier has told that it is over:" is_told_over
told "✅"
tell "all seen"
