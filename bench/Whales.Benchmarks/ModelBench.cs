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

    // After so long under load an API compiles next to nothing any more.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(12);

    private static readonly int[] Batches = [1, 2, 4, 8, 16];

    private readonly RawLimits _raw = new(model.Path, model.Manifest, photos);
    private readonly Dictionary<string, List<double>> _ratios = [];
    private int _bestBatch = 1;
    private double _bareRate;

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
        (_bestBatch, _bareRate) = loops.Select(l => (l.Batch, l.Rate.PerSecond)).MaxBy(l => l.PerSecond);
    }

    public async Task StandaloneAsync()
    {
        await using var system = await SystemUnderTest.StandaloneAsync(modelsFolder, Name);
        using var load = new LoadGenerator(system.Api.Url, photos);
        await PostedAsync("Standalone", system, load, system.Api);
        await FilledAsync("Standalone", system, load, () => Task.FromResult(system.Api));
    }

    public async Task RabbitMqAsync()
    {
        await using var system = await SystemUnderTest.DistributedAsync(modelsFolder, Name);
        using var load = new LoadGenerator(system.Api.Url, photos);
        await PostedAsync("RabbitMQ", system, load, await system.StartWorkerAsync(ready: true));
        // The queue fills while no worker runs; API, broker and database have been at work, as on any other day.
        await system.StopWorkerAsync();
        await FilledAsync("RabbitMQ", system, load, () => system.StartWorkerAsync(ready: true));
    }

    /// <summary>What the same promises cost at least, so that the ratio above can be read: see <see cref="LeastPipeline"/>.</summary>
    public async Task LeastAsync()
    {
        foreach (var batch in new[] { 2, 4 })
        {
            var title = $"the least code with the same promises, batches of up to {batch}";
            await using var least = await LeastPipeline.StartAsync(model.Path, batch, photos);
            await least.StartWorkerAsync();
            await BusyAsync(least.Load, async () => Served($"{title}, photos posted meanwhile", await least.TurnsWith(BareLoop).TakeAsync(() => Results(least.Load), time)));
            least.StopWorker();
            Served($"{title}, queue filled beforehand", await least.DrainAsync(Name, Backlog, BareLoop));
        }
    }

    /// <summary>Of all rounds, where there were several.</summary>
    public void PrintMedians()
    {
        foreach (var (title, ratios) in _ratios.Where(all => all.Value.Count > 1))
            Print($"  median of {ratios.Count}: {title}: {Quantiles.Median(ratios):0.00} of the bare loop ({string.Join(", ", ratios.Select(ratio => ratio.ToString("0.00", CultureInfo.InvariantCulture)))})");
    }

    private int Backlog => (int)(_bareRate * time.TotalSeconds * 1.6);

    private Rate BareLoop(TimeSpan turn) => _raw.BareLoop(Environment.ProcessorCount, _bestBatch, turn);

    /// <summary>With a queue filled beforehand: nothing is posted while it is measured.</summary>
    private async Task FilledAsync(string title, SystemUnderTest system, LoadGenerator load, Func<Task<HostProcess>> startWorker)
    {
        var count = Backlog;
        await load.FillAsync(Name, count, connections: 16);
        var worker = await startWorker();
        var before = await Scrape.OfAsync(worker.Url);
        var measured = await DrainedQueue.MeasureAsync(count, () => load.WaitingAsync(Name), system.TurnsWith(BareLoop));
        Served($"{title}, queue filled beforehand", measured, MeanBatch(before, await Scrape.OfAsync(worker.Url)));
    }

    /// <summary>With the photos being posted meanwhile, and then the latency at half of that rate.</summary>
    private async Task PostedAsync(string title, SystemUnderTest system, LoadGenerator load, HostProcess worker)
    {
        var rate = 0.0;
        await BusyAsync(load, async () =>
        {
            var before = await Scrape.OfAsync(worker.Url);
            var measured = await system.TurnsWith(BareLoop).TakeAsync(() => Results(load), time);
            Served($"{title}, photos posted meanwhile", measured, MeanBatch(before, await Scrape.OfAsync(worker.Url)));
            rate = measured.PerSecond;
        });
        var took = await load.OfferAsync(Name, rate / 2, time);
        Print($"  {title}, POST to result at half load ({rate / 2:0} photos/s): p50 {Quantiles.Of(took, 0.5):0} ms, p95 {Quantiles.Of(took, 0.95):0} ms, p99 {Quantiles.Of(took, 0.99):0} ms ({took.Count} photos)");
    }

    /// <summary>While clients post all the time, and after the hosts have compiled their code: that is not what a day's work costs.</summary>
    private async Task BusyAsync(LoadGenerator load, Func<Task> measure)
    {
        using var stop = new CancellationTokenSource();
        var busy = load.KeepBusyAsync(Name, Clients, stop.Token);
        await Task.Delay(WarmUp);
        await measure();
        await stop.CancelAsync();
        await busy;
    }

    private static Task<double> Results(LoadGenerator load) => Task.FromResult((double)load.Results);

    private static double MeanBatch(Scrape before, Scrape after)
    {
        double Grown(string part) => after.Sum($"whales_inference_batch_size_{part}") - before.Sum($"whales_inference_batch_size_{part}");
        return Grown("sum") / Grown("count");
    }

    /// <param name="title">What was measured.</param>
    /// <param name="measured">The figures.</param>
    /// <param name="batch">Photos in a run of the network, on average; null: not known.</param>
    private void Served(string title, Measured measured, double? batch = null)
    {
        var parts = measured.Cpu.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Key} {part.Value * 1000 / measured.Done:0.00}"));
        (CollectionsMarshal.GetValueRefOrAddDefault(_ratios, title, out _) ??= []).Add(measured.Ratio);
        Print($"  {title}: {measured.PerSecond:0.0} photos/s = {measured.Ratio:0.00} of the bare loop's {measured.Bare.PerSecond:0.0}{(batch is null ? "" : $"; {batch:0.00} photos in a run")}; CPU ms per photo: {string.Join(", ", parts)}; bare loop {measured.Bare.CpuMilliseconds:0.00}");
    }

    private static void Line(string title, Rate rate) => Print($"  {title}: {rate.PerSecond:0.0} photos/s, {rate.CpuMilliseconds:0.00} ms CPU per photo");

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
