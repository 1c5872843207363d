using System.Diagnostics;
using System.Globalization;
using Whales.Testing.Models;

namespace Whales.Benchmarks;

/// <summary>How long Prometheus waits for the metrics page of Standalone, which has the most series, while every core identifies photos.</summary>
internal static class ScrapeBench
{
    // Enough small models beside the one under load to have the series of a large installation on one page.
    private const int WantedSeries = 2000;
    private const int Clients = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(string modelsFolder, string model, IReadOnlyList<byte[]> photos, TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("whales-bench-models-");
        folder.CreateSubdirectory(model);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(modelsFolder, model)))
            File.Copy(file, Path.Combine(folder.FullName, model, Path.GetFileName(file)));
        for (var i = 0; i < 4; i++)
            TestModels.Write(folder.FullName, new TestModel { Name = $"small_{i}" });

        await using var system = await SystemUnderTest.StandaloneAsync(folder.FullName, model: null);
        using var load = new LoadGenerator(system.Api.Url, photos);
        using var http = new HttpClient { BaseAddress = system.Api.Url };
        await load.FillAsync(model, 2, 2);
        for (var i = 0; i < 100; i++)
            await http.GetStringAsync("metrics"); // Compiled by now, as in a host that runs for more than a minute.

        Console.WriteLine($"\nThe metrics page of Standalone, {folder.GetDirectories().Length} models; milliseconds from the request to its last byte, one every {Pause.TotalMilliseconds:0} ms");
        await PrintAsync("idle", http, time / 2, system);
        var working = load.SaturateAsync(model, Clients, time * 2);
        await Task.Delay(time / 2);
        await PrintAsync($"{Clients} clients wait for photos", http, time, system: null);
        Console.WriteLine($"  meanwhile {await working:0.0} photos/s");
        folder.Delete(recursive: true);
    }

    private static async Task PrintAsync(string when, HttpClient http, TimeSpan time, SystemUnderTest? system)
    {
        foreach (var accept in new[] { "text/plain", "application/openmetrics-text; version=1.0.0" })
        {
            var took = new List<double>();
            var series = 0;
            var bytes = 0;
            var cpu = system?.CpuSeconds()["standalone"];
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < time / 2;)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "metrics");
                request.Headers.TryAddWithoutValidation("Accept", accept);
                var started = Stopwatch.GetTimestamp();
                using var response = await http.SendAsync(request);
                var page = await response.Content.ReadAsStringAsync();
                took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                (series, bytes) = (page.Split('\n').Count(line => line.Length > 0 && line[0] != '#'), page.Length);
                await Task.Delay(Pause);
            }

            // Where nothing else runs in the host, its CPU is the page's; on a machine that others use too, this is the figure to trust.
            var each = cpu is null ? "" : string.Create(CultureInfo.InvariantCulture, $"; {(system!.CpuSeconds()["standalone"] - cpu) * 1000 / took.Count:0.0} ms of CPU each");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {when}, {accept.Split(';')[0]}: {series} series{(series < WantedSeries ? $" (fewer than {WantedSeries})" : "")}, {bytes / 1000} kB: p50 {Quantiles.Of(took, 0.5):0.0}, p95 {Quantiles.Of(took, 0.95):0.0}, p99 {Quantiles.Of(took, 0.99):0.0} ms of {took.Count}{each}"));
        }
    }
}
