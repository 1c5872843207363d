using System.Net;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Delivery;

/// <summary>Two notifiers on one store: either takes webhooks, one sends, and when it dies the other goes on.</summary>
public sealed class TwoNotifiersTests
{
    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Leader_Killed_IsFollowedAndNothingIsLostOrToldTwice(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        await using var telegram = await FakeBotApi.StartAsync();
        await using var first = await RunningNotifier.StartAsync(telegram, store.With());
        await first.Process.WaitForOutputAsync("This notifier delivers");
        await using var second = await RunningNotifier.StartAsync(telegram, store.With());

        await first.AcceptAsync(Payloads.Firing("ByFirst"));
        await second.AcceptAsync(Payloads.Firing("ByFirst"));
        await second.AcceptAsync(Payloads.Firing("BySecond"));
        await Eventually.UntilAsync(() => Told("ByFirst") == 1 && Told("BySecond") == 1, RunningNotifier.Patience, "both alerts");

        // Noted as sent too: what a crash interrupts may come twice.
        await Eventually.UntilAsync(
            async () => await first.MetricAsync("whales_notifier_deliveries_total{channel=\"telegram\",outcome=\"sent\"}")
                + await first.MetricAsync("whales_notifier_deliveries_total{channel=\"telegram\",outcome=\"coalesced\"}") == 2,
            RunningNotifier.Patience, () => "both noted");
        Assert.Equal(0, await second.MetricAsync("whales_notifier_deliveries_total{channel=\"telegram\",outcome=\"sent\"}"));

        await first.Process.KillAsync();
        await second.AcceptAsync(Payloads.Firing("AfterTheFirst"));
        await second.AcceptAsync(Payloads.Resolved("ByFirst"));
        await Eventually.UntilAsync(() => Told("AfterTheFirst") == 1 && telegram.Edits.Count >= 1, RunningNotifier.Patience, "the other one took over");
        Assert.Equal(1, Told("ByFirst"));
        Assert.Equal(1, Told("BySecond"));

        int Told(string name) => telegram.Messages.Count(message => message.Text.Contains(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Leader_KilledUnderLoad_LosesNothingAndDoublesOneMessageAtMost(StoreKind kind)
    {
        const int Alerts = 40;
        await using var store = await TestStore.CreateAsync(kind);
        await using var telegram = await FakeBotApi.StartAsync();
        var settings = store.With(("Notifier__Coalesce", "00:00:00"), ("Notifier__StormThreshold", "1000"));
        await using var first = await RunningNotifier.StartAsync(telegram, settings);
        await first.Process.WaitForOutputAsync("This notifier delivers");
        await using var second = await RunningNotifier.StartAsync(telegram, settings);

        for (var i = 0; i < Alerts; i++)
            await (i % 2 == 0 ? first : second).AcceptAsync(Payloads.Firing($"Alert-{i}."));
        await Eventually.UntilAsync(() => telegram.Messages.Count >= 3, RunningNotifier.Patience, "the leader is at it");
        await first.Process.KillAsync();
        await Eventually.UntilAsync(() => Enumerable.Range(0, Alerts).All(i => Told(i) > 0), RunningNotifier.Patience, "every alert");
        await Eventually.UntilAsync(
            async () => await second.MetricAsync("whales_notifier_backlog{severity=\"warning\"}") == 0, RunningNotifier.Patience, () => "nothing waits");

        Assert.InRange(Enumerable.Range(0, Alerts).Sum(Told), Alerts, Alerts + 1);

        int Told(int i) => telegram.Messages.Count(message => message.Text.Contains($"Alert-{i}.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leader_ThatStandsStill_LosesTheLeadAndFollowsWhenItGoesOn()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Postgres);
        await using var telegram = await FakeBotApi.StartAsync();
        await using var first = await RunningNotifier.StartAsync(telegram, store.With());
        await first.Process.WaitForOutputAsync("This notifier delivers");
        await using var second = await RunningNotifier.StartAsync(telegram, store.With());

        first.Process.Pause();
        await second.AcceptAsync(Payloads.Firing("Meanwhile"));
        await Eventually.UntilAsync(() => Told("Meanwhile") == 1, RunningNotifier.Patience, "the other one took over");

        first.Process.Resume();
        await first.Process.WaitForOutputAsync("Another notifier has this store", RunningNotifier.Patience);
        await first.AcceptAsync(Payloads.Firing("Afterwards"));
        await Eventually.UntilAsync(() => Told("Afterwards") == 1, RunningNotifier.Patience, "the later alert");
        Assert.Equal(1, Told("Meanwhile"));

        int Told(string name) => telegram.Messages.Count(message => message.Text.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Database_ThatStopsAndComesBack_CostsNothingThatWasAccepted()
    {
        await using var postgres = await PostgresNode.StartNewAsync();
        await using var telegram = await FakeBotApi.StartAsync();
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__Notifier"] = postgres.ConnectionString, ["Telegram__ChatInterval"] = "00:00:00.2" };
        await using var first = await RunningNotifier.StartAsync(telegram, settings);
        await using var second = await RunningNotifier.StartAsync(telegram, settings);
        for (var i = 0; i < 6; i++)
            await first.AcceptAsync(Payloads.Firing($"Before-{i}.", group: $"before-{i}"));

        await postgres.StopAsync();
        foreach (var notifier in new[] { first, second })
        {
            using var refused = await notifier.PostAsync(Payloads.Firing("During"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            var (status, body) = await notifier.ReadyAsync();
            Assert.Equal(503, status);
            Assert.Contains("notifier_store", body, StringComparison.Ordinal);
        }

        await postgres.StartAsync();
        await second.Process.WaitForReadyAsync();
        await second.AcceptAsync(Payloads.Firing("After"));
        await Eventually.UntilAsync(
            () => Enumerable.Range(0, 6).All(i => Told($"Before-{i}.") > 0) && Told("After") > 0, RunningNotifier.Patience, "all that was accepted");
        // The call that was under way when the database went could not be noted.
        Assert.InRange(telegram.Messages.Count(message => message.Text.Contains("Before-0.", StringComparison.Ordinal)), 1, 2);
        Assert.Equal(1, Told("After"));
        Assert.Equal(0, Told("During"));

        int Told(string name) => telegram.Messages.Concat(telegram.Edits).Count(call => call.Text.Contains(name, StringComparison.Ordinal));
    }
}
