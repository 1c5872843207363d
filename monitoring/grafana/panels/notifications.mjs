export default {
  uid: 'whales-notifications',
  title: 'Whales - Notifications',
  description: 'The way from an alert to a phone.',
  panels: [
    {
      title: 'Bot configured', kind: 'stat', unit: 'short', width: 6, words: [[0, 'no', 'red'], [1, 'yes', 'green']],
      queries: [['min(telegram_bot_configured)', 'bot']],
      asks: 'Are the bot\'s token and every chat valid?', act: 'no: /health/ready of the notifier says which is wrong.',
      thresholds: [[0, 'red'], [1, 'green']],
    },
    {
      title: 'Webhooks received', kind: 'stat', unit: 'short', width: 6,
      queries: [['sum(telegram_webhook_requests_total)', 'webhooks']],
      asks: 'Has Alertmanager ever reached the notifier?', act: '0: its address or the bearer token is wrong; Alertmanager\'s log says.',
    },
    {
      title: 'Oldest undelivered', kind: 'stat', unit: 's', width: 6,
      queries: [['max(whales_notifier_backlog_oldest_seconds)', 'oldest']],
      asks: 'How stale is what was not delivered?', act: 'Above two minutes: NotifierBacklog.',
      thresholds: [[120, 'red']],
    },
    {
      title: 'Heartbeat age', kind: 'stat', unit: 's', width: 6,
      queries: [['time() - max(whales_notifier_watchdog_last_seen_timestamp_seconds > 0)', 'age']],
      asks: 'Is the way from Prometheus to the notifier alive?', act: 'Above five minutes nothing would be told: look at Prometheus and Alertmanager.',
      thresholds: [[180, 'orange'], [300, 'red']],
    },
    {
      title: 'Webhooks by result', kind: 'timeseries', unit: 'ops',
      queries: [['sum by (status) (rate(whales_notifier_webhook_requests_total[$__rate_interval]))', '{{status}}']],
      asks: 'Does Alertmanager reach us, and do we take it?', act: 'unauthorized: the tokens differ. overloaded: its store; Alertmanager tries again.',
    },
    {
      title: 'Events by source', kind: 'timeseries', unit: 'ops',
      queries: [['sum by (source) (rate(whales_notifier_events_total[$__rate_interval]))', '{{source}}']],
      asks: 'Who is shouting: Prometheus, faults, models?', act: 'The loudest one is the one to mend.',
    },
    {
      title: 'Deliveries by outcome', kind: 'timeseries', unit: 'ops', stack: true,
      queries: [['sum by (outcome) (rate(whales_notifier_deliveries_total[$__rate_interval]))', '{{outcome}}']],
      asks: 'Sent, edited, coalesced, dropped, failed?', act: 'failed: see the errors beside.',
    },
    {
      title: 'Delivery, P95', kind: 'timeseries', unit: 's',
      queries: [['histogram_quantile(0.95, sum by (channel, le) (rate(whales_notifier_delivery_duration_seconds_bucket[$__rate_interval])))', '{{channel}}']],
      asks: 'How long from alert to phone?', act: 'Rises with 429s: too many messages; group more.',
    },
    {
      title: 'Telegram errors by code', kind: 'timeseries', unit: 'ops',
      queries: [['sum by (code) (rate(whales_notifier_telegram_errors_total[$__rate_interval]))', '{{code}}']],
      asks: '429, 400, 403 or their outage?', act: '401, 404: the token. 403: the bot was removed from a chat. 5xx: wait.',
    },
    {
      title: 'Backlog and active alerts', kind: 'timeseries', unit: 'short',
      queries: [['sum by (severity) (whales_notifier_backlog)', '{{severity}} undelivered'], ['sum by (severity) (whales_notifier_active_alerts)', '{{severity}} active']],
      asks: 'What is undelivered, and what does the notifier think is burning?', act: 'Compare the active ones with Alertmanager\'s page.',
    },
    {
      title: 'Alertmanager: sent and failed', kind: 'timeseries', unit: 'ops',
      queries: [['sum by (integration) (rate(alertmanager_notifications_total[$__rate_interval]))', '{{integration}} sent'], ['sum by (integration) (rate(alertmanager_notifications_failed_total[$__rate_interval]))', '{{integration}} failed']],
      asks: 'Does Alertmanager hand alerts over?', act: 'failed: AlertmanagerNotificationsFailing.',
    },
    {
      title: 'Silences from the chat', kind: 'timeseries', unit: 'short',
      queries: [['sum by (action) (increase(whales_notifier_silences_total[$__rate_interval]))', '{{action}}']],
      asks: 'Who mutes what?', act: 'A rule that is muted again and again is a rule to mend.',
    },
  ],
};
