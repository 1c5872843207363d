using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Whales.Testing;

namespace Whales.Benchmarks;

/// <summary>The notifier's webhook: 50 bodies a second, each with a group of its own, durable before its 202. The goal is a p99 below 250 ms.</summary>
internal static class WebhookBench
{
    private const int PerSecond = 50;

    public static async Task RunAsync(TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("whales-bench-").FullName;
        await using (var notifier = HostProcess.Start("Whales.Notifier", new Dictionary<string, string?>
        {
            ["Notifier__SqliteFile"] = Path.Combine(folder, "notifier.db"),
            ["Heartbeat__Expected"] = "false",
            ["Logging__LogLevel__Default"] = "Warning",
        }))
        {
            await notifier.WaitForReadyAsync();
            using var http = new HttpClient { BaseAddress = notifier.Url };
            await OfferAsync(http, TimeSpan.FromSeconds(2), "warm-up");
            var took = await OfferAsync(http, time, "measured");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"\nWebhook, {PerSecond}/s offered for {time.TotalSeconds:0} s, dry run: {took.Count} accepted; 202 after p50 {Quantiles.Of(took, 0.5):0.0} ms, p99 {Quantiles.Of(took, 0.99):0.0} ms, longest {took.Max():0.0} ms"));
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>At a fixed rate, whatever became of those before.</summary>
    private static async Task<IReadOnlyList<double>> OfferAsync(HttpClient http, TimeSpan time, string name)
    {
        var took = new ConcurrentBag<double>();
        var running = new List<Task>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed < time; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / PerSecond);
            if (due > clock.Elapsed)
                await Task.Delay(due - clock.Elapsed);
            var body = Body($"{name}-{i}");
            running.Add(Task.Run(async () =>
            {
                var started = Stopwatch.GetTimestamp();
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await http.PostAsync("webhook", content);
                if (answer.StatusCode != HttpStatusCode.Accepted)
                    throw new InvalidOperationException($"The webhook answered {(int)answer.StatusCode}.");
                took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }));
        }

        await Task.WhenAll(running);
        return [.. took];
    }

    private static string Body(string name) => $$"""
        {"version":"4","groupKey":"{{name}}","status":"firing","receiver":"r","groupLabels":{},"commonLabels":{"severity":"warning"},"commonAnnotations":{},"externalURL":"http://a",
        "alerts":[{"status":"firing","labels":{"alertname":"{{name}}","severity":"warning","model":"m"},"annotations":{"summary":"It is so."},
        "startsAt":"2026-11-22T07:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p","fingerprint":"{{name}}"}]}
        """;
}
