using System.Diagnostics;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Telemetry;

/// <summary>The page that Prometheus reads, of a notifier that has done something of everything.</summary>
public sealed class MetricsPageTests
{
    [Fact]
    public async Task Page_OfARunningNotifier_PassesPromtool()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        telegram.Answer("sendMessage", 429, "Too Many Requests: retry after 1", new { retry_after = 1 });
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        await notifier.AcceptAsync(Payloads.Firing());
        using var refused = await notifier.PostAsync("{}");
        await Eventually.UntilAsync(() => Task.FromResult(telegram.Messages.Count == 1), RunningNotifier.Patience, () => string.Join(Environment.NewLine, [.. telegram.Calls.Select(call => call.ToString()), .. notifier.Process.Output]));
        var page = await notifier.GetAsync("/metrics");
        Assert.Contains("whales_notifier_delivery_duration_seconds_bucket", page, StringComparison.Ordinal);
        Assert.Contains("whales_notifier_telegram_request_duration_seconds_bucket{", page, StringComparison.Ordinal);

        // Of the Debian package prometheus.
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = promtool.StandardOutput.ReadToEndAsync();
        var errors = promtool.StandardError.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(page);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);

        // It ends with 3 for a name or unit that is not as Prometheus wants it.
        Assert.True(promtool.ExitCode == 0, await said + await errors);
    }
}
