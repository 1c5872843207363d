using System.Globalization;
using Whales.Hosting.Models;

namespace Whales.Benchmarks;

/// <summary>
/// Ingest alone: photos accepted a second, each durable before its 202, against the same bytes written and synced by nobody's code but the
/// kernel's, against the same requests to a server that does nothing with them, and to those that hash, write and sync them and no more, without and with a row.
/// </summary>
internal static class IngestBench
{
    private const int Rounds = 3;

    public static async Task RunAsync(string modelsFolder, IReadOnlyList<byte[]> photos, TimeSpan time)
    {
        var model = ModelFolders.Scan(modelsFolder).DefaultName(new ModelsOptions()) ?? throw new InvalidOperationException("There is no model.");
        var photo = photos[0].AsSpan().ToArray();
        Array.Resize(ref photo, 100_000);
        var slice = time / 4;
        Console.WriteLine("\nIngest alone, 100 kB photos (Standalone with SQLite, serving no model); medians of three rounds in which the limits and ours take turns");
        await using var system = await SystemUnderTest.StandaloneAsync(modelsFolder, model, serving: false);
        using var load = new LoadGenerator(system.Api.Url, [photo]);
        var (sinkProcess, sinkUrl) = await LeastPipeline.StartApiAsync();
        using var sink = sinkProcess;
        using var sinkLoad = new LoadGenerator(sinkUrl, [photo]);
        var leasts = Directory.CreateTempSubdirectory("whales-least-").FullName;
        var (leastProcess, leastUrl) = await LeastPipeline.StartApiAsync(leasts);
        using var least = leastProcess;
        using var leastLoad = new LoadGenerator(leastUrl, [photo]);
        var (rowsProcess, rowsUrl) = await LeastPipeline.StartApiAsync(Directory.CreateDirectory(Path.Combine(leasts, "with-rows")).FullName, Path.Combine(leasts, "rows.db"));
        using var rows = rowsProcess;
        using var rowsLoad = new LoadGenerator(rowsUrl, [photo]);
        foreach (var warm in new[] { load, sinkLoad, leastLoad, rowsLoad })
            await warm.IngestAsync(model, 8, slice);
        // Removed at the end only: a file system that has just deleted thousands of files is slow to make new ones.
        var raws = Directory.CreateTempSubdirectory("whales-raw-").FullName;
        foreach (var connections in new[] { 1, 8, 32 })
        {
            var rounds = new List<(double Raw, double Http, double Least, double Rows, double Ours, double P50, double P99)>();
            for (var round = 0; round < Rounds; round++)
            {
                var raw = RawDisk.Measure(Path.Combine(raws, $"{connections}-{round}"), photo, connections, slice);
                var (ours, took) = await load.IngestAsync(model, connections, slice);
                var (http, _) = await sinkLoad.IngestAsync(model, connections, slice);
                var (leastRate, _) = await leastLoad.IngestAsync(model, connections, slice);
                var (rowsRate, _) = await rowsLoad.IngestAsync(model, connections, slice);
                rounds.Add((raw, http, leastRate, rowsRate, ours, Quantiles.Of(took, 0.5), Quantiles.Of(took, 0.99)));
            }

            double Median(Func<(double Raw, double Http, double Least, double Rows, double Ours, double P50, double P99), double> figure) => Quantiles.Median(rounds.Select(figure));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                  {connections} connections: {Median(r => r.Ours):0} accepted/s; 202 after p50 {Median(r => r.P50):0.0} ms, p99 {Median(r => r.P99):0.0} ms
                    = {Median(r => r.Ours / r.Raw):0.00} of raw write + fsync, {Median(r => r.Raw):0}/s
                    = {Median(r => r.Ours / r.Http):0.00} of a server that reads the body and forgets it, {Median(r => r.Http):0}/s
                    = {Median(r => r.Ours / r.Least):0.00} of the least server that hashes, writes and syncs, without a row, {Median(r => r.Least):0}/s, itself {Median(r => r.Least / r.Raw):0.00} of raw
                    = {Median(r => r.Ours / r.Rows):0.00} of the same with a row, {Median(r => r.Rows):0}/s, itself {Median(r => r.Rows / r.Raw):0.00} of raw
                """));
        }

        Directory.Delete(raws, recursive: true);
        Directory.Delete(leasts, recursive: true);
    }
}
