using System.Globalization;
using Whales.Hosting.Models;

namespace Whales.Benchmarks;

/// <summary>Ingest alone: photos accepted a second, each durable before its 202, against the same bytes written and synced by nobody's code but the kernel's.</summary>
internal static class IngestBench
{
    private const int Rounds = 3;

    public static async Task RunAsync(string modelsFolder, IReadOnlyList<byte[]> photos, TimeSpan time)
    {
        var model = ModelFolders.Scan(modelsFolder).DefaultName(null) ?? throw new InvalidOperationException("There is no model.");
        var photo = photos[0].AsSpan().ToArray();
        Array.Resize(ref photo, 100_000);
        var slice = time / 4;
        Console.WriteLine("\nIngest alone, 100 kB photos (Standalone with SQLite, serving no model); medians of three rounds that alternate raw and ours");
        await using var system = await SystemUnderTest.StandaloneAsync(modelsFolder, model, serving: false);
        using var load = new LoadGenerator(system.Api.Url, [photo]);
        await load.IngestAsync(model, 8, slice);
        // Removed at the end only: a file system that has just deleted thousands of files is slow to make new ones.
        var raws = Directory.CreateTempSubdirectory("whales-raw-").FullName;
        foreach (var connections in new[] { 1, 8, 32 })
        {
            var rounds = new List<(double Raw, double Ours, double P50, double P99)>();
            for (var round = 0; round < Rounds; round++)
            {
                var raw = RawDisk.Measure(Path.Combine(raws, $"{connections}-{round}"), photo, connections, slice);
                var (ours, took) = await load.IngestAsync(model, connections, slice);
                rounds.Add((raw, ours, Quantiles.Of(took, 0.5), Quantiles.Of(took, 0.99)));
            }

            var rate = Quantiles.Median(rounds.Select(r => r.Ours));
            var limit = Quantiles.Median(rounds.Select(r => r.Raw));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {connections} connections: {rate:0} accepted/s = {Quantiles.Median(rounds.Select(r => r.Ours / r.Raw)):0.00} of {limit:0}/s raw write + fsync; 202 after p50 {Quantiles.Median(rounds.Select(r => r.P50)):0.0} ms, p99 {Quantiles.Median(rounds.Select(r => r.P99)):0.0} ms"));
        }

        Directory.Delete(raws, recursive: true);
    }
}
