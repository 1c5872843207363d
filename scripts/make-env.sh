#!/usr/bin/env bash
# Writes .env for docker-compose.yml with random passwords, readable by its owner alone. An existing one is kept: what is missing is added.
#   scripts/make-env.sh [FILE]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 077
file=${1:-.env}
touch "$file"

random() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# set_once NAME VALUE COMMENT
set_once() {
  grep -q "^$1=" "$file" || printf '# %s\n%s=%s\n' "$3" "$1" "$2" >>"$file"
}

set_once COMPOSE_PROFILES monitoring "Prometheus, Alertmanager, Grafana and the notifier start too; leave it empty to do without."
set_once BIND 127.0.0.1 "Where ports are published. Another address needs TLS before it (docs/security.md)."
set_once RABBITMQ_PASSWORD "$(random)" "User whales of RabbitMQ and of its page."
set_once POSTGRES_PASSWORD "$(random)" "User whales of PostgreSQL; only read when its volume is made."
chmod 600 "$file"
echo "$file is complete. Start the system with: docker compose up -d"
