using System.Diagnostics;
using System.Globalization;
using Whales.Testing;

namespace Whales.Benchmarks;

/// <summary>A survey and the people beside it, over RabbitMQ and PostgreSQL: what a single photo waits for, and what is left for the survey.</summary>
internal sealed class LaneBench(string modelsFolder, string model, IReadOnlyList<byte[]> photos, TimeSpan time)
{
    private const int Survey = 5_000;
    private const int Clients = 32;

    // More than all batches hold: some always wait.
    private const int Crowd = 128;

    public async Task RunAsync()
    {
        Console.WriteLine($"\nLanes, {model}: {Survey} bulk photos wait");
        await using var system = await SystemUnderTest.DistributedAsync(modelsFolder, model);
        var worker = await system.StartWorkerAsync(ready: true);
        using var load = new LoadGenerator(system.Api.Url, photos);
        await load.SaturateAsync(model, Clients, time);

        var idle = await load.AskAsync(model, time * 2);
        var like = await load.FirstAsync(model);
        await FillAsync(system, like);
        // The relay and the worker's code find their pace.
        await load.AskAsync(model, time / 4);
        var before = await Scrape.OfAsync(worker.Url);
        var (bulkBefore, clock) = (await system.JobTable!.FinishedAsync("bulk"), Stopwatch.StartNew());
        var beside = await load.AskAsync(model, time * 4);
        var bulk = (await system.JobTable.FinishedAsync("bulk") - bulkBefore) / clock.Elapsed.TotalSeconds;
        var after = await Scrape.OfAsync(worker.Url);
        var runs = after.Sum("whales_inference_duration_seconds_count") - before.Sum("whales_inference_duration_seconds_count");
        var batch = (after.Sum("whales_inference_duration_seconds_sum") - before.Sum("whales_inference_duration_seconds_sum")) / runs * 1000;
        var size = (after.Sum("whales_inference_batch_size_sum") - before.Sum("whales_inference_batch_size_sum")) / runs;
        var extra = Quantiles.Of(beside, 0.99) - Quantiles.Of(idle, 0.99);
        Print($"  single photos, POST to result, idle system: p50 {Quantiles.Of(idle, 0.5):0} ms, p99 {Quantiles.Of(idle, 0.99):0} ms ({idle.Count})");
        Print($"  single photos beside the survey: p50 {Quantiles.Of(beside, 0.5):0} ms, p99 {Quantiles.Of(beside, 0.99):0} ms ({beside.Count}); bulk meanwhile {bulk:0.0} photos/s");
        Print($"  a full batch: {batch:0} ms ({size:0.0} photos on average, under this load); p99 above idle: {extra:0} ms = {extra / batch:0.0} times that (goal 3)");

        await FillAsync(system, like);
        await load.SaturateAsync(model, Crowd, time / 4);
        var bulkStart = await system.JobTable.FinishedAsync("bulk");
        clock.Restart();
        var single = await load.SaturateAsync(model, Crowd, time);
        bulk = (await system.JobTable.FinishedAsync("bulk") - bulkStart) / clock.Elapsed.TotalSeconds;
        Print($"  single photos saturate: {single:0.0} single and {bulk:0.0} bulk photos/s: {bulk / (bulk + single):P0} for the survey (goal 20 %)");
    }

    private static async Task FillAsync(SystemUnderTest system, Guid like)
    {
        // Whole again: rows that are taken away would leave their messages in the queue.
        var missing = Survey - await system.JobTable!.QueuedAsync("bulk");
        if (missing > 0)
            await system.JobTable.InsertBulkAsync(like, missing);
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
