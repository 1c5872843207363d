#!/usr/bin/env bash
# The distributed system on one machine, from local packages: RabbitMQ, PostgreSQL, the API, a worker per model folder, the notifier,
# and, where their Debian packages are installed, Prometheus and Alertmanager.
#   scripts/stack.sh up|down|status|logs [PART]
#   scripts/stack.sh stop|start PART     one part of a running stack
# Ports: WHALES_PORT (API, 8000; workers follow), WHALES_AMQP_PORT (5672), WHALES_RABBITMQ_DIST_PORT and WHALES_EPMD_PORT (Erlang's,
# 20000 and 30002 above), WHALES_RABBITMQ_UI_PORT (15672),
# WHALES_RABBITMQ_METRICS_PORT (15692), WHALES_POSTGRES_PORT (5432), WHALES_NOTIFIER_PORT (8085),
# WHALES_PROMETHEUS_PORT (9090), WHALES_ALERTMANAGER_PORT (9093). The notifier runs dry, its
# messages in its log, unless Telegram__BotToken or Telegram__BotToken_FILE and chats are in the environment (docs/settings.md).
# Everything it keeps lies in WHALES_RUN (run/); WHALES_MODELS: the folder of model folders (models/).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

RUN=$(realpath -m "${WHALES_RUN:-$REPO/run}")
models_folder=$(realpath -m "${WHALES_MODELS:-$REPO/models}")
api_port=${WHALES_PORT:-8000}
amqp_port=${WHALES_AMQP_PORT:-5672}
epmd_port=${WHALES_EPMD_PORT:-$((amqp_port + 30002))}
dist_port=${WHALES_RABBITMQ_DIST_PORT:-$((amqp_port + 20000))}
ui_port=${WHALES_RABBITMQ_UI_PORT:-15672}
metrics_port=${WHALES_RABBITMQ_METRICS_PORT:-15692}
postgres_port=${WHALES_POSTGRES_PORT:-5432}
notifier_port=${WHALES_NOTIFIER_PORT:-8085}
prometheus_port=${WHALES_PROMETHEUS_PORT:-9090}
alertmanager_port=${WHALES_ALERTMANAGER_PORT:-9093}

mapfile -t models < <(cd "$models_folder" 2>/dev/null && for f in */model.json; do [ -f "$f" ] && dirname "$f"; done | sort)

# The parts in the order in which they start; Prometheus last, so that it misses nobody.
parts=(epmd rabbitmq postgres api "${models[@]/#/worker-}" notifier)
monitoring=
if command -v prometheus >/dev/null && command -v prometheus-alertmanager >/dev/null; then
  monitoring=yes
  parts+=(alertmanager prometheus)
fi

pid_of() {
  local file=$RUN/$1.pid pid start
  [ -f "$file" ] || return 1
  read -r pid start <"$file" || return 1
  # A pid is used again one day: the start time tells whether it is still ours.
  [ -n "$start" ] && [ "$(start_of "$pid")" = "$start" ] || return 1
  printf '%s' "$pid"
}

start_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# launch PART COMMAND...: in the background, in a session of its own, output to run/PART.log.
launch() {
  local part=$1
  shift
  setsid "$@" >>"$RUN/$part.log" 2>&1 </dev/null &
  printf '%s %s\n' "$!" "$(start_of "$!")" >"$RUN/$part.pid"
}

secret() {
  [ -s "$RUN/$1.secret" ] || (umask 077 && head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$RUN/$1.secret")
  cat "$RUN/$1.secret"
}

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

port_of() {
  local i
  for i in "${!models[@]}"; do
    if [ "worker-${models[i]}" = "$1" ]; then printf '%s' "$((api_port + 1 + i))"; fi
  done
}

healthy() {
  pid_of "$1" >/dev/null || return 1
  case $1 in
    epmd) port_in_use "$epmd_port" ;;
    rabbitmq) curl -fs -m 5 -o /dev/null -K - <<<"user = \"whales:$(secret rabbitmq)\"
