using System.Collections.Concurrent;
using Whales.Notifier.Alerts;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Delivery;

/// <summary>
/// Decides what is delivered next: of all chats that may be written to now, the most critical card first. In each chat one at a time;
/// while Telegram is away, one in all, to see whether it is back.
/// </summary>
internal sealed partial class Dispatcher(
    NotifierStore store, ChatBook chats, CardDelivery delivery, SendLimits limits, BotStatus bot, BotToken token, Cards cards, Leadership leadership, Wakeup wakeup,
    NotifierMetrics metrics, TimeProvider clock, ILogger<Dispatcher> log) : BackgroundService
{
    // Also the time in which a webhook that another process took is seen.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, Task> _busy = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await leadership.AcquireAsync(stoppingToken);
                var wait = await PassAsync(stoppingToken);
                await wakeup.WaitAsync(wait, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            // What is on its way arrives, and is noted.
            await Task.WhenAll(_busy.Values);
        }
    }

    /// <returns>How long nothing more can be done.</returns>
    private async Task<TimeSpan> PassAsync(CancellationToken stoppingToken)
    {
        var now = clock.GetUtcNow();
        if (bot.WrongToken is not null)
            return Idle;
        var away = bot.Outage is not null;
        // Asked once: a delivery that ends meanwhile may end the outage.
        var pause = bot.Pause;
        if (away && (!_busy.IsEmpty || pause > TimeSpan.Zero))
            return pause > TimeSpan.Zero ? Shorter(pause, Idle) : Idle;

        List<Head> heads;
        DateTimeOffset? next;
        try
        {
            (heads, next) = await store.RunAsync(session => Heads(session, now));
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogStore(exception);
            return StoreRetry;
        }

        var wait = next is { } at ? Shorter(Longer(at - now, TimeSpan.Zero), Idle) : Idle;
        foreach (var head in heads.OrderBy(head => head.Card.Severity).ThenBy(head => head.Card.WaitingSince))
        {
            if (_busy.ContainsKey(head.Target.Id))
                continue;
            TimeSpan held;
            lock (limits)
                held = limits.TryTake(head.Target.Id);
            if (held > TimeSpan.Zero)
            {
                wait = Shorter(wait, held);
                continue;
            }

            Start(head, stoppingToken);
            if (away)
                break;
        }

        return wait;
    }

    private (List<Head> Heads, DateTimeOffset? Next) Heads(StoreSession session, DateTimeOffset now)
    {
        var heads = new List<Head>();
        DateTimeOffset? next = null;
        // The store lost its connection, and the lock with it.
        if (!session.IsLeader)
            return (heads, next);
        chats.Load(session);
        foreach (var chat in chats.All)
        {
            var target = chats.FallbackOf(chat) ?? chat;
            if (target.Broken is not null || _busy.ContainsKey(target.Id))
                continue;
            if (CardTable.NextDue(session, chat.Chat.Name, now) is { } card)
                heads.Add(new Head(card, chat, target));
            else if (CardTable.NextDueAt(session, chat.Chat.Name) is { } at && (next is null || at < next))
                next = at;
        }

        return (heads, next);
    }

    private void Start(Head head, CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        _busy[head.Target.Id] = RunAsync();
        started.SetResult();

        async Task RunAsync()
        {
            await started.Task.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            try
            {
                var delivered = await delivery.DeliverAsync(head.Card, head.Chat, head.Target, CancellationToken.None);
                await ConcludeAsync(head, delivered);
            }
            catch (Exception exception) when (StoreFaults.IsOfStore(exception))
            {
                // Sent or not: the store does not know, so it comes again. Hold the chat, or it would come again and again.
                LogStore(exception);
                lock (limits)
                    limits.Hold(head.Target.Id, StoreRetry);
            }
            catch (Exception exception)
            {
                // One card that cannot even be written must not stop the others.
                LogDefect(exception, head.Card.Id);
                lock (limits)
                    limits.Hold(head.Target.Id, StoreRetry);
                await SetAsideAsync(head.Card);
            }
            finally
            {
                lock (limits)
                    limits.Ended(head.Target.Id);
                _busy.TryRemove(head.Target.Id, out _);
                if (!stoppingToken.IsCancellationRequested)
                    wakeup.Signal();
            }
        }
    }

    private async Task ConcludeAsync(Head head, Delivered delivered)
    {
        var failure = delivered.Failure;
        if (failure is null || !failure.IsTransient)
        {
            if (bot.Answered())
                LogBack();
        }

        switch (failure?.Reason)
        {
            case null:
                break;
            case FailureReason.RateLimited:
                // A little more than asked, and not all chats at the same moment.
                var wait = failure.RetryAfter!.Value + TimeSpan.FromMilliseconds(Random.Shared.Next(50, 500));
                lock (limits)
                    limits.Hold(delivered.Where, wait);
                metrics.RateLimited(wait);
                LogLimited(head.Chat.Chat.Name, wait.TotalSeconds);
                break;
            case FailureReason.Unauthorized or FailureReason.Conflict:
                // Telegram answers 404 to a wrong token too.
                bot.WrongToken = failure.Description;
                token.Reload();
                LogUnauthorized(failure.Description);
                break;
            case FailureReason.Migrated:
                await store.RunAsync(session =>
                {
                    head.Target.Change(session, facts => facts with { MovedFrom = head.Target.Chat.Id, MovedTo = failure.MigratedTo });
                    Tell(session, head.Target, OperatorNoticeKind.ChatMigrated, failure.MigratedTo!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
                });
                LogMigrated(head.Target.Chat.Name, failure.MigratedTo!.Value);
                break;
            case FailureReason.TopicGone:
                var known = head.Target.TopicMissing;
                head.Target.TopicMissing = true;
                LogTopic(head.Target.Chat.Name, failure.Description);
                if (!known)
                    await store.RunAsync(session => Tell(session, head.Target, OperatorNoticeKind.TopicMissing, failure.Description));
                break;
            case FailureReason.ChatRefused:
                head.Target.Broken = failure.Description;
                metrics.Configured = false;
                LogBroken(head.Target.Chat.Name, failure.Description);
                if (chats.FallbackOf(head.Target) is not null)
                    await store.RunAsync(session => Tell(session, head.Target, OperatorNoticeKind.ChatBroken, failure.Description));
                break;
            default:
                var pause = bot.Failed(failure.Description);
                LogAway(failure.Description, pause.TotalSeconds);
                break;
        }
    }

    private void Tell(StoreSession session, ChatState chat, OperatorNoticeKind kind, string detail) =>
        cards.ForNotice(session, chat.Chat.Name, new OperatorNotice(kind, chat.Chat.Name, detail), Severity.Warning);

    private async Task SetAsideAsync(Card card)
    {
        try
        {
            await store.RunAsync(session => CardTable.Update(session, CardTable.Find(session, card.Id)! with { Delivered = card.Version, WaitingEvents = 0 }));
            metrics.Delivered(Words.Failed, card.WaitingEvents);
        }
        catch (Exception exception) when (StoreFaults.IsOfStore(exception))
        {
            LogStore(exception);
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed record Head(Card Card, ChatState Chat, ChatState Target);
}
