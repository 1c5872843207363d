using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Whales.Hosting.Models;
using Whales.Testing;

namespace Whales.Benchmarks;

/// <summary>One model: the raw limits and then the whole system, in one run, each against the bare loop on the same cores.</summary>
internal sealed class ModelBench(string modelsFolder, ModelFolder model, IReadOnlyList<byte[]> photos, TimeSpan time)
{
    // Enough to keep every session, decoder and queue busy, and no more.
    private const int Clients = 32;

    private static readonly int[] Batches = [1, 2, 4, 8, 16];

    private readonly RawLimits _raw = new(model.Path, model.Manifest, photos);
    private readonly Dictionary<string, List<double>> _ratios = [];
    private int _bestBatch = 1;

    private string Name => model.Manifest.Name;

    public void PrintTitle() => Print($"\n{Name}");

    /// <summary>The raw limits, and the batch at which the bare loop is best: what all ratios are taken against.</summary>
    public void Raw(bool details)
    {
        var cores = Environment.ProcessorCount;
        var slice = time / 3;
        if (details)
        {
            foreach (var (sessions, threads) in new[] { (cores, 1), (1, cores), (1, 1) }.Distinct())
            {
                foreach (var batch in Batches.Where(b => b <= model.Manifest.Batch.Max))
                    Line($"ONNX Runtime alone, {sessions} sessions x {threads} threads, batch {batch}", _raw.OnnxRuntime(sessions, threads, batch, slice));
            }

            Line($"libvips alone, {cores} threads", _raw.Libvips(cores, slice));
        }

        var loops = Batches.Where(b => b <= Math.Min(4, model.Manifest.Batch.Max)).Select(batch => (Batch: batch, Rate: _raw.BareLoop(cores, batch, time))).ToList();
        foreach (var (batch, rate) in loops)
            Line($"bare loop: libvips + ONNX Runtime + match, {cores} threads, batch {batch}", rate);
        _bestBatch = loops.MaxBy(l => l.Rate.PerSecond).Batch;
    }

    public async Task StandaloneAsync()
    {
        var bare = Bare();
        await using var system = await SystemUnderTest.StandaloneAsync(modelsFolder, Name);
        using var load = new LoadGenerator(system.Api.Url, photos);
        await load.SaturateAsync(Name, Clients, time / 3);
        await FilledAsync("Standalone", system, load, bare, () => Task.FromResult(system.Api));
        await PostedAsync("Standalone", system, load, bare, system.Api);
    }

    public async Task RabbitMqAsync()
    {
        var bare = Bare();
        await using var system = await SystemUnderTest.DistributedAsync(modelsFolder, Name);
        using var load = new LoadGenerator(system.Api.Url, photos);
        var worker = await FilledAsync("RabbitMQ", system, load, bare, () => system.StartWorkerAsync(ready: true));
        await PostedAsync("RabbitMQ", system, load, bare, worker);
    }

    /// <summary>What the same promises cost at least, so that the ratio above can be read: see <see cref="LeastPipeline"/>.</summary>
    public async Task LeastAsync()
    {
        foreach (var batch in new[] { 1, 2 })
        {
            var bare = Bare();
            var title = $"the least code with the same promises, batches of up to {batch}";
            await using var least = await LeastPipeline.StartAsync(model.Path, batch, photos);
            var drained = await least.DrainAsync(Name, Backlog(bare));
            Served($"{title}, queue filled beforehand", drained.CpuBefore, drained.CpuAfter, drained.Done, drained.PerSecond, bare);
            await least.SaturateAsync(Name, Clients, time);
            var before = least.CpuSeconds();
            var clock = Stopwatch.StartNew();
            var rate = await least.SaturateAsync(Name, Clients, time);
            Served($"{title}, photos posted meanwhile", before, least.CpuSeconds(), rate * clock.Elapsed.TotalSeconds, rate, bare);
        }
    }

    /// <summary>Of all rounds, where there were several.</summary>
    public void PrintMedians()
    {
        foreach (var (title, ratios) in _ratios.Where(all => all.Value.Count > 1))
            Print($"  median of {ratios.Count}: {title}: {Quantiles.Of(ratios, 0.5):0.00} of the bare loop ({string.Join(", ", ratios.Select(ratio => ratio.ToString("0.00", CultureInfo.InvariantCulture)))})");
    }