url = \"http://127.0.0.1:$ui_port/api/health/checks/local-alarms\"" && port_in_use "$amqp_port" ;;
    postgres) "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$postgres_port" ;;
    api) curl -fs -m 5 -o /dev/null "http://127.0.0.1:$api_port/health/ready" ;;
    notifier) curl -fs -m 5 -o /dev/null "http://127.0.0.1:$notifier_port/health/ready" ;;
    alertmanager) curl -fs -m 5 -o /dev/null "http://127.0.0.1:$alertmanager_port/-/ready" ;;
    prometheus) curl -fs -m 5 -o /dev/null "http://127.0.0.1:$prometheus_port/-/ready" ;;
    *) curl -fs -m 5 -o /dev/null "http://127.0.0.1:$(port_of "$1")/health/ready" ;;
  esac
}

postgres_bin() { compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1; }

wait_part() {
  local part=$1 end=$((SECONDS + $2))
  until healthy "$part"; do
    if ! pid_of "$part" >/dev/null || [ "$SECONDS" -ge "$end" ]; then
      die "$part did not become ready. The end of run/$part.log:" "$(tail -n 30 "$RUN/$part.log")" \
        "What did start keeps running: scripts/stack.sh down stops it."
    fi
    sleep 0.3
  done
  say "  $part is ready"
}

start_epmd() { launch epmd epmd -port "$epmd_port" -address 127.0.0.1; }

start_rabbitmq() {
  local dir=$RUN/rabbitmq
  mkdir -p "$dir"
  say '[rabbitmq_management,rabbitmq_prometheus].' >"$dir/plugins"
  (umask 077 && cat >"$dir/rabbitmq.conf") <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp_port
management.tcp.ip = 127.0.0.1
management.tcp.port = $ui_port
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = $metrics_port
default_user = whales
default_pass = $(secret rabbitmq)
log.file = false
log.console = true
log.console.level = warning
CONF
  # "detached" lets the start script become the server, so that its pid is the server's. The arguments' file is named from $REPO, whose own
  # name may have blanks.
  launch rabbitmq env -C "$REPO" detached=true HOME="$dir" ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_NODENAME=whales@localhost RABBITMQ_DIST_PORT="$dist_port" RABBITMQ_MNESIA_BASE="$dir/data" \
    RABBITMQ_LOG_BASE="$dir/log" RABBITMQ_ENABLED_PLUGINS_FILE="$dir/plugins" RABBITMQ_CONFIG_FILE="$dir/rabbitmq.conf" \
    RABBITMQ_ADVANCED_CONFIG_FILE="$dir/advanced.config" RABBITMQ_CONF_ENV_FILE="$dir/rabbitmq-env.conf" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none -args_file deploy/rabbitmq/dead-letter-workers.args' \
    /usr/lib/rabbitmq/bin/rabbitmq-server
}

start_postgres() {
  # The account postgres may not enter root's folders: as root the cluster lies where it can.
  local dir=$RUN/postgres bin password
  bin=$(postgres_bin)
  password=$(secret postgres)
  if [ "$(id -u)" -eq 0 ]; then
    mkdir -p "$dir"
    chown postgres "$dir"
    runuser -u postgres -- test -w "$dir" || die "The account postgres cannot enter $dir: run this as an ordinary user."
  fi
  if [ ! -f "$dir/PG_VERSION" ]; then
    local password_file
    password_file=$(mktemp)
    printf '%s\n' "$password" >"$password_file"
    [ "$(id -u)" -ne 0 ] || chown postgres "$password_file"
    as_postgres "$bin/initdb" -D "$dir" -U whales -A scram-sha-256 --pwfile="$password_file" -E UTF8 --locale=C.UTF-8 \
      >>"$RUN/postgres.log" 2>&1 || { rm -f "$password_file"; die "PostgreSQL's cluster could not be made:" "$(tail -n 20 "$RUN/postgres.log")"; }
    rm -f "$password_file"
  fi
  local command=("$bin/postgres" -D "$dir" -c listen_addresses=127.0.0.1 -p "$postgres_port" -c unix_socket_directories= -c synchronous_commit=on)
  # setpriv, unlike runuser, becomes the server: its pid is the server's.
  [ "$(id -u)" -ne 0 ] || command=(setpriv --reuid postgres --regid postgres --init-groups -- "${command[@]}")
  launch postgres "${command[@]}"
}

