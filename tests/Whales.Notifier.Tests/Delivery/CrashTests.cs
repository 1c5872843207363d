using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Delivery;

/// <summary>kill -9: nothing that was answered 202 is lost, and at most one message per chat comes twice.</summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Kill_WhileAMessageIsOnItsWay_SendsItAgainOnceAndNothingElseTwice(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, store.With(("Notifier__Coalesce", "00:00:00")));
        await notifier.AcceptAsync(Payloads.Firing("Before"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the first message");
        // Telegram has it; the notifier never hears so.
        telegram.Delay("sendMessage", TimeSpan.FromMinutes(1));
        await notifier.AcceptAsync(Payloads.Firing("During"));
        await Eventually.UntilAsync(() => telegram.Calls.Count(call => call.Method == "sendMessage") == 2, RunningNotifier.Patience, "the second message on its way");
        await notifier.AcceptAsync(Payloads.Firing("After"));

        await notifier.Process.KillAsync();
        await notifier.StartAgainAsync();
        await Eventually.UntilAsync(() => Count(telegram, "After") == 1 && Count(telegram, "During") == 2, RunningNotifier.Patience, "what was accepted");

        await notifier.AcceptAsync(Payloads.Resolved("Before"));
        await Eventually.UntilAsync(() => telegram.Edits.Count == 1, RunningNotifier.Patience, "the edit of the message from before the crash");
        Assert.Equal(telegram.Messages[0].Sent, telegram.Edits[0].MessageId);
        Assert.Equal(1, Count(telegram, "Before"));
        Assert.Equal(2, Count(telegram, "During"));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Kill_AgainAndAgainUnderLoad_LosesNothing(StoreKind kind)
    {
        const int Kills = 4;
        await using var store = await TestStore.CreateAsync(kind);
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(
            telegram, store.With(("Notifier__Coalesce", "00:00:00"), ("Notifier__StormThreshold", "1000"), ("Telegram__ChatInterval", "00:00:00.02")));
        var accepted = new List<string>();
        for (var round = 0; round < Kills; round++)
        {
            using var stop = new CancellationTokenSource();
            var posting = PostUntilAsync(notifier, accepted, round, stop.Token);
            var goal = accepted.Count + 10;
            await Eventually.UntilAsync(() => accepted.Count >= goal, RunningNotifier.Patience, "webhooks taken");
            await notifier.Process.KillAsync();
            await stop.CancelAsync();
            await posting;
            await notifier.StartAgainAsync();
        }

        await Eventually.UntilAsync(
            () => accepted.All(name => Count(telegram, name) > 0), RunningNotifier.Patience, "every accepted alert in the chat");
        Assert.InRange(accepted.Sum(name => Count(telegram, name)) - accepted.Count, 0, Kills);
    }

    private static async Task PostUntilAsync(RunningNotifier notifier, List<string> accepted, int round, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var name = $"Alert-{round}-{i}.";
            try
            {
                using var answer = await notifier.PostAsync(Payloads.Firing(name));
                if (answer.StatusCode == System.Net.HttpStatusCode.Accepted)
                    accepted.Add(name);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private static int Count(FakeBotApi telegram, string name) =>
        telegram.Calls.Count(call => call is { Method: "sendMessage", Status: 200 } && call.Text.Contains(name, StringComparison.Ordinal));
}
