using System.Globalization;
using Whales.Testing;
using Whales.Testing.Models;

namespace Whales.Benchmarks;

/// <summary>How long Prometheus waits for a metrics page of 2,000 series, of Standalone and of a worker, idle and while every core identifies photos.</summary>
internal static class ScrapeBench
{
    private const int WantedSeries = 2000;
    private const int Clients = 32;

    // As many small models beside the one under load as it takes for a page of that size: Standalone's has the API's series too.
    private const int SmallInStandalone = 4;
    private const int SmallInWorker = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(string modelsFolder, string model, IReadOnlyList<byte[]> photos, TimeSpan time)
    {
        Console.WriteLine($"\nThe metrics page; milliseconds from the request to its last byte, one every {Pause.TotalMilliseconds:0} ms, client and load generator on the same cores; behind it what of it the host took to write the page (Server-Timing)");
        var folder = Models(modelsFolder, model, SmallInStandalone);
        await using (var system = await SystemUnderTest.StandaloneAsync(folder.FullName, model: null))
            await MeasureAsync("standalone", system, system.Api, model, photos, time);
        folder.Delete(recursive: true);

        folder = Models(modelsFolder, model, SmallInWorker);
        await using (var system = await SystemUnderTest.DistributedAsync(folder.FullName, model: null))
            await MeasureAsync("worker", system, await system.StartWorkerAsync(ready: true), model, photos, time);
        folder.Delete(recursive: true);
    }

    private static DirectoryInfo Models(string modelsFolder, string model, int small)
    {
        var folder = Directory.CreateTempSubdirectory("whales-bench-models-");
        folder.CreateSubdirectory(model);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(modelsFolder, model)))
            File.Copy(file, Path.Combine(folder.FullName, model, Path.GetFileName(file)));
        for (var i = 0; i < small; i++)
            TestModels.Write(folder.FullName, new TestModel { Name = $"small_{i}" });
        return folder;
    }

    private static async Task MeasureAsync(string name, SystemUnderTest system, HostProcess host, string model, IReadOnlyList<byte[]> photos, TimeSpan time)
    {
        using var load = new LoadGenerator(system.Api.Url, photos);
        await load.FillAsync(model, 2, 2);
        using (var warm = new ScrapeClient(host.Url, "text/plain"))
        {
            for (var i = 0; i < 100; i++)
                warm.Read(); // Compiled by now, as in a host that runs for more than a minute.
        }

        var alone = await load.SaturateAsync(model, Clients, time);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}, {Clients} clients wait for photos and nobody asks for the page: {alone:0.0} photos/s"));
        await Task.Delay(time / 5);
        await PrintAsync($"{name}, idle", host, time, () => system.CpuSeconds()[name]);
        var working = load.SaturateAsync(model, Clients, time * 2);
        await Task.Delay(time / 2);
        await PrintAsync($"{name}, {Clients} clients wait for photos", host, time, cpu: null);
        var meanwhile = await working;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  meanwhile {meanwhile:0.0} photos/s"));
    }

    private static async Task PrintAsync(string when, HostProcess host, TimeSpan time, Func<double>? cpu)
    {
        foreach (var accept in new[] { "text/plain", "application/openmetrics-text; version=1.0.0" })
        {
            using var client = new ScrapeClient(host.Url, accept);
            var before = cpu?.Invoke();
            var took = await client.RunAsync(time / 2, Pause);
            // Where nothing else runs in the host, its CPU is the page's.
            var each = before is null ? "" : string.Create(CultureInfo.InvariantCulture, $"; {(cpu!() - before) * 1000 / took.Count:0.0} ms of CPU each");
            var all = took.Select(one => one.Milliseconds).ToList();
            var inHost = took.Select(one => one.InHost).ToList();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {when}, {accept.Split(';')[0]}: {took[^1].Series} series{(took[^1].Series < WantedSeries ? $" (fewer than {WantedSeries})" : "")}, {took[^1].Bytes / 1000} kB: p50 {Quantiles.Of(all, 0.5):0.00}, p95 {Quantiles.Of(all, 0.95):0.00}, p99 {Quantiles.Of(all, 0.99):0.00} ms of {took.Count}, in the host {Quantiles.Of(inHost, 0.5):0.00}, {Quantiles.Of(inHost, 0.95):0.00}, {Quantiles.Of(inHost, 0.99):0.00}{each}"));
        }
    }
}
