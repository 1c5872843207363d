using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Delivery;

/// <summary>A critical group that nobody takes is told in a second chat too, as a message of its own that lives on like the first.</summary>
internal sealed partial class Escalator(
    NotifierStore store, ChatBook chats, Cards cards, Wakeup wakeup, Leadership leadership, NotifierMetrics metrics, IOptions<NotifierOptions> options, TimeProvider clock,
    ILogger<Escalator> log) : BackgroundService
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (chats.All.All(chat => chat.Chat.EscalateTo is null))
            return;
        var look = options.Value.EscalateAfter / 10;
        using var timer = new PeriodicTimer(look < LongestLook ? look : LongestLook, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await leadership.AcquireAsync(stoppingToken);
            try
            {
                foreach (var (from, to) in await store.RunAsync(Escalate))
                {
                    metrics.EventCame(Words.Source.Alertmanager, Severity.Critical);
                    LogEscalated(from, to);
                    wakeup.Signal();
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogStore(exception);
            }
        }
    }

    private List<(string From, string To)> Escalate(StoreSession session)
    {
        var now = clock.GetUtcNow();
        var told = new List<(string, string)>();
        foreach (var thread in ThreadTable.OpenCriticalSince(session, now - options.Value.EscalateAfter))
        {
            if (thread.Doc is not { Group.Status: AlertStatus.Firing, Escalated: false } || chats.Find(thread.Chat)?.Chat.EscalateTo is not { } second || IsLookedAfter(session, thread, now))
                continue;
            ThreadTable.Update(session, thread with { Doc = thread.Doc with { Escalated = true } });
            // Both may be chats of the route: then it knows.
            if (ThreadTable.FindOpen(session, second, thread.Key) is not null)
                continue;
            ThreadTable.Insert(session, new CardThread
            {
                Chat = second,
                Key = thread.Key,
                Card = cards.ForNew(session, second, CardKind.Alerts, Severity.Critical).Id,
                Severity = Severity.Critical,
                OpenedAt = now,
                ChangedAt = now,
                Doc = new ThreadDoc { Group = thread.Doc.Group, Escalation = new Escalation(thread.Chat, now - thread.OpenedAt) },
            });
            told.Add((thread.Chat, second));
        }

        return told;
    }

    /// <summary>Somebody took it or silenced it, or it is muted because it goes on and off.</summary>
    private static bool IsLookedAfter(StoreSession session, CardThread thread, DateTimeOffset now) =>
        CardTable.Find(session, thread.Card)?.State is not { } state || state.Acknowledged is not null || state.Silence?.Until > now || state.Flapping?.MutedUntil > now;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody in chat {From} has taken a critical alert; it is told in chat {To} too.")]
    private partial void LogEscalated(string from, string to);

    [LoggerMessage(Level = LogLevel.Error, Message = "The notifier's store cannot be read or written.")]
    private partial void LogStore(Exception exception);
}
