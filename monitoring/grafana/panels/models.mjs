const quantile = (q) => `histogram_quantile(${q}, sum by (model, le) (rate(whales_inference_duration_seconds_bucket{model=~"$model"}[$__rate_interval])))`;

export default {
  uid: 'whales-models',
  title: 'Whales - Models',
  description: 'Inside the workers: how long networks run, where the time of a photo goes, what is loaded.',
  panels: [
    {
      title: 'Mean inference', kind: 'stat', unit: 's', width: 8,
      queries: [['max by (model) (whales_api_inference_time_seconds{model=~"$model"})', '{{model}}']],
      asks: 'How long was a run of the network on average in the last 5 minutes? 0 is idle.', act: 'Above the model\'s threshold: HighInferenceTime.',
    },
    {
      title: 'Error rate', kind: 'stat', unit: 'percentunit', width: 8,
      queries: [['max by (model) (whales_api_error_rate{model=~"$model"})', '{{model}}']],
      asks: 'What share of the photos failed in the last 5 minutes?', act: 'Above 10 %: list status=failed, error.code says why.',
      thresholds: [[0.1, 'orange'], [0.2, 'red']],
    },
    {
      title: 'Photos in hand', kind: 'stat', unit: 'short', width: 8,
      queries: [['sum by (model) (whales_jobs_in_progress{model=~"$model"})', '{{model}}']],
      asks: 'Are the workers busy?', act: 'High while nothing ends: a worker hangs, restart it.',
    },
    {
      title: 'Inference P50, P95 and thresholds', kind: 'timeseries', unit: 's', exemplars: true,
      queries: [[quantile('0.50'), '{{model}} P50'], [quantile('0.95'), '{{model}} P95'], ['max by (model, severity) (whales_model_inference_threshold_seconds{model=~"$model"})', '{{model}} {{severity}}']],
      asks: 'How long does one run over a batch take, and how far is that from the line that the alert watches?', act: 'Rising at the same batch size: something else uses the cores or the card.',
    },
    {
      title: 'Where the time of a photo goes', kind: 'timeseries', unit: 'percentunit', min: 0, max: 1, stack: true,
      queries: [['sum by (stage) (rate(whales_stage_duration_seconds_sum{model=~"$model"}[$__rate_interval])) / ignoring(stage) group_left () sum(rate(whales_stage_duration_seconds_sum{model=~"$model"}[$__rate_interval]))', '{{stage}}']],
      asks: 'fetch, decode, batch_wait, inference, match, publish: which stage takes the time?', act: 'fetch: the image store. decode: larger photos. batch_wait: sessions are busy. publish: the broker.',
    },
    {
      title: 'Stages, P95', kind: 'timeseries', unit: 's',
      queries: [['histogram_quantile(0.95, sum by (stage, le) (rate(whales_stage_duration_seconds_bucket{model=~"$model"}[$__rate_interval])))', '{{stage}}']],
      asks: 'How long does each stage take?', act: 'The one that grew is the one to look at.',
    },
    {
      title: 'Batch size, mean', kind: 'timeseries', unit: 'short', min: 0,
      queries: [['model:whales_inference_batch_size:avg_5m{model=~"$model"}', '{{model}}']],
      asks: 'Does batching work, or do photos go one by one?', act: 'At the largest size all the time: the model is at its limit. 1: little to do, or warm-up chose it.',
    },
    {
      title: 'Batch sizes', kind: 'heatmap', unit: 'short',
      queries: [['sum by (le) (increase(whales_inference_batch_size_bucket{model=~"$model"}[$__rate_interval]))', '{{le}}']],
      asks: 'How full are the batches?', act: 'Full batches and a long queue: another worker.',
    },
    {
      title: 'Match score, P10 and P50', kind: 'timeseries', unit: 'percentunit', min: 0, max: 1,
      queries: [['histogram_quantile(0.10, sum by (model, le) (rate(whales_match_score_bucket{model=~"$model"}[$__rate_interval])))', '{{model}} P10'], ['histogram_quantile(0.50, sum by (model, le) (rate(whales_match_score_bucket{model=~"$model"}[$__rate_interval])))', '{{model}} P50']],
      asks: 'How similar are the best candidates?', act: 'A drift means other photos, other animals or a wrong crop: look at some of them.',
    },
    {
      title: 'Work done by outcome', kind: 'timeseries', unit: 'ops', stack: true,
      queries: [['sum by (outcome) (rate(whales_worker_jobs_total{model=~"$model"}[$__rate_interval]))', '{{outcome}}']],
      asks: 'How did the workers\' work end?', act: 'poisonous: a photo ends its worker, see docs/operations.md. returned: stops and faults.',
    },
    {
      title: 'Decode errors', kind: 'timeseries', unit: 'ops',
      queries: [['sum by (reason) (rate(whales_decode_errors_total[$__rate_interval]))', '{{reason}}']],
      asks: 'Bad photos?', act: 'corrupted_image: a client\'s uploads are cut off; ask it.',
    },
    {
      title: 'Since the last answer', kind: 'timeseries', unit: 's', min: 0,
      queries: [['time() - max by (model) (whales_worker_last_success_timestamp_seconds{model=~"$model"} > 0)', '{{model}}']],
      asks: 'When did each model last succeed?', act: 'Long while photos wait: it does not get through, see QueueStalled.',
    },
    {
      title: 'GPU utilisation', kind: 'timeseries', unit: 'percentunit', min: 0, max: 1,
      queries: [['max by (instance, gpu) (whales_gpu_utilization_ratio)', '{{instance}} GPU {{gpu}}']],
      asks: 'Is the card the limit?', act: 'Low while photos wait: decoding or the network is; more cores, or more sessions. Empty where there is no GPU.',
    },
    {
      title: 'GPU temperature and power', kind: 'timeseries', unit: 'short',
      queries: [['max by (instance, gpu) (whales_gpu_temperature_celsius)', '{{instance}} GPU {{gpu}} °C'], ['max by (instance, gpu) (whales_gpu_power_watts)', '{{instance}} GPU {{gpu}} W']],
      asks: 'Does the card throttle?', act: 'Hot and slow: cooling. Empty where there is no GPU.',
    },
    {
      title: 'Loads', kind: 'table', unit: 'short', width: 12,
      queries: [['sum by (model, outcome) (whales_model_loads_total{model=~"$model"})']],
      asks: 'How often was each model loaded, and did it fail?', act: 'failed: check-model says what is wrong with its folder.',
    },
    {
      title: 'Load time', kind: 'stat', unit: 's', width: 12, height: 8,
      queries: [['max by (model) (whales_model_load_duration_seconds{model=~"$model"})', '{{model}}']],
      asks: 'How long does a worker take to get ready?', act: 'Plan restarts and scaling by it.',
    },
    {
      title: 'What runs', kind: 'table', unit: 'short',
      queries: [['whales_model_info{model=~"$model"}']],
      asks: 'Which version, where, on which worker?', act: 'Two versions of a model at once: an upgrade is half done.',
    },
  ],
};