# The files of monitoring/ with our host names, ports and paths in place of those of the containers; relative paths start at the file.
start_alertmanager() {
  local dir=$RUN/alertmanager
  mkdir -p "$dir"
  secret notifier-webhook >/dev/null
  sed -e "s|http://notifier:8085/|http://127.0.0.1:$notifier_port/|" -e "s|/run/secrets/notifier_webhook_token|../notifier-webhook.secret|" \
    "$REPO/monitoring/alertmanager/alertmanager.yml" >"$dir/alertmanager.yml"
  launch alertmanager prometheus-alertmanager --config.file="$dir/alertmanager.yml" --storage.path="$dir/data" \
    --web.listen-address="127.0.0.1:$alertmanager_port" --web.external-url="http://127.0.0.1:$alertmanager_port" --cluster.listen-address= --log.level=warn
}

start_prometheus() {
  local dir=$RUN/prometheus model
  mkdir -p "$dir/targets"
  rm -rf "$dir/rules"
  cp -r "$REPO/monitoring/prometheus/rules" "$dir/rules"
  sed -e "s/\"api:8000\"/\"127.0.0.1:$api_port\"/" -e "s/\"notifier:8085\"/\"127.0.0.1:$notifier_port\"/" \
    -e "s/\"rabbitmq:15692\"/\"127.0.0.1:$metrics_port\"/" -e "s/\"alertmanager:9093\"/\"127.0.0.1:$alertmanager_port\"/" \
    -e "s/\"prometheus:9090\"/\"127.0.0.1:$prometheus_port\"/" "$REPO/monitoring/prometheus/prometheus.yml" >"$dir/prometheus.yml"
  {
    say "- targets:"
    for model in "${models[@]}"; do say "    - 127.0.0.1:$(port_of "worker-$model")"; done
  } >"$dir/targets/workers.yml"
  launch prometheus prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/data" --storage.tsdb.retention.time=30d \
    --web.listen-address="127.0.0.1:$prometheus_port" --web.external-url="http://127.0.0.1:$prometheus_port" --enable-feature=exemplar-storage --log.level=warn
}

# Exported, not given as arguments: everybody may read a process's arguments.
start_host() {
  local part=$1 program=$2 port=$3
  (
    export ConnectionStrings__Whales RabbitMq__Uri ImageStore__Folder=$RUN/images Starts__Folder=$RUN/starts Models__Folder=$models_folder
    ConnectionStrings__Whales="Host=127.0.0.1;Port=$postgres_port;Username=whales;Password=$(secret postgres);Database=postgres"
    RabbitMq__Uri="amqp://whales:$(secret rabbitmq)@127.0.0.1:$amqp_port/"
    export ASPNETCORE_URLS=http://127.0.0.1:$port
    case $part in
      worker-*) export Models__Serve__0=${part#worker-} ;;
      notifier)
        export Notifier__SqliteFile=$RUN/notifier.db Notifier__WebhookToken Commands__ApiUrl=http://127.0.0.1:$api_port
        Notifier__WebhookToken=$(secret notifier-webhook)
        if [ -n "$monitoring" ]; then
          export Alertmanager__Url=${Alertmanager__Url:-http://127.0.0.1:$alertmanager_port}
          export Daily__PrometheusUrl=${Daily__PrometheusUrl:-http://127.0.0.1:$prometheus_port}
        else
          # Without a Prometheus that sends the Watchdog alert its absence is no news.
          export Heartbeat__Expected=${Heartbeat__Expected:-false}
        fi
        ;;
    esac
    launch "$part" dotnet "$REPO/src/$program/bin/Release/net10.0/$program.dll"
  )
}

start_part() {
  local part=$1 port
  if pid_of "$part" >/dev/null; then return; fi
  case $part in
    epmd) port=$epmd_port ;; rabbitmq) port=$amqp_port ;; postgres) port=$postgres_port ;; api) port=$api_port ;;
    notifier) port=$notifier_port ;; alertmanager) port=$alertmanager_port ;; prometheus) port=$prometheus_port ;;
    *) port=$(port_of "$part") ;;
  esac
  if port_in_use "$port"; then die "$part cannot start: port $port is in use by $(port_owner "$port"). The head of scripts/stack.sh names the variables for other ports."; fi
  case $part in
    api) start_host api Whales.Ingest.Api "$port" ;;
    worker-*) start_host "$part" Whales.Worker "$port" ;;
    notifier) start_host notifier Whales.Notifier "$port" ;;
    *) "start_$part" ;;
  esac
}

