using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Whales.Benchmarks;

/// <summary>How true <c>queue.etaSeconds</c> is while a worker empties a line: each estimate against the moment at which the result was there.</summary>
internal sealed class EtaBench(string modelsFolder, string model, IReadOnlyList<byte[]> photos, TimeSpan time)
{
    private const int Watched = 24;

    // While the photos are posted the cores are shared with that; what was measured then has left the estimate after so long.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);

    // What is due in a second or two says little: the poll itself takes part of it.
    private const double ShortestCounted = 2;

    public async Task RunAsync()
    {
        Console.WriteLine($"\nEstimates, {model}");
        await using var system = await SystemUnderTest.DistributedAsync(modelsFolder, model);
        using var load = new LoadGenerator(system.Api.Url, photos);
        await system.StartWorkerAsync(ready: true);
        var rate = await load.SaturateAsync(model, 32, time / 2);
        var ids = await load.PostAllAsync(model, (int)(rate * (Settling + (4 * time)).TotalSeconds), connections: 8);
        var watched = ids.Where((_, i) => i % Math.Max(1, ids.Count / Watched) == 0).ToList();

        var estimates = new ConcurrentBag<(Guid Id, double At, double Eta, int Ahead)>();
        var ended = new ConcurrentDictionary<Guid, double>();
        await Task.Delay(Settling);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(watched.Select(async id =>
        {
            while (true)
            {
                if (await load.PlaceAsync(id) is not { } place)
                {
                    ended[id] = clock.Elapsed.TotalSeconds;
                    return;
                }

                if (place.Eta is { } eta)
                    estimates.Add((id, clock.Elapsed.TotalSeconds, eta, place.Ahead));
                await Task.Delay(500);
            }
        }));

        var counted = estimates.Select(e => (e.Eta, Truth: ended[e.Id] - e.At)).Where(e => e.Truth > ShortestCounted).ToList();
        var errors = counted.Select(e => Math.Abs(e.Eta - e.Truth) / e.Truth).ToList();
        var ratio = Quantiles.Of(counted.Select(e => e.Eta / e.Truth), 0.5);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {ids.Count} photos in line, {watched.Count} watched, {errors.Count} estimates of more than {ShortestCounted:0} s: median {ratio:0.00} of the truth, off by {Quantiles.Of(errors, 0.5):P0} (median), {Quantiles.Of(errors, 0.9):P0} (p90), {errors.DefaultIfEmpty().Max():P0} (worst); within 30 %: {errors.Count(e => e <= 0.3) / (double)Math.Max(1, errors.Count):P0} (goal 100 %)"));
    }
}
