#!/usr/bin/env bash
# Writes .env for docker-compose.yml with random passwords, readable by its owner alone. An existing one is kept: what is missing is added.
#   scripts/make-env.sh [FILE]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 077
file=${1:-.env}
touch "$file"

random() { head -c "${1:-24}" /dev/urandom | od -An -tx1 | tr -d ' \n'; }

value() { sed -n "s/^$1=//p" "$file" | head -n 1; }

# key_line NAME SCOPES VARIABLE: the key as the API's settings have it, as make-key prints it.
key_line() { printf '%s:%s:%s' "$1" "$2" "$(printf '%s' "$(value "$3")" | sha256sum | cut -d' ' -f1)"; }

# set_once NAME VALUE COMMENT
set_once() {
  grep -q "^$1=" "$file" || printf '# %s\n%s=%s\n' "$3" "$1" "$2" >>"$file"
}

set_once COMPOSE_PROFILES monitoring "Prometheus, Alertmanager, Grafana and the notifier start too; leave it empty to do without."
set_once BIND 127.0.0.1 "Where ports are published. Another address needs TLS before it (docs/security.md)."
set_once RABBITMQ_PASSWORD "$(random)" "User whales of RabbitMQ and of its page."
set_once POSTGRES_PASSWORD "$(random)" "User whales of PostgreSQL; only read when its volume is made."
set_once WHALES_API_KEY "whales_$(random 32)" "The first API key, for all that there is to do: curl -H 'X-Api-Key: ...'. Further ones: make-key (docs/security.md)."
set_once NOTIFIER_API_KEY "whales_$(random 32)" "With which the notifier asks the API for /status and /queues."
set_once API_KEYS "$(key_line whales submit,curate,operate WHALES_API_KEY);$(key_line notifier submit NOTIFIER_API_KEY)" "The keys that the API knows: name:scopes:SHA-256, with ; between them."
set_once NOTIFIER_WEBHOOK_TOKEN "$(random)" "What Alertmanager shows the notifier."
set_once GRAFANA_ADMIN_PASSWORD "$(random)" "User admin of Grafana; only read when its volume is made."
set_once TELEGRAM_BOT_TOKEN "" "From @BotFather (docs/notifications.md). Without one messages are only shown: http://localhost:8085/debug/outbox."
set_once TELEGRAM_CHAT_ID "" "The chat that gets the messages, such as -1001234567890."
chmod 600 "$file"
echo "$file is complete. Start the system with: docker compose up -d"
echo "Then identify a photo with the key that is in it:"
echo "  curl -H \"X-Api-Key: \$(sed -n 's/^WHALES_API_KEY=//p' $file)\" -H 'Prefer: wait=30' -F file=@samples/right-whale-1.jpg http://127.0.0.1:8000/v1/identifications"
