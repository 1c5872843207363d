// Writes dashboards/*.json from panels/*.mjs:   node monitoring/grafana/build.mjs [--check]
// With --check nothing is written, and a file that would change is an error: the tests run that.
// A panel there: title, kind, unit, queries ([expression, legend] each), asks (the question that it answers), act (what to do about
// the answer), thresholds ([value, colour] each, from green up), width (of 24) and height where the kind's own do not fit.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = new URL('.', import.meta.url).pathname;
const datasource = { type: 'prometheus', uid: '${datasource}' };
const sizes = { stat: [4, 4], timeseries: [12, 8], heatmap: [12, 8], table: [24, 8] };

const label = (name, title, query, description) => ({
  name, label: title, description, type: 'query', datasource, definition: query, query: { query, refId: name },
  refresh: 2, sort: 1, multi: true, includeAll: true, allValue: '.*', current: { selected: true, text: ['All'], value: ['$__all'] }, options: [],
});

const variables = {
  datasource: {
    name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: { selected: true, text: 'Prometheus', value: 'prometheus' },
    refresh: 1, options: [],
  },
  model: label('model', 'Model', 'label_values(whales_api_requests_total, model)', 'Models of the model folder.'),
  instance: label('instance', 'Host', 'label_values(whales_build_info, instance)', 'API, workers, notifier.'),
};

const annotations = {
  list: [
    {
      builtIn: 1, datasource: { type: 'grafana', uid: '-- Grafana --' }, enable: true, hide: true, iconColor: 'rgba(0, 211, 255, 1)',
      name: 'Annotations & Alerts', type: 'dashboard',
    },
    {
      datasource, enable: true, expr: 'ALERTS{alertstate="firing",severity=~"critical|warning"}', iconColor: 'red', name: 'Alerts',
      step: '30s', tagKeys: 'severity', textFormat: '{{model}} {{instance}}', titleFormat: '{{alertname}}',
    },
  ],
};

function panel(spec, id, gridPos) {
  const { title, kind, unit, queries, asks, act, thresholds } = spec;
  const steps = [{ color: 'green', value: null }, ...(thresholds ?? []).map(([value, color]) => ({ color, value }))];
  const defaults = {
    unit,
    ...(spec.min === undefined ? {} : { min: spec.min }),
    ...(spec.max === undefined ? {} : { max: spec.max }),
    // One colour a name, the same on every panel.
    color: { mode: kind === 'stat' || kind === 'table' ? 'thresholds' : 'palette-classic-by-name' },
    thresholds: { mode: 'absolute', steps },
    mappings: (spec.words ?? []).map(([value, text, color], index) => ({ type: 'value', options: { [value]: { text, color, index } } })),
  };
  const made = { id, type: kind, title, description: `${asks} ${act}`, gridPos, datasource, fieldConfig: { defaults, overrides: [] }, options: {}, targets: [] };
  made.targets = queries.map(([expr, legend], i) => ({
    refId: String.fromCharCode(65 + i), datasource, expr, legendFormat: legend ?? '__auto', editorMode: 'code',
    range: kind !== 'table' && kind !== 'stat', instant: kind === 'table' || kind === 'stat',
    ...(kind === 'table' || kind === 'heatmap' ? { format: kind } : {}),
    ...(spec.exemplars ? { exemplar: true } : {}),
  }));
  if (kind === 'timeseries') {
    defaults.custom = { drawStyle: 'line', lineWidth: 1, fillOpacity: spec.stack ? 30 : 5, showPoints: 'never', spanNulls: false,
      stacking: { mode: spec.stack ? 'normal' : 'none', group: 'A' }, thresholdsStyle: { mode: thresholds ? 'line' : 'off' } };
    made.options = { legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'], showLegend: true }, tooltip: { mode: 'multi', sort: 'desc' } };
  } else if (kind === 'stat') {
    made.options = { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, colorMode: 'value', graphMode: 'none', textMode: 'auto', orientation: 'auto' };
  } else if (kind === 'heatmap') {
    made.options = { calculate: false, cellGap: 1, color: { mode: 'scheme', scheme: 'Oranges', steps: 64 }, yAxis: { unit }, tooltip: { mode: 'single', yHistogram: true } };
  } else {
    made.options = { showHeader: true, sortBy: [], cellHeight: 'sm' };
    made.transformations = [{ id: 'organize', options: { excludeByName: { Time: true, __name__: true, job: true }, renameByName: { Value: 'value' } } }];
  }
  return made;
}

/** Puts the panels side by side, as many as fit, in their order. */
function layout(specs) {
  let [x, y, tallest, id] = [0, 0, 0, 0];
  return specs.map((spec) => {
    const [w, h] = [spec.width ?? sizes[spec.kind][0], spec.height ?? sizes[spec.kind][1]];
    if (x + w > 24) [x, y, tallest] = [0, y + tallest, 0];
    const gridPos = { x, y, w, h };
    [x, tallest] = [x + w, Math.max(tallest, h)];
    return panel(spec, ++id, gridPos);
  });
}

const dashboard = ({ uid, title, description, from, panels }) => ({
  uid, title, description, tags: ['whales'], schemaVersion: 39, version: 1, editable: false, graphTooltip: 1, refresh: '15s', timezone: 'browser',
  time: { from: from ?? 'now-3h', to: 'now' }, annotations,
  links: [{ type: 'dashboards', title: 'Whales', tags: ['whales'], asDropdown: true, includeVars: true, keepTime: true, icon: 'external link', targetBlank: false }],
  templating: { list: Object.values(variables).filter((v) => v.name === 'datasource' || panels.some((p) => p.queries.some(([q]) => q.includes(v.name) && (q.includes(`$${v.name}`) || q.includes(`\${${v.name}`))))) },
  panels: layout(panels),
});

const check = process.argv.includes('--check');
let stale = 0;
for (const file of readdirSync(join(here, 'panels')).sort()) {
  const spec = (await import(join(here, 'panels', file))).default;
  const path = join(here, 'dashboards', file.replace('.mjs', '.json'));
  const text = JSON.stringify(dashboard(spec), null, 2) + '\n';
  let now = '';
  try { now = readFileSync(path, 'utf8'); } catch { /* not written yet */ }
  if (now === text) continue;
  if (check) {
    stale++;
    console.error(`${path} is not what panels/${file} says: run node monitoring/grafana/build.mjs`);
  } else writeFileSync(path, text);
}
process.exitCode = stale > 0 ? 1 : 0;
