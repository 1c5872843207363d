const host = 'instance=~"$instance"';

export default {
  uid: 'whales-system',
  title: 'Whales - System',
  description: 'The processes and their machines: CPU, memory, garbage collection, restarts, scrapes.',
  panels: [
    {
      title: 'CPU', kind: 'timeseries', unit: 'percent', min: 0, max: 100,
      queries: [[`max by (job, instance) (whales_api_cpu_percent{${host}})`, '{{job}} {{instance}}']],
      asks: 'How busy are container or machine?', act: 'Near 100 % is what a CPU worker looks like at work; an API alone should not.',
      thresholds: [[80, 'orange']],
    },
    {
      title: 'Memory', kind: 'timeseries', unit: 'percent', min: 0, max: 100,
      queries: [[`max by (job, instance) (whales_api_memory_percent{${host}})`, '{{job}} {{instance}}']],
      asks: 'How full is the memory of container or machine?', act: 'Above 85 %: fewer sessions (Inference:Sessions) or models a host.',
      thresholds: [[85, 'orange'], [95, 'red']],
    },
    {
      title: 'Working set', kind: 'timeseries', unit: 'percentunit', min: 0,
      queries: [[`dotnet_process_memory_working_set_bytes{${host}} / on (job, instance) whales_process_memory_limit_bytes`, '{{job}} {{instance}}']],
      asks: 'Which process is near its limit?', act: 'Grows for days: a leak; compare with the managed heap.',
      thresholds: [[0.9, 'red']],
    },
    {
      title: 'Managed heap', kind: 'timeseries', unit: 'bytes', min: 0,
      queries: [[`sum by (instance, gc_heap_generation) (dotnet_gc_last_collection_heap_size_bytes{${host}})`, '{{instance}} {{gc_heap_generation}}']],
      asks: 'Do tensors or photos pile up (loh)?', act: 'loh grows: pooled buffers are kept; report it.',
    },
    {
      title: 'GC pauses', kind: 'timeseries', unit: 'percentunit', min: 0,
      queries: [[`rate(dotnet_gc_pause_time_seconds_total{${host}}[$__rate_interval])`, '{{job}} {{instance}}']],
      asks: 'Does the garbage collector stop us?', act: 'More than a few per cent: too little memory.',
    },
    {
      title: 'Thread pool queue', kind: 'timeseries', unit: 'short', min: 0,
      queries: [[`{__name__=~"dotnet_thread_pool_queue_length(_total)?",${host}}`, '{{job}} {{instance}}']],
      asks: 'Is the thread pool starved? (.NET 10 calls this level a counter: no rate.)', act: 'Above zero for long: something blocks threads; take a dump.',
    },
    {
      title: 'Exceptions', kind: 'timeseries', unit: 'ops',
      queries: [[`sum by (job, error_type) (rate(dotnet_exceptions_total{${host}}[$__rate_interval]))`, '{{job}} {{error_type}}']],
      asks: 'What is being thrown, handled or not?', act: 'A new type rises: look at the log.',
    },
    {
      title: 'GPU memory', kind: 'timeseries', unit: 'bytes', min: 0,
      queries: [[`whales_gpu_memory_used_bytes{${host}}`, '{{instance}} GPU {{gpu}}']],
      asks: 'Which card is full?', act: 'Fewer models or sessions on it. Empty where there is no GPU.',
    },
    {
      title: 'Uptime', kind: 'stat', unit: 's', width: 24,
      queries: [[`time() - process_start_time_seconds{job=~"whales-.+",${host}}`, '{{job}} {{instance}}']],
      asks: 'Who restarted?', act: 'Short ones again and again: ContainerRestarting.',
    },
    {
      title: 'Scrape time', kind: 'timeseries', unit: 's', min: 0,
      queries: [['scrape_duration_seconds', '{{job}} {{instance}}']],
      asks: 'How long does Prometheus wait for each page? Our hosts need a few milliseconds.', act: 'Rising on one: that host has no CPU left, or too many series.',
      thresholds: [[0.005, 'green'], [1, 'red']],
    },
    {
      title: 'Series a scrape', kind: 'timeseries', unit: 'short', min: 0,
      queries: [['scrape_samples_scraped', '{{job}} {{instance}}']],
      asks: 'Do labels grow without end?', act: 'A host that only grows has a label with too many values: report it.',
    },
    {
      title: 'Builds', kind: 'table', unit: 'short',
      queries: [['whales_build_info']],
      asks: 'Which build runs where?', act: 'Different ones: an upgrade is half done.',
    },
  ],
};
