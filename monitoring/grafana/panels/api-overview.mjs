const count = 'http_server_request_duration_seconds_count{job="whales-api"}';
const ours = '{job="whales-api",waits_for=""}';
const quantile = (q) => `histogram_quantile(${q}, sum by (le) (rate(http_server_request_duration_seconds_bucket${ours}[$__rate_interval])))`;

export default {
  uid: 'whales-api',
  title: 'Whales API - Overview',
  description: 'The front door: requests, errors, latency, refusals, and the stores behind it.',
  panels: [
    {
      title: 'Request Rate', kind: 'stat', unit: 'reqps', width: 6,
      queries: [[`sum(rate(${count}[$__rate_interval]))`, 'requests']],
      asks: 'How many requests a second, now?', act: 'Above 100: ApiHighRequestRate; look which client, and start workers before the queues grow.',
      thresholds: [[100, 'orange']],
    },
    {
      title: 'Error Rate', kind: 'stat', unit: 'percent', width: 6,
      queries: [[`100 * (sum(rate(http_server_request_duration_seconds_count{job="whales-api",http_response_status_code=~"5.."}[$__rate_interval])) or vector(0)) / sum(rate(${count}[$__rate_interval]))`, '5xx']],
      asks: 'How many per cent of the answers are 5xx?', act: 'Above 5: the API\'s log has the trace ids; 503 is the job table or the image store.',
      thresholds: [[5, 'orange'], [10, 'red']],
    },
    {
      title: 'P95 Latency', kind: 'stat', unit: 's', width: 6,
      queries: [[quantile('0.95'), 'P95']],
      asks: 'How long do 95 % of the answers take at most? Long polls and uploads are left out.', act: 'Above 0.1 s: compare with the store latency below.',
      thresholds: [[0.1, 'orange']],
    },
    {
      title: 'Models Loaded', kind: 'stat', unit: 'short', width: 6,
      queries: [['sum(max by (model) (whales_api_model_loaded))', 'models']],
      asks: 'How many models are loaded?', act: 'Fewer than there are folders in models/: /v1/models says which and why.',
      thresholds: [[0, 'red'], [1, 'green']],
    },
    {
      title: 'Request Rate by Status', kind: 'timeseries', unit: 'reqps', stack: true,
      queries: [[`sum by (class) (label_replace(rate(${count}[$__rate_interval]), "class", "\${1}xx", "http_response_status_code", "(.).."))`, '{{class}}']],
      asks: 'How many 2xx, 4xx and 5xx?', act: '4xx grows: a client sends something else, see the refusals. 5xx grows: ours.',
    },
    {
      title: 'Response Latency', kind: 'timeseries', unit: 's', exemplars: true,
      queries: [[quantile('0.50'), 'P50'], [quantile('0.95'), 'P95'], [quantile('0.99'), 'P99']],
      asks: 'How are answers spread: P50, P95, P99? Long polls and uploads are left out.', act: 'Only P99 rises: single slow requests, look at their traces. All rise: the machine or the store.',
      thresholds: [[0.1, 'orange']],
    },
    {
      title: 'Uploads and long polls, P95', kind: 'timeseries', unit: 's',
      queries: [['histogram_quantile(0.95, sum by (waits_for, le) (rate(http_server_request_duration_seconds_bucket{job="whales-api",waits_for!=""}[$__rate_interval])))', '{{waits_for}}']],
      asks: 'How long are requests that send a photo or wait for a result?', act: 'Uploads: the client\'s line, or the disk (store latency below). Results: queues and models.',
    },
    {
      title: 'Latency heatmap', kind: 'heatmap', unit: 's',
      queries: [[`sum by (le) (increase(http_server_request_duration_seconds_bucket${ours}[$__rate_interval]))`, '{{le}}']],
      asks: 'Is there a second hump that the percentiles hide?', act: 'Two humps are two kinds of requests: look at the routes.',
    },
    {
      title: 'Photos accepted by model', kind: 'timeseries', unit: 'reqps', stack: true,
      queries: [['sum by (model) (rate(whales_api_requests_total{model=~"$model"}[$__rate_interval]))', '{{model}}']],
      asks: 'Which model do clients ask for?', act: 'One at zero although people upload: NoRequestsToModel.',
    },
    {
      title: 'Refusals by reason', kind: 'timeseries', unit: 'reqps', stack: true,
      queries: [['sum by (reason) (rate(whales_api_rejected_total[$__rate_interval]))', '{{reason}}']],
      asks: 'Bad photos, too large, or us pushing back?', act: 'queue_full: start workers. unavailable: a store. The others: ask the client.',
    },
    {
      title: 'Broker\'s confirm, P99', kind: 'timeseries', unit: 's',
      queries: [['histogram_quantile(0.99, sum by (model, le) (rate(whales_publish_duration_seconds_bucket{model=~"$model",outcome="confirmed"}[$__rate_interval])))', '{{model}}']],
      asks: 'Is the broker slow to confirm?', act: 'Above a second: its disk, or a resource alarm (Whales - Queues).',
    },
    {
      title: 'Commands not confirmed', kind: 'timeseries', unit: 'ops',
      queries: [['sum by (outcome) (rate(whales_publish_duration_seconds_count{model=~"$model",outcome!="confirmed"}[$__rate_interval]))', '{{outcome}}']],
      asks: 'What does the broker not take?', act: 'returned: a queue is missing. timeout, failed, nacked: the broker is away, blocked or full. The photos are sent again.',
    },
    {
      title: 'Store latency, P95', kind: 'timeseries', unit: 's',
      queries: [['histogram_quantile(0.95, sum by (store, operation, le) (rate(whales_store_operation_duration_seconds_bucket{job="whales-api"}[$__rate_interval])))', '{{store}} {{operation}}']],
      asks: 'Is it us or the store?', act: 'commit and write wait for the disk: see its load (iostat), or move the database.',
    },
    {
      title: 'Store failures', kind: 'timeseries', unit: 'ops',
      queries: [['sum by (store, operation) (rate(whales_store_operation_duration_seconds_count{outcome="failed"}[$__rate_interval]))', '{{store}} {{operation}}']],
      asks: 'Does the database or the image store refuse work?', act: 'Any: the disk is full or the database is away; see StoreFailing.',
    },
    {
      title: 'Upload size', kind: 'timeseries', unit: 'bytes',
      queries: [['histogram_quantile(0.50, sum by (le) (rate(whales_upload_bytes_bucket[$__rate_interval])))', 'P50'], ['histogram_quantile(0.95, sum by (le) (rate(whales_upload_bytes_bucket[$__rate_interval])))', 'P95']],
      asks: 'How large are the photos?', act: 'Larger ones fill the disk and take longer to decode: plan for it.',
    },
    {
      title: 'Connections and open waits', kind: 'timeseries', unit: 'short',
      queries: [['sum by (instance) (kestrel_active_connections{job="whales-api"})', '{{instance}} connections'], ['sum by (instance) (whales_result_stream_clients)', '{{instance}} waits']],
      asks: 'How many clients are connected, and how many results are being waited for?', act: 'Connections that only grow: a client does not close them.',
    },
  ],
};
