using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Delivery;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Heartbeat;

/// <summary>What is remembered of the Watchdog alert.</summary>
internal sealed record HeartbeatFacts
{
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>When its absence was last said; null while it comes.</summary>
    public DateTimeOffset? AnnouncedAt { get; init; }
}

/// <summary>
/// The dead man's switch: an alert that always fires must keep coming through Prometheus and Alertmanager. When it stops, nothing else
/// would tell anybody that nobody is watching.
/// </summary>
internal sealed partial class HeartbeatMonitor(
    NotifierStore store, ChatBook chats, Cards cards, Wakeup wakeup, Leadership leadership, NotifierMetrics metrics, IOptions<HeartbeatOptions> options, TimeProvider clock,
    ILogger<HeartbeatMonitor> log) : BackgroundService
{
    public const string AlertName = "Watchdog";

    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(1);

    /// <summary>The heartbeat came. Durable when the task has completed.</summary>
    public async Task SeenAsync()
    {
        var gap = await store.RunAsync(session =>
        {
            var now = clock.GetUtcNow();
            var facts = Facts.Get<HeartbeatFacts>(session, Facts.Heartbeat) ?? new HeartbeatFacts();
            Facts.Set(session, Facts.Heartbeat, new HeartbeatFacts { LastSeen = now });
            if (facts.AnnouncedAt is null)
                return (TimeSpan?)null;
            Tell(session, new HeartbeatReturned(facts.LastSeen ?? facts.AnnouncedAt.Value, now));
            return now - (facts.LastSeen ?? facts.AnnouncedAt.Value);
        });
        metrics.EventCame(Words.Source.Watchdog, Severity.None);
        metrics.Delivered(Words.Suppressed);
        if (gap is { } blind)
        {
            LogReturned(blind.TotalSeconds);
            wakeup.Signal();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Alertmanager may need a while to find us again.
        var started = clock.GetUtcNow();
        var look = options.Value.MissingAfter / 10 < LongestLook ? options.Value.MissingAfter / 10 : LongestLook;
        using var timer = new PeriodicTimer(look, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await leadership.AcquireAsync(stoppingToken);
            try
            {
                await LookAsync(started);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogStore(exception);
            }
        }
    }

    private async Task LookAsync(DateTimeOffset started)
    {
        var told = await store.RunAsync(session =>
        {
            if (!session.IsLeader)
                return false;
            var now = clock.GetUtcNow();
            var facts = Facts.Get<HeartbeatFacts>(session, Facts.Heartbeat) ?? new HeartbeatFacts();
            if (facts.LastSeen is null && !options.Value.Expected)
                return false;
            var since = facts.LastSeen > started ? facts.LastSeen.Value : started;
            if (now - since < options.Value.MissingAfter || facts.AnnouncedAt is { } at && now - at < options.Value.RepeatEvery)
                return false;
            Tell(session, new HeartbeatLost(facts.LastSeen, Again: facts.AnnouncedAt is not null));
            Facts.Set(session, Facts.Heartbeat, facts with { AnnouncedAt = now });
            return true;
        });
        if (!told)
            return;
        LogLost();
        wakeup.Signal();
    }

    private void Tell(StoreSession session, Notice notice)
    {
        foreach (var chat in chats.Of(WebhookRoute.Watchdog))
        {
            cards.ForNotice(session, chat.Chat.Name, notice, Severity.Critical, events: 1);
            metrics.EventCame(Words.Source.Watchdog, Severity.Critical);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The Watchdog alert does not come any more: Prometheus or Alertmanager is down, or cannot reach this notifier.")]
    private partial void LogLost();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The Watchdog alert comes again, after {Seconds} s.")]
    private partial void LogReturned(double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "The notifier's store cannot be read or written.")]
    private partial void LogStore(Exception exception);
}
