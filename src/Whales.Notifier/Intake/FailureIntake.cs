using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using Whales.Notifier.Messages.Rendering;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Intake;

/// <summary>Something failed inside the system.</summary>
/// <param name="Type">What kind.</param>
/// <param name="Model">Empty when no model is known.</param>
/// <param name="Reason">A word; part of what makes failures equal.</param>
/// <param name="Sample">This one.</param>
internal sealed record FailureEvent(FailureType Type, string Model, string Reason, FailureSample Sample)
{
    public Severity Severity => FailureMessages.SeverityOf(Type, Reason);

    public string Key => $"failure/{Type}/{Model}/{Reason}";
}

/// <summary>Counts failures of one kind into one message, durably. A failure message is never the cause of another one.</summary>
internal sealed class FailureIntake(
    NotifierStore store, ChatBook chats, Cards cards, Wakeup wakeup, NotifierMetrics metrics, IOptions<NotifierOptions> options, TimeProvider clock)
{
    public async Task AcceptAsync(FailureEvent failure)
    {
        var targets = chats.Of(RouteOf(failure.Severity));
        var outcomes = await store.RunAsync(session => targets.Select(chat => Apply(session, chat.Chat.Name, failure)).ToList());
        foreach (var outcome in outcomes)
        {
            metrics.EventCame(SourceOf(failure.Type), failure.Severity);
            if (outcome is not null)
                metrics.Delivered(outcome);
        }

        wakeup.Signal();
    }

    /// <summary>A worker serves the model after all.</summary>
    public Task ModelReadyAsync(string model, string worker) => store.RunAsync(session =>
    {
        var key = new FailureEvent(FailureType.ModelLoadFailed, model, "", new FailureSample("", "")).Key;
        foreach (var thread in chats.All.Select(chat => ThreadTable.FindOpen(session, chat.Chat.Name, key)).OfType<CardThread>())
        {
            if (!thread.Doc.Workers.Contains(worker))
                continue;
            var left = thread.Doc.Workers.Where(other => other != worker).ToList();
            var now = clock.GetUtcNow();
            ThreadTable.Update(session, thread with { ChangedAt = now, ClosedAt = left.Count == 0 ? now : null, Doc = thread.Doc with { Workers = left } });
            if (left.Count == 0 && CardTable.Find(session, thread.Card) is { } card && ThreadTable.CountOpenOfCard(session, card.Id) == 0)
                CardTable.Update(session, card with { ClosedAt = now });
        }
    });

    private string? Apply(StoreSession session, string chat, FailureEvent failure)
    {
        var now = clock.GetUtcNow();
        if (ThreadTable.FindOpen(session, chat, failure.Key) is { } open)
        {
            // Workers repeat their state every ten seconds.
            if (failure.Type == FailureType.ModelLoadFailed && open.Doc.Workers.Contains(failure.Sample.Worker))
                return Words.Suppressed;
            if (failure.Type == FailureType.ModelLoadFailed || now - open.ChangedAt < options.Value.FailureGap)
            {
                Count(session, open, failure, now);
                return null;
            }

            Close(session, open, now);
        }

        var card = cards.ForNew(session, chat, CardKind.Failures, failure.Severity);
        ThreadTable.Insert(session, new CardThread
        {
            Chat = chat,
            Key = failure.Key,
            Card = card.Id,
            Severity = failure.Severity,
            OpenedAt = now,
            ChangedAt = now,
            Doc = new ThreadDoc
            {
                Failures = new FailureSummary { Type = failure.Type, Model = failure.Model, Reason = failure.Reason, Count = 1, Since = now, Sample = failure.Sample },
                Workers = [failure.Sample.Worker],
            },
        });
        return null;
    }

    private void Count(StoreSession session, CardThread thread, FailureEvent failure, DateTimeOffset now)
    {
        var summary = thread.Doc.Failures!;
        IReadOnlyList<string> workers = failure.Type == FailureType.ModelLoadFailed ? [.. thread.Doc.Workers, failure.Sample.Worker] : thread.Doc.Workers;
        ThreadTable.Update(session, thread with { ChangedAt = now, Doc = thread.Doc with { Failures = summary with { Count = summary.Count + 1, Last = now }, Workers = workers } });
        cards.Changed(session, CardTable.Find(session, thread.Card)!, failure.Severity);
    }

    /// <summary>Long over: its message stands as it is, and the next one is news.</summary>
    internal static void Close(StoreSession session, CardThread thread, DateTimeOffset now)
    {
        ThreadTable.Update(session, thread with { ClosedAt = now });
        if (CardTable.Find(session, thread.Card) is { } card && ThreadTable.CountOpenOfCard(session, card.Id) == 0)
            CardTable.Update(session, card with { ClosedAt = now });
    }

    private static string RouteOf(Severity severity) => severity switch
    {
        Severity.Critical => WebhookRoute.Critical,
        Severity.Warning => WebhookRoute.Warning,
        _ => WebhookRoute.Info,
    };

    private static string SourceOf(FailureType type) => type switch
    {
        FailureType.IdentificationFailed => Words.Source.IdentificationFailed,
        FailureType.ModelLoadFailed => Words.Source.ModelLoadFailed,
        FailureType.Fault => Words.Source.Fault,
        FailureType.DeadLetter => Words.Source.DeadLetter,
        _ => Words.Source.Undecodable,
    };
}
