using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Whales.Contracts;
using Whales.Hosting.Models;
using Whales.Testing;
using Whales.Testing.Images;

namespace Whales.Benchmarks;

/// <summary>A survey in one ZIP: how long until its 202, and how much memory; then what reading it costs. Nothing is identified meanwhile.</summary>
internal static class BatchBench
{
    private const int BytesEach = 100_000;
    private static readonly int[] Sizes = [1_000, 10_000];

    public static async Task RunAsync(string modelsFolder)
    {
        var model = ModelFolders.Scan(modelsFolder).Models[0].Manifest.Name;
        Console.WriteLine($"\nBatches: one ZIP of {BytesEach / 1000} kB photos, Standalone, SQLite\n");
        Console.WriteLine("| photos | POST to 202, s | photos/s | MB/s | peak of memory grown by, MB | GET progress, ms | CSV, s | grown by, MB | DELETE, s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        await using var system = await SystemUnderTest.StandaloneAsync(modelsFolder, model, serving: false);
        using var http = new HttpClient { BaseAddress = system.Api.Url, Timeout = TimeSpan.FromMinutes(10) };
        foreach (var photos in Sizes)
            await MeasureAsync(http, system.Api.Pid, photos);
    }

    private static async Task MeasureAsync(HttpClient http, int pid, int photos)
    {
        var path = Path.Combine(Path.GetTempPath(), $"whales-bench-{Guid.NewGuid():n}.zip");
        try
        {
            SurveyZip.Write(path, photos, BytesEach);
            PeakMemory.Reset(pid);
            var before = PeakMemory.Read(pid);
            var clock = Stopwatch.StartNew();
            using var content = new StreamContent(File.OpenRead(path));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
            using var response = await http.PostAsync("v1/batches", content);
            response.EnsureSuccessStatusCode();
            var batch = (await response.Content.ReadFromJsonAsync<Batch>())!;
            var posted = clock.Elapsed.TotalSeconds;
            var grown = PeakMemory.Read(pid) - before;

            clock.Restart();
            const int Reads = 50;
            for (var i = 0; i < Reads; i++)
                (await http.GetAsync($"v1/batches/{batch.Id}")).EnsureSuccessStatusCode().Dispose();
            var read = clock.Elapsed.TotalMilliseconds / Reads;

            PeakMemory.Reset(pid);
            var beforeExport = PeakMemory.Read(pid);
            clock.Restart();
            await using (var csv = await http.GetStreamAsync($"v1/batches/{batch.Id}/results?format=csv"))
                await csv.CopyToAsync(Stream.Null);
            var exported = clock.Elapsed.TotalSeconds;
            var grownByExport = PeakMemory.Read(pid) - beforeExport;

            clock.Restart();
            (await http.DeleteAsync($"v1/batches/{batch.Id}")).EnsureSuccessStatusCode().Dispose();
            Console.WriteLine(
                $"| {batch.Total:N0} | {posted:0.0} | {batch.Total / posted:N0} | {batch.Total * (double)BytesEach / posted / 1e6:0} | {grown / 1e6:0} | {read:0.0} | {exported:0.0} | {grownByExport / 1e6:0} | {clock.Elapsed.TotalSeconds:0.0} |");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
