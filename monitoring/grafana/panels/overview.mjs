const parts = 'job=~"whales-.+|rabbitmq.*|prometheus|alertmanager"';
const quantile = (q) => `histogram_quantile(${q}, sum by (le) (rate(whales_end_to_end_duration_seconds_bucket{model=~"$model"}[$__rate_interval])))`;

export default {
  uid: 'whales-overview',
  title: 'Whales - Overview',
  description: 'The only page to open at night: is every part there, is work moving, how long do people wait.',
  panels: [
    {
      title: 'Targets up', kind: 'stat', unit: 'percentunit', width: 4, min: 0, max: 1,
      queries: [[`sum(up{${parts}}) / count(up{${parts}})`, 'up']],
      asks: 'Is every part of the system there?', act: 'Below 100 %: Status, Targets in Prometheus names the missing one; start it.',
      thresholds: [[0, 'red'], [0.999, 'green']],
    },
    {
      title: 'Firing alerts', kind: 'stat', unit: 'short', width: 8,
      queries: [['count by (severity) (ALERTS{alertstate="firing",alertname!="Watchdog"}) or vector(0)', '{{severity}}']],
      asks: 'Is anyone being called right now?', act: 'The table at the bottom lists them; each has an entry in docs/operations.md.',
      thresholds: [[1, 'orange']],
    },
    {
      title: 'Models loaded', kind: 'stat', unit: 'short', width: 12,
      queries: [['max by (model) (whales_api_model_loaded{model=~"$model"})', '{{model}}']], words: [[0, 'not loaded', 'red'], [1, 'loaded', 'green']],
      asks: 'Which models can answer?', act: 'Not loaded: /v1/models says why; see ModelNotLoaded in docs/operations.md.',
      thresholds: [[0, 'red'], [1, 'green']],
    },
    {
      title: 'Identifications per second', kind: 'timeseries', unit: 'ops', stack: true,
      queries: [['sum by (model) (rate(whales_results_total{model=~"$model"}[$__rate_interval]))', '{{model}}']],
      asks: 'How much work is finished, by model?', act: 'Zero while photos wait: see QueueStalled.',
    },
    {
      title: 'Outcomes', kind: 'timeseries', unit: 'percentunit', min: 0, max: 1,
      queries: [['sum by (outcome) (rate(whales_results_total{model=~"$model"}[$__rate_interval])) / ignoring(outcome) group_left () sum(rate(whales_results_total{model=~"$model"}[$__rate_interval]))', '{{outcome}}']],
      asks: 'Identified, unknown, not a whale, failed: in what proportion?', act: 'Failed above 0.5 % uses up the error budget: list status=failed. Fewer identified: other photos, other animals, or a wrong model.',
    },
    {
      title: 'POST to result', kind: 'timeseries', unit: 's', exemplars: true,
      queries: [[quantile('0.50'), 'P50'], [quantile('0.95'), 'P95'], [quantile('0.99'), 'P99']],
      asks: 'How long does a photographer wait for an answer?', act: 'Compare with the time in the queue (Whales - Queues) and the stages (Whales - Models): waiting wants workers, work wants a faster model or machine.',
    },
    {
      title: 'Waiting photos', kind: 'timeseries', unit: 'short',
      queries: [['sum by (model) (whales_jobs_pending{model=~"$model"})', '{{model}}']],
      asks: 'Is work piling up anywhere?', act: 'Growing for long: start another worker of that model.',
    },
    {
      title: 'Oldest waiting photo', kind: 'timeseries', unit: 's',
      queries: [['max by (model, lane) (whales_jobs_oldest_pending_seconds{model=~"$model"})', '{{model}} {{lane}}']],
      asks: 'How stale is the stalest photo?', act: 'A single photo (lane interactive) above its model\'s criticalSeconds: see OldestJobTooOld.',
    },
    {
      title: 'API errors', kind: 'timeseries', unit: 'percentunit', min: 0,
      queries: [['job:http_server_requests_5xx:ratio_rate5m', '5xx']],
      asks: 'Is the front door failing?', act: 'The log has the trace id of each; 503 means the job table or the image store.',
      thresholds: [[0.05, 'orange'], [0.1, 'red']],
    },
    {
      title: 'Photos not sent yet', kind: 'timeseries', unit: 'short', min: 0,
      queries: [['sum by (instance) (whales_outbox_pending)', '{{instance}}']],
      asks: 'Does the broker take what was accepted?', act: 'Above zero for minutes: the broker is away or blocked; see PhotosNotSent.',
    },
    {
      title: 'GPU memory', kind: 'timeseries', unit: 'percentunit', min: 0, max: 1,
      queries: [['max by (instance, gpu) (whales_gpu_memory_used_bytes / on (instance, gpu) whales_gpu_memory_total_bytes)', '{{instance}} GPU {{gpu}}']],
      asks: 'Is a card full?', act: 'Above 95 %: fewer models or sessions on it. Empty where there is no GPU.',
      thresholds: [[0.95, 'red']],
    },
    {
      title: 'Alerts', kind: 'table', unit: 'short',
      queries: [['ALERTS{alertname!="Watchdog"}']],
      asks: 'What fires, or is about to (pending)?', act: 'docs/operations.md has an entry for each name.',
    },
  ],
};
