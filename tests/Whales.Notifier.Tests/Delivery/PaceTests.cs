using Microsoft.Extensions.Options;
using Whales.Notifier.Delivery;
using Whales.Notifier.Telegram;
using Whales.Notifier.Tests.Commands;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Delivery;

/// <summary>Telegram's limits, and who goes first under them.</summary>
public sealed class PaceTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TryTake_InAPrivateChat_GivesOneASecond()
    {
        var taken = Simulate([5], TimeSpan.FromMinutes(2));

        Assert.Equal(120, taken[5].Count);
        Assert.All(taken[5].Zip(taken[5].Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void TryTake_InAGroup_GivesTwentyAMinute()
    {
        var taken = Simulate([-5], TimeSpan.FromMinutes(5))[-5];

        Assert.Equal(100, taken.Count);
        Assert.All(taken, at => Assert.InRange(taken.Count(other => other >= at && other < at + TimeSpan.FromMinutes(1)), 1, 20));
    }

    [Fact]
    public void TryTake_InManyChats_GivesTwentyFiveASecondInAll()
    {
        var all = Simulate([.. Enumerable.Range(1, 100).Select(chat => (long)chat)], TimeSpan.FromSeconds(10)).Values.SelectMany(at => at).Order().ToList();

        Assert.Equal(250, all.Count);
        Assert.All(all, at => Assert.InRange(all.Count(other => other >= at && other < at + TimeSpan.FromSeconds(1)), 1, 25));
    }

    [Fact]
    public void TryTake_AfterASlowCall_KeepsItsDistanceFromTheCallsEnd()
    {
        var clock = new SetTime(Start);
        var limits = new SendLimits(Options.Create(new TelegramOptions()), clock);
        Assert.Equal(TimeSpan.Zero, limits.TryTake(5));
        clock.Now = Start.AddSeconds(4);
        limits.Ended(5);
        clock.Now = Start.AddSeconds(4.5);

        Assert.Equal(TimeSpan.FromSeconds(0.5), limits.TryTake(5));
    }

    [Fact]
    public async Task Queue_BehindOneSlowChat_SendsCriticalFirst()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(
            telegram, new Dictionary<string, string?> { ["Notifier__Coalesce"] = "00:00:00", ["Notifier__CoalesceCritical"] = "00:00:00" });
        var first = telegram.Hold("sendMessage");

        await notifier.AcceptAsync(Payloads.Firing("First", "info"));
        await Eventually.UntilAsync(() => telegram.Calls.Any(call => call.Method == "sendMessage"), RunningNotifier.Patience, "the first on its way");
        await notifier.AcceptAsync(Payloads.Firing("Mild", "info"));
        await notifier.AcceptAsync(Payloads.Firing("Middling", "warning"));
        await notifier.AcceptAsync(Payloads.Firing("Worst", "critical"));
        first.SetResult();
        await Eventually.UntilAsync(() => telegram.Messages.Count == 4, RunningNotifier.Patience, "all four");

        string[] names = ["First", "Worst", "Middling", "Mild"];
        Assert.Equal(names, telegram.Messages.Select(message => names.First(name => message.Text.Contains(name, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Storm_OfFiveHundredAlerts_BecomesADigestThatGrows()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Telegram__ChatInterval"] = "00:00:00.5" });

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 500), new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, _) => await notifier.AcceptAsync(Payloads.Firing($"Storm{i:000}", group: $"storm-{i}")));
        await Eventually.UntilAsync(
            async () => await notifier.MetricAsync("whales_notifier_backlog{severity=\"warning\"}") == 0
                && telegram.Edits.Concat(telegram.Messages).Any(call => call.Text.Contains("485", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(120), () => "a digest of all: " + string.Join('\n', telegram.Edits.TakeLast(1).Select(edit => edit.Text)));

        Assert.InRange(telegram.Messages.Count, 2, 16);
        // Counted when Telegram's answer has come back.
        await Eventually.GetAsync(() => DeliveredAsync(notifier), delivered => delivered == 500, RunningNotifier.Patience, "all are counted");
    }

    private static async Task<double> DeliveredAsync(RunningNotifier notifier)
    {
        var sum = 0.0;
        foreach (var outcome in new[] { "sent", "edited", "coalesced" })
            sum += await notifier.MetricAsync($"whales_notifier_deliveries_total{{channel=\"telegram\",outcome=\"{outcome}\"}}");
        return sum;
    }

    private static Dictionary<long, List<DateTimeOffset>> Simulate(long[] chats, TimeSpan time)
    {
        var clock = new SetTime(Start);
        var limits = new SendLimits(Options.Create(new TelegramOptions()), clock);
        var taken = chats.ToDictionary(chat => chat, _ => new List<DateTimeOffset>());
        for (; clock.Now < Start + time; clock.Now += TimeSpan.FromMilliseconds(10))
        {
            foreach (var chat in chats.Where(chat => limits.TryTake(chat) == TimeSpan.Zero))
                taken[chat].Add(clock.Now);
        }

        return taken;
    }
}