up() {
  require_platform
  require_tools
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || die "Install the Debian package rabbitmq-server (RUNLEVEL=1 apt-get install keeps its service from starting)."
  [ -n "$(postgres_bin || true)" ] || die "Install the Debian package postgresql (RUNLEVEL=1 apt-get install keeps its service from starting)."
  mkdir -p "$RUN/images"
  say "Building ..."
  build "$RUN/build.log" Whales.Queue.sln
  say "Starting ..."
  local part
  local failed=()
  for part in "${parts[@]}"; do
    start_part "$part"
    # A model that cannot be served must not keep the others from starting.
    (wait_part "$part" 120) || case $part in worker-* | notifier | alertmanager | prometheus) failed+=("$part") ;; *) exit 1 ;; esac
  done
  [ "${#failed[@]}" -eq 0 ] || die "" "All is up but ${failed[*]}; scripts/stack.sh status shows the rest."
  say "" "The system is up; RabbitMQ's page: http://127.0.0.1:$ui_port (user whales, password in run/rabbitmq.secret)."
  if [ -n "$monitoring" ]; then
    say "Prometheus: http://127.0.0.1:$prometheus_port, Alertmanager: http://127.0.0.1:$alertmanager_port; scripts/test-alerts.sh tries them."
  else
    say "Without Prometheus and Alertmanager: the Debian packages prometheus and prometheus-alertmanager are not installed."
  fi
  say ""
  show_curl "http://127.0.0.1:$api_port"
}

down() {
  # First who would tell of the others' end.
  stop_part prometheus 60
  stop_part alertmanager 60
  stop_part notifier 60
  # Workers and API drain first; the servers that they need go last.
  for file in "$RUN"/worker-*.pid; do
    [ -f "$file" ] || continue
    stop_part "$(basename "$file" .pid)" 60
  done
  stop_part api 60
  stop_part postgres 60
  stop_part rabbitmq 60
  stop_part epmd 10
}

stop_part() {
  local pid
  if pid=$(pid_of "$1"); then
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
    [ "$1" != postgres ] || kill -INT "$pid"
    stop_pid "$pid" "$2"
    say "  $1 stopped"
  fi
  rm -f "$RUN/$1.pid"
}

status() {
  local part result=0
  for part in "${parts[@]}"; do
    if healthy "$part"; then
      say "$part: healthy"
    elif pid_of "$part" >/dev/null; then
      say "$part: running, not ready (scripts/stack.sh logs $part)"
      result=1
    else
      say "$part: stopped"
      result=1
    fi
  done
  return "$result"
}

known() {
  local part
  for part in "${parts[@]}"; do [ "$part" != "${1:-}" ] || return 0; done
  die "There is no part '${1:-}'. The parts: ${parts[*]}"
}

case ${1:-} in
  stop) known "${2:-}" && stop_part "$2" 60 ;;
  start) known "${2:-}" && start_part "$2" && wait_part "$2" 120 ;;
  up) up ;;
  down) down ;;
  status) status ;;
  logs) if [ -n "${2:-}" ]; then known "$2" && tail -n 100 "$RUN/$2.log"; else tail -n 20 "$RUN"/*.log; fi ;;
  *) die "Usage: scripts/stack.sh up|down|status|logs [PART]|stop PART|start PART" ;;
esac
