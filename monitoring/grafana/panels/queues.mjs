const queues = 'queue=~"identify-whale\\\\.(${model:regex})(\\\\.(bulk|suspect))?"';
const total = (name) => `sum(rate(rabbitmq_global_messages_${name}_total[$__rate_interval]))`;

export default {
  uid: 'whales-queues',
  title: 'Whales - Queues',
  description: 'What waits, who serves it, how fast it drains, and the broker itself.',
  panels: [
    {
      title: 'Consumers', kind: 'stat', unit: 'short', width: 8,
      queries: [['model:whales_queue_consumers:sum{model=~"$model"}', '{{model}}']],
      asks: 'Does each model\'s queue have someone to serve it?', act: '0: start a worker of that model.',
      thresholds: [[0, 'red'], [1, 'green']],
    },
    {
      title: 'Time to drain', kind: 'stat', unit: 's', width: 8,
      queries: [['max by (model, lane) (whales_queue_expected_drain_seconds{model=~"$model"})', '{{model}} {{lane}}']],
      asks: 'If nothing more came, when would each lane be empty, all its workers as fast as now?', act: 'Longer than people will wait: more workers.',
    },
    {
      title: 'Oldest waiting photo', kind: 'stat', unit: 's', width: 8,
      queries: [['max by (model) (whales_jobs_oldest_pending_seconds{model=~"$model"})', '{{model}}']],
      asks: 'How long has the oldest photo waited? From the job table: RabbitMQ does not know it.', act: 'See OldestJobTooOld.',
    },
    {
      title: 'Unfinished photos by lane', kind: 'timeseries', unit: 'short',
      queries: [['sum by (model, lane) (whales_jobs_pending{model=~"$model"})', '{{model}} {{lane}}']],
      asks: 'How much is accepted and not finished?', act: 'Bulk may be long; interactive should be short.',
    },
    {
      title: 'Queues by lane, as workers see them', kind: 'timeseries', unit: 'short',
      queries: [['max by (model, lane) (whales_queue_messages{model=~"$model",state="ready"})', '{{model}} {{lane}} ready'], ['sum by (model, lane) (whales_queue_messages{model=~"$model",state="unacked"})', '{{model}} {{lane}} in hand']],
      asks: 'What is ready for any worker, and what do they hold? In Standalone too, which has no broker.', act: 'Ready grows: more comes in than workers do.',
    },
    {
      title: 'Drain rate by lane', kind: 'timeseries', unit: 'ops', stack: true,
      queries: [['sum by (model, lane) (whales_queue_drain_rate{model=~"$model"})', '{{model}} {{lane}}']],
      asks: 'How fast do workers empty each lane?', act: 'Falls while photos are ready: workers are slower, or fewer, than before.',
    },
    {
      title: 'Broker stalled', kind: 'timeseries', unit: 'short', min: 0, max: 1,
      queries: [['max by (instance) (whales_broker_stalled)', '{{instance}}']],
      asks: 'Does the broker confirm what is sent?', act: '1: it is blocked, stands still or is away: BrokerAlarm, BrokerDown, PhotosNotSent.',
      thresholds: [[1, 'red']],
    },
    {
      title: 'Ready in the broker', kind: 'timeseries', unit: 'short',
      queries: [['model:whales_queue_messages_ready:sum{model=~"$model"}', '{{model}}']],
      asks: 'How deep is each queue?', act: 'Unfinished but not here: the photos are in workers\' hands, or not sent yet.',
    },
    {
      title: 'Unacknowledged', kind: 'timeseries', unit: 'short',
      queries: [[`sum by (queue) (rabbitmq_detailed_queue_messages_unacked{${queues}})`, '{{queue}}']],
      asks: 'What do workers hold?', act: 'Constant while nothing ends: a worker hangs; restart it, what it holds runs again.',
    },
    {
      title: 'Consumer capacity', kind: 'timeseries', unit: 'percentunit', min: 0, max: 1,
      queries: [[`min by (queue) (rabbitmq_detailed_queue_consumer_capacity{${queues}})`, '{{queue}}']],
      asks: 'Could the broker hand messages out at once?', act: 'Below 100 % the workers are the limit.',
    },
    {
      title: 'Time in queue, P50 and P95', kind: 'timeseries', unit: 's',
      queries: [['histogram_quantile(0.50, sum by (model, le) (rate(whales_queue_wait_seconds_bucket{model=~"$model"}[$__rate_interval])))', '{{model}} P50'], ['model:whales_queue_wait_seconds:p95_5m{model=~"$model"}', '{{model}} P95']],
      asks: 'How long does a photo wait before a worker takes it?', act: 'Rises: too few workers.',
    },
    {
      title: 'Accepted and finished', kind: 'timeseries', unit: 'ops',
      queries: [['sum by (model) (rate(whales_api_requests_total{model=~"$model"}[$__rate_interval]))', '{{model}} in'], ['sum by (model) (rate(whales_results_total{model=~"$model"}[$__rate_interval]))', '{{model}} out']],
      asks: 'Does more come in than goes out?', act: 'In above out for long: another worker, or slower clients.',
    },
    {
      title: 'Broker: in, acknowledged, redelivered', kind: 'timeseries', unit: 'ops',
      queries: [[total('received'), 'received'], [total('acknowledged'), 'acknowledged'], [total('redelivered'), 'redelivered']],
      asks: 'Is the broker getting more than it hands out, and do workers die with messages in hand?', act: 'redelivered: a worker ends again and again, see docs/operations.md.',
    },
    {
      title: 'Retries by reason', kind: 'timeseries', unit: 'ops',
      queries: [['sum by (model, reason) (rate(whales_retries_total{model=~"$model"}[$__rate_interval]))', '{{model}} {{reason}}']],
      asks: 'What is failing under the surface?', act: 'image_store, broker: look at that part. redelivered: a worker ended.',
    },
    {
      title: 'Photos given up', kind: 'timeseries', unit: 'short',
      queries: [['sum by (model, reason) (increase(whales_dead_letters_total{model=~"$model"}[$__rate_interval]))', '{{model}} {{reason}}']],
      asks: 'What came back as a dead letter?', act: 'Their rows are failed: list status=failed.',
    },
    {
      title: 'Messages that nobody takes', kind: 'table', unit: 'short', width: 12,
      queries: [['sum by (queue) (rabbitmq_detailed_queue_messages_ready{queue=~".+\\\\.dead(\\\\..+)?|.+_(error|skipped)"})']],
      asks: 'What needs a human?', act: 'Above zero: DeadLettersPresent in docs/operations.md.',
    },
    {
      title: 'Unroutable messages', kind: 'timeseries', unit: 'short',
      queries: [['sum(increase(rabbitmq_global_messages_unroutable_dropped_total[$__rate_interval]))', 'dropped'], ['sum(increase(rabbitmq_global_messages_unroutable_returned_total[$__rate_interval]))', 'returned']],
      asks: 'Is anything sent to no queue?', act: 'returned: our commands, sent again; a queue is missing. dropped: an event that nobody subscribed to.',
    },
    {
      title: 'Broker memory', kind: 'timeseries', unit: 'percentunit', min: 0, max: 1,
      queries: [['rabbitmq_process_resident_memory_bytes / on (instance, job) rabbitmq_resident_memory_limit_bytes', '{{instance}}']],
      asks: 'How near is the memory alarm?', act: 'At 100 % publishers are blocked: give it memory, or let queues drain.',
      thresholds: [[0.8, 'orange'], [1, 'red']],
    },
    {
      title: 'Broker disk headroom', kind: 'timeseries', unit: 'short', min: 0,
      queries: [['rabbitmq_disk_space_available_bytes / on (instance, job) rabbitmq_disk_space_available_limit_bytes', '{{instance}}']],
      asks: 'How many times the limit is free?', act: 'At 1 publishers are blocked: free the disk.',
    },
    {
      title: 'Connections', kind: 'timeseries', unit: 'short',
      queries: [['sum by (instance) (rabbitmq_connections)', '{{instance}} connections'], ['sum by (instance) (rabbitmq_consumers)', '{{instance}} consumers']],
      asks: 'Who is connected?', act: 'Fewer than hosts: one has lost the broker; its /health/ready says so.',
    },
  ],
};
