using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Reconciliation;

/// <summary>What no webhook told is put right by Alertmanager's list.</summary>
public sealed class ReconcilerTests
{
    private static readonly Dictionary<string, string> Untold = new() { ["alertname"] = "NeverTold", ["severity"] = "critical", ["model"] = "resnet101" };

    [Fact]
    public async Task RealAlertmanager_EndsAndAlertsThatNobodyTold_AreTold()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var alertmanager = await AlertmanagerServer.StartAsync(
            """
            route: { receiver: nobody, group_by: [alertname, model], routes: [ { receiver: telegram-critical, matchers: ['severity="critical"'] } ] }
            receivers: [ { name: nobody }, { name: telegram-critical } ]

            """);
        await alertmanager.PostAlertAsync(Untold, new Dictionary<string, string> { ["summary"] = "resnet101 burns" });
        await alertmanager.PostAlertAsync(new Dictionary<string, string> { ["alertname"] = "NotOurs", ["severity"] = "warning" });
        await using var notifier = await RunningNotifier.StartAsync(telegram, Settings(alertmanager.Url));

        // One that Alertmanager forgot, perhaps before its message was sent, and one that it never told.
        await notifier.AcceptAsync(Payloads.Firing("LongOver", "warning"));
        await Eventually.UntilAsync(() => telegram.Messages.Concat(telegram.Edits).Any(call => call.Text.Contains("✅ Resolved: LongOver", StringComparison.Ordinal)), RunningNotifier.Patience, "the end is told");
        await Eventually.UntilAsync(() => Told().Any(), RunningNotifier.Patience, "the alert is told");
        var message = Told().Single();
        Assert.Contains("resnet101 burns", message.Text, StringComparison.Ordinal);
        Assert.Equal(1, await notifier.MetricAsync("whales_notifier_reconciled_total{action=\"resolved\"}"));
        Assert.Equal(1, await notifier.MetricAsync("whales_notifier_reconciled_total{action=\"sent\"}"));

        // Then the webhook comes, under the name that Alertmanager has for the group: the message is the same one.
        var (firing, resolved) = (await WebhookAsync(alertmanager, "firing"), await WebhookAsync(alertmanager, "resolved"));
        await notifier.AcceptAsync(firing);
        await alertmanager.PostAlertAsync(Untold, endsAt: DateTimeOffset.UtcNow.AddSeconds(-1));
        await notifier.AcceptAsync(resolved);
        await Eventually.UntilAsync(
            () => telegram.Edits.Any(edit => edit.MessageId == message.Sent && edit.Text.Contains("✅ Resolved: NeverTold", StringComparison.Ordinal)), RunningNotifier.Patience, "its end");
        Assert.Single(Told(), call => call.Text.Contains("🔥", StringComparison.Ordinal));
        Assert.DoesNotContain(telegram.Messages, call => call.Text.Contains("NotOurs", StringComparison.Ordinal));

        IEnumerable<BotCall> Told() => telegram.Messages.Where(call => call.Text.Contains("NeverTold", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Alertmanager_ThatHasJustStarted_IsNotBelieved()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        var (asked, since) = (0, DateTimeOffset.UtcNow);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var empty = builder.Build();
        empty.MapGet("/api/v2/alerts/groups", () => Results.Json(Array.Empty<object>()));
        empty.MapGet("/api/v2/status", () =>
        {
            Interlocked.Increment(ref asked);
            return Results.Json(new { uptime = since });
        });
        await empty.StartAsync(TestContext.Current.CancellationToken);
        await using var notifier = await RunningNotifier.StartAsync(telegram, Settings(new Uri(empty.Urls.Single()), settle: "01:00:00"));

        await notifier.AcceptAsync(Payloads.Firing("StillThere"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
        var before = Volatile.Read(ref asked);
        await Eventually.UntilAsync(() => Volatile.Read(ref asked) >= before + 5, RunningNotifier.Patience, "it has looked often");
        Assert.Empty(telegram.Edits);

        since = DateTimeOffset.UtcNow.AddHours(-2);
        await Eventually.UntilAsync(() => telegram.Edits.Any(edit => edit.Text.Contains('✅')), RunningNotifier.Patience, "now it is believed");
    }

    private static Dictionary<string, string?> Settings(Uri alertmanager, string settle = "00:00:00.5") => new()
    {
        ["Alertmanager__Url"] = alertmanager.AbsoluteUri,
        ["Alertmanager__Timeout"] = "00:00:20",
        ["Reconciliation__Interval"] = "00:00:00.2",
        ["Reconciliation__Settle"] = settle,
    };

    /// <summary>The body that Alertmanager would send of the alert that it lists.</summary>
    private static async Task<string> WebhookAsync(AlertmanagerServer alertmanager, string status)
    {
        using var http = new HttpClient();
        var listed = JsonDocument.Parse(await http.GetStringAsync(new Uri(alertmanager.Url, "/api/v2/alerts"))).RootElement.EnumerateArray()
            .Single(alert => alert.GetProperty("labels").GetProperty("alertname").GetString() == Untold["alertname"]);
        return JsonSerializer.Serialize(new
        {
            version = "4",
            groupKey = "{}/{severity=\"critical\"}:{alertname=\"NeverTold\", model=\"resnet101\"}",
            truncatedAlerts = 0,
            status,
            receiver = "telegram-critical",
            groupLabels = Untold,
            commonLabels = Untold,
            commonAnnotations = new { },
            externalURL = alertmanager.Url,
            alerts = new[]
            {
                new
                {
                    status,
                    labels = Untold,
                    annotations = new { summary = "resnet101 burns" },
                    startsAt = listed.GetProperty("startsAt").GetDateTimeOffset().AddTicks(4321),
                    endsAt = status == "firing" ? "0001-01-01T00:00:00Z" : DateTimeOffset.UtcNow.ToString("o"),
                    generatorURL = "http://127.0.0.1:9090/graph?g0.expr=up",
                    fingerprint = listed.GetProperty("fingerprint").GetString(),
                },
            },
        });
    }
}
