using System.Diagnostics;
using System.Globalization;
using Whales.Hosting.Models;

namespace Whales.Benchmarks;

/// <summary>One model: the raw limits and then the whole system, in one run, each against the bare loop on the same cores.</summary>
internal sealed class ModelBench(string modelsFolder, ModelFolder model, IReadOnlyList<byte[]> photos, TimeSpan time)
{
    // Enough to keep every session, decoder and queue busy, and no more.
    private const int Clients = 32;

    private static readonly int[] Batches = [1, 2, 4, 8, 16];

    private string Name => model.Manifest.Name;

    public void PrintTitle() => Print($"\n{Name}");

    /// <returns>The bare loop at its best batch: what the ratios are taken against.</returns>
    public Rate Raw(bool details)
    {
        var cores = Environment.ProcessorCount;
        var raw = new RawLimits(model.Path, model.Manifest, photos);
        var slice = time / 3;
        if (details)
        {
            foreach (var (sessions, threads) in new[] { (cores, 1), (1, cores), (1, 1) }.Distinct())
            {
                foreach (var batch in Batches.Where(b => b <= model.Manifest.Batch.Max))
                    Line($"ONNX Runtime alone, {sessions} sessions x {threads} threads, batch {batch}", raw.OnnxRuntime(sessions, threads, batch, slice));
            }

            Line($"libvips alone, {cores} threads", raw.Libvips(cores, slice));
        }

        var loops = Batches.Where(b => b <= Math.Min(4, model.Manifest.Batch.Max)).Select(batch => (Batch: batch, Rate: raw.BareLoop(cores, batch, time))).ToList();
        foreach (var (batch, rate) in loops)
            Line($"bare loop: libvips + ONNX Runtime + match, {cores} threads, batch {batch}", rate);
        return loops.MaxBy(l => l.Rate.PerSecond).Rate;
    }

    public async Task StandaloneAsync(Rate bare)
    {
        await using var system = await SystemUnderTest.StandaloneAsync(modelsFolder, Name);
        using var load = new LoadGenerator(system.Api.Url, photos);
        await load.SaturateAsync(Name, Clients, time / 3);
        await FilledAsync("Standalone", system, load, bare, startWorker: null);
        await PostedAsync("Standalone", system, load, bare);
    }

    public async Task RabbitMqAsync(Rate bare)
    {
        await using var system = await SystemUnderTest.DistributedAsync(modelsFolder, Name);
        using var load = new LoadGenerator(system.Api.Url, photos);
        await FilledAsync("RabbitMQ", system, load, bare, () => system.StartWorkerAsync(ready: true));
        await PostedAsync("RabbitMQ", system, load, bare);
    }

    /// <summary>What the same promises cost at least, so that the ratio above can be read: see <see cref="LeastPipeline"/>.</summary>
    public async Task LeastAsync(Rate bare)
    {
        foreach (var batch in new[] { 1, 2 })
        {
            Print($"  the least code with the same promises, batches of up to {batch}");
            await using var least = await LeastPipeline.StartAsync(model.Path, batch, photos);
            var drained = await least.DrainAsync(Name, Backlog(bare));
            Served("  queue filled beforehand", drained.CpuBefore, drained.CpuAfter, drained.Done, drained.PerSecond, bare);
            await least.SaturateAsync(Name, Clients, time);
            var before = least.CpuSeconds();
            var clock = Stopwatch.StartNew();
            var rate = await least.SaturateAsync(Name, Clients, time);
            Served("  photos posted meanwhile", before, least.CpuSeconds(), rate * clock.Elapsed.TotalSeconds, rate, bare);
        }
    }

    private int Backlog(Rate bare) => (int)(bare.PerSecond * time.TotalSeconds * 1.6);

    /// <summary>With a queue filled beforehand: nothing is posted while it is measured.</summary>
    private async Task FilledAsync(string title, SystemUnderTest system, LoadGenerator load, Rate bare, Func<Task>? startWorker)
    {
        var count = Backlog(bare);
        await load.FillAsync(Name, count, connections: 16);
        if (startWorker is not null)
            await startWorker();
        var drained = await DrainedQueue.MeasureAsync(count, () => load.WaitingAsync(Name), system.CpuSeconds);
        Served($"{title}, queue filled beforehand", drained.CpuBefore, drained.CpuAfter, drained.Done, drained.PerSecond, bare);
    }

    /// <summary>With the photos being posted meanwhile, and then the latency at half of that rate.</summary>
    private async Task PostedAsync(string title, SystemUnderTest system, LoadGenerator load, Rate bare)
    {
        // As long as what is measured: the hosts' code is compiled while it runs, and that is not what a day's work costs.
        await load.SaturateAsync(Name, Clients, time);
        var cpu = system.CpuSeconds();
        var started = Stopwatch.StartNew();
        var rate = await load.SaturateAsync(Name, Clients, time);
        Served($"{title}, photos posted meanwhile", cpu, system.CpuSeconds(), rate * started.Elapsed.TotalSeconds, rate, bare);
        var took = await load.OfferAsync(Name, rate / 2, time);
        Print($"  {title}, POST to result at half load ({rate / 2:0} photos/s): p50 {Quantiles.Of(took, 0.5):0} ms, p95 {Quantiles.Of(took, 0.95):0} ms, p99 {Quantiles.Of(took, 0.99):0} ms ({took.Count} photos)");
    }

    private static void Served(string title, Dictionary<string, double> before, Dictionary<string, double> after, double done, double rate, Rate bare)
    {
        var parts = after.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {(p.Value - before.GetValueOrDefault(p.Key)) * 1000 / done:0.00}"));
        Print($"  {title}: {rate:0.0} photos/s = {rate / bare.PerSecond:0.00} of the bare loop; CPU ms per photo: {string.Join(", ", parts)}");
    }

    private static void Line(string title, Rate rate) => Print($"  {title}: {rate.PerSecond:0.0} photos/s, {rate.CpuMilliseconds:0.00} ms CPU per photo");

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
