#!/bin/sh
# How Alertmanager starts in a container: the tokens come in the environment and are put where alertmanager.yml looks for them, in memory.
#   sh start.sh PROGRAM [ARGUMENTS]
# NOTIFIER_WEBHOOK_TOKEN is needed. With TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID the break-glass receiver works too.
set -eu
from=${ALERTMANAGER_FOLDER:-/etc/alertmanager}
to=${SECRETS_FOLDER:-/run/secrets}
umask 077
printf '%s' "${NOTIFIER_WEBHOOK_TOKEN:?is not set}" >"$to/notifier_webhook_token"
if [ -n "${TELEGRAM_BOT_TOKEN:-}" ] && [ -n "${TELEGRAM_CHAT_ID:-}" ]; then
  sed -e "s/bot_token: \"0:not-set\"/bot_token: \"$TELEGRAM_BOT_TOKEN\"/" -e "s/chat_id: -1\$/chat_id: $TELEGRAM_CHAT_ID/" "$from/alertmanager.yml" >"$to/alertmanager.yml"
else
  cat "$from/alertmanager.yml" >"$to/alertmanager.yml"
fi
program=$1
shift
unset NOTIFIER_WEBHOOK_TOKEN TELEGRAM_BOT_TOKEN TELEGRAM_CHAT_ID
exec "$program" "--config.file=$to/alertmanager.yml" "$@"
