using Whales.Contracts;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Waiting;

/// <summary>Counts the lines of waiting photos, and how fast they get shorter, about twice a second.</summary>
internal sealed partial class LineWatch(LaneStore store, WaitingLines lines, KnownModels models, TimeProvider clock, ILogger<LineWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    // An outcome is stored a moment after the time that it carries.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    // Counting may take a fiftieth of one core's time, however many rows there are; but what was finished makes room only when it is counted,
    // and a busy machine makes the count slow when room matters most.
    private const int Seldom = 50;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1.5);

    private readonly Dictionary<(string, Lane), int> _before = [];
    private DateTimeOffset? _countedUntil;
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var started = clock.GetTimestamp();
            try
            {
                await CountAsync(stoppingToken);
                _failing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                _countedUntil = null;
                if (!_failing)
                    LogNotCounted(exception);
                _failing = true;
            }

            var pause = clock.GetElapsedTime(started) * Seldom;
            await Task.Delay(pause < Interval ? Interval : pause > Longest ? Longest : pause, clock, stoppingToken);
        }
    }

    internal async Task CountAsync(CancellationToken cancellationToken)
    {
        var known = models.Names.SelectMany(model => Enum.GetValues<Lane>().Select(lane => (Model: model, Lane: lane))).ToList();
        var arrived = known.ToDictionary(key => key, key => lines.Of(key.Model, key.Lane).Arrived());
        var waiting = ByLine(await store.CountAsync(cancellationToken));
        foreach (var key in known)
            lines.Of(key.Model, key.Lane).Counted(waiting.GetValueOrDefault(key), arrived[key]);
        await MeasureAsync(known, waiting, cancellationToken);
    }

    private async Task MeasureAsync(List<(string Model, Lane Lane)> known, Dictionary<(string, Lane), int> waiting, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() - Settled;
        if (_countedUntil is { } after && until > after)
        {
            var finished = ByLine(await store.CountFinishedAsync(after, until, cancellationToken));
            foreach (var model in known.GroupBy(key => key.Model))
            {
                var busy = false;
                foreach (var key in model)
                {
                    // Workers had all they could do when at both ends more waited than they finished between.
                    var done = finished.GetValueOrDefault(key);
                    if (Math.Min(_before.GetValueOrDefault(key), waiting.GetValueOrDefault(key)) < Math.Max(done, 2))
                        continue;
                    busy = true;
                    lines.Of(key.Model, key.Lane).Drain.Add(until - after, done);
                }

                if (busy)
                    lines.DrainOf(model.Key).Add(until - after, model.Sum(key => finished.GetValueOrDefault(key)));
            }
        }

        _countedUntil = until;
        foreach (var key in known)
            _before[key] = waiting.GetValueOrDefault(key);
    }

    private static Dictionary<(string, Lane), int> ByLine(IReadOnlyList<LaneCount> counts) =>
        counts.ToDictionary(count => (count.Model, count.Lane), count => count.Count);

    [LoggerMessage(LogLevel.Warning, "Waiting photos could not be counted; limits and estimates stay as they were.")]
    private partial void LogNotCounted(Exception exception);
}
