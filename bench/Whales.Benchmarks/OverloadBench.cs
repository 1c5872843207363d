using System.Diagnostics;
using System.Globalization;

namespace Whales.Benchmarks;

/// <summary>Three times as many photos as the system can do: what it still does, how fast it refuses the rest, and what memory it takes.</summary>
internal sealed class OverloadBench(string modelsFolder, string model, IReadOnlyList<byte[]> photos, TimeSpan time)
{
    private const int Times = 3;
    private const int SecondsThatMayWait = 4;

    public async Task RunAsync()
    {
        Console.WriteLine($"\nOverload, {model}: {Times} times the peak");
        double peak;
        await using (var calm = await SystemUnderTest.DistributedAsync(modelsFolder, model))
        {
            await calm.StartWorkerAsync(ready: true);
            using var load = new LoadGenerator(calm.Api.Url, photos);
            await load.SaturateAsync(model, 32, time / 2);
            peak = await load.SaturateAsync(model, 32, time);
        }

        var most = Math.Max(64, (int)(peak * SecondsThatMayWait));
        await using var system = await SystemUnderTest.DistributedAsync(modelsFolder, model, new() { ["Ingest__MaxWaiting"] = $"{most}" });
        await system.StartWorkerAsync(ready: true);
        using var flood = new LoadGenerator(system.Api.Url, photos);
        await flood.SaturateAsync(model, 32, time / 2);
        await flood.FloodAsync(model, peak * Times, time);
        var memory = new List<string> { Memory(system) };
        var before = (await Scrape.OfAsync(system.Api.Url)).Sum("whales_results_total");
        var clock = Stopwatch.StartNew();
        var refused = new List<double>();
        var accepted = 0;
        for (var part = 0; part < 3; part++)
        {
            var (taken, refusals) = await flood.FloodAsync(model, peak * Times, time);
            accepted += taken;
            refused.AddRange(refusals);
            memory.Add(Memory(system));
        }

        var goodput = ((await Scrape.OfAsync(system.Api.Url)).Sum("whales_results_total") - before) / clock.Elapsed.TotalSeconds;
        Print($"  peak {peak:0.0} photos/s; at {peak * Times:0} offered a second: {goodput:0.0} finished/s = {goodput / peak:0.00} of the peak (goal 0.95)");
        Print($"  {accepted} accepted, {refused.Count} refused with 429 after p50 {Quantiles.Of(refused, 0.5):0.0} ms, p99 {Quantiles.Of(refused, 0.99):0.0} ms (goal 10 ms; at most {most} wait; the generator shares the cores)");
        Print($"  memory: {string.Join(" -> ", memory)}");

        // One at a time, so that the generator does not wait for itself.
        var alone = await flood.RefusedOneByOneAsync(model, most);
        Print($"  refused one by one, line full: p50 {Quantiles.Of(alone, 0.5):0.0} ms, p99 {Quantiles.Of(alone, 0.99):0.0} ms ({alone.Count})");
    }

    private static string Memory(SystemUnderTest system) => string.Join(", ", system.Processes.Where(p => p.Key is "api" or "worker" or "rabbitmq")
        .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value.Sum(ResidentBytes) / 1e6:0} MB")));

    private static double ResidentBytes(int pid)
    {
        try
        {
            return Process.GetProcessById(pid).WorkingSet64;
        }
        catch (ArgumentException)
        {
            return 0;
        }
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