    /// <summary>Measured before each system that is compared with it: machines drift, and neighbours come and go.</summary>
    private Rate Bare()
    {
        var bare = _raw.BareLoop(Environment.ProcessorCount, _bestBatch, time);
        Line($"bare loop, batch {_bestBatch}", bare);
        return bare;
    }

    private int Backlog(Rate bare) => (int)(bare.PerSecond * time.TotalSeconds * 1.6);

    /// <summary>With a queue filled beforehand: nothing is posted while it is measured.</summary>
    /// <returns>The host that identified.</returns>
    private async Task<HostProcess> FilledAsync(string title, SystemUnderTest system, LoadGenerator load, Rate bare, Func<Task<HostProcess>> startWorker)
    {
        var count = Backlog(bare);
        await load.FillAsync(Name, count, connections: 16);
        var worker = await startWorker();
        var before = await Scrape.OfAsync(worker.Url);
        var drained = await DrainedQueue.MeasureAsync(count, () => load.WaitingAsync(Name), system.CpuSeconds);
        Served($"{title}, queue filled beforehand", drained.CpuBefore, drained.CpuAfter, drained.Done, drained.PerSecond, bare, MeanBatch(before, await Scrape.OfAsync(worker.Url)));
        return worker;
    }

    /// <summary>With the photos being posted meanwhile, and then the latency at half of that rate.</summary>
    private async Task PostedAsync(string title, SystemUnderTest system, LoadGenerator load, Rate bare, HostProcess worker)
    {
        // As long as what is measured: the hosts' code is compiled while it runs, and that is not what a day's work costs.
        await load.SaturateAsync(Name, Clients, time);
        var before = await Scrape.OfAsync(worker.Url);
        var cpu = system.CpuSeconds();
        var started = Stopwatch.StartNew();
        var rate = await load.SaturateAsync(Name, Clients, time);
        Served($"{title}, photos posted meanwhile", cpu, system.CpuSeconds(), rate * started.Elapsed.TotalSeconds, rate, bare, MeanBatch(before, await Scrape.OfAsync(worker.Url)));
        var took = await load.OfferAsync(Name, rate / 2, time);
        Print($"  {title}, POST to result at half load ({rate / 2:0} photos/s): p50 {Quantiles.Of(took, 0.5):0} ms, p95 {Quantiles.Of(took, 0.95):0} ms, p99 {Quantiles.Of(took, 0.99):0} ms ({took.Count} photos)");
    }

    private static double MeanBatch(Scrape before, Scrape after)
    {
        double Grown(string part) => after.Sum($"whales_inference_batch_size_{part}") - before.Sum($"whales_inference_batch_size_{part}");
        return Grown("sum") / Grown("count");
    }

    /// <param name="title">What was measured.</param>
    /// <param name="before">Seconds of CPU of each part.</param>
    /// <param name="after">The same, at the end.</param>
    /// <param name="done">Photos.</param>
    /// <param name="rate">Photos a second.</param>
    /// <param name="bare">What the ratio is taken against.</param>
    /// <param name="batch">Photos in a run of the network, on average; null: not known.</param>
    private void Served(string title, Dictionary<string, double> before, Dictionary<string, double> after, double done, double rate, Rate bare, double? batch = null)
    {
        var parts = after.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {(p.Value - before.GetValueOrDefault(p.Key)) * 1000 / done:0.00}"));
        (CollectionsMarshal.GetValueRefOrAddDefault(_ratios, title, out _) ??= []).Add(rate / bare.PerSecond);
        Print($"  {title}: {rate:0.0} photos/s = {rate / bare.PerSecond:0.00} of the bare loop{(batch is null ? "" : $"; {batch:0.00} photos in a run")}; CPU ms per photo: {string.Join(", ", parts)}");
    }

    private static void Line(string title, Rate rate) => Print($"  {title}: {rate.PerSecond:0.0} photos/s, {rate.CpuMilliseconds:0.00} ms CPU per photo");

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
