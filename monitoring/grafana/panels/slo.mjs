const failed = (window) => `slo:whales_identify_errors:ratio_rate${window}{model=~"$model"} / 0.005`;
const within = (seconds) => `sum by (model) (rate(whales_end_to_end_duration_seconds_bucket{model=~"$model",le="${seconds}"}[1h])) / sum by (model) (rate(whales_end_to_end_duration_seconds_count{model=~"$model"}[1h]))`;

export default {
  uid: 'whales-slo',
  title: 'Whales - Objectives',
  description: 'Objective: 99.5 % of photos end otherwise than failed, over 30 days.',
  from: 'now-7d',
  panels: [
    {
      title: 'Budget left, 30 days', kind: 'stat', unit: 'percentunit', width: 12, height: 6,
      queries: [['1 - (sum by (model) (increase(whales_results_total{model=~"$model",outcome="failed"}[30d])) / sum by (model) (increase(whales_results_total{model=~"$model"}[30d]) > 0)) / 0.005', '{{model}}']],
      asks: 'How much may still fail this month? Needs 30 days of data in Prometheus.', act: 'Below zero: stop changing things, mend what fails.',
      thresholds: [[0, 'orange'], [0.25, 'green']],
    },
    {
      title: 'Photos in the last hour', kind: 'stat', unit: 'short', width: 12, height: 6,
      queries: [['slo:whales_identify:events_1h{model=~"$model"}', '{{model}}']],
      asks: 'Is there enough traffic to judge by?', act: 'Up to 20 an hour nobody is called for the budget.',
    },
    {
      title: 'Burn rate', kind: 'timeseries', unit: 'short', min: 0,
      queries: [[failed('5m'), '{{model}} 5 m'], [failed('1h'), '{{model}} 1 h'], [failed('6h'), '{{model}} 6 h'], [failed('3d'), '{{model}} 3 d']],
      asks: 'How many times faster than allowed is the budget used?', act: 'Above 14.4 for an hour, 6 for six hours: IdentifyErrorBudgetBurn.',
      thresholds: [[1, 'orange'], [14.4, 'red']],
    },
    {
      title: 'Answers in time', kind: 'timeseries', unit: 'percentunit', min: 0, max: 1,
      queries: [[within('5.0'), '{{model}} within 5 s'], [within('60.0'), '{{model}} within a minute']],
      asks: 'What share of the answers of the last hour came in time?', act: 'Falls: more workers, or the stages on Whales - Models.',
    },
    {
      title: 'API availability, 1 h', kind: 'timeseries', unit: 'percentunit', max: 1,
      queries: [['1 - (sum(rate(http_server_request_duration_seconds_count{job="whales-api",http_response_status_code=~"5.."}[1h])) or vector(0)) / sum(rate(http_server_request_duration_seconds_count{job="whales-api"}[1h]))', 'not 5xx']],
      asks: 'What share of requests did the API answer?', act: 'Below 99.9 %: Whales API - Overview.',
    },
    {
      title: 'Errors by window', kind: 'timeseries', unit: 'percentunit', min: 0,
      queries: [['slo:whales_identify_errors:ratio_rate1h{model=~"$model"}', '{{model}} 1 h'], ['slo:whales_identify_errors:ratio_rate1d{model=~"$model"}', '{{model}} 1 d']],
      asks: 'What share of the photos failed?', act: 'Above 0.5 % the budget shrinks: list status=failed.',
      thresholds: [[0.005, 'orange']],
    },
  ],
};
