using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Heartbeat;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Delivery;

/// <summary>Keeps the gauges fresh, ends failures that stopped, and forgets what ended long ago.</summary>
internal sealed partial class Housekeeping(
    NotifierStore store, ChatBook chats, NotifierMetrics metrics, IOptions<NotifierOptions> options, TimeProvider clock, ILogger<Housekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cleaned = DateTimeOffset.MinValue;
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                metrics.SetLevels(await store.RunAsync(Levels));
                // The notifier that delivers reads them itself; one that follows answers commands too.
                await store.RunAsync(chats.Load);
                await store.RunAsync(EndFailures);
                if (clock.GetUtcNow() - cleaned < CleaningInterval)
                    continue;
                await store.RunAsync(session => CardTable.RemoveClosed(session, clock.GetUtcNow() - options.Value.Retention));
                cleaned = clock.GetUtcNow();
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogStore(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static NotifierMetrics.Levels Levels(StoreSession session)
    {
        var backlog = CardTable.Backlog(session);
        var active = ThreadTable.CountOpen(session);
        return new NotifierMetrics.Levels(
            Words.All.ToDictionary(
                severity => severity,
                severity => ((long)backlog.Where(level => level.Severity == severity).Sum(level => level.Events), active.Where(level => level.Severity == severity).Sum(level => level.Count))),
            backlog.Count == 0 ? null : backlog.Min(level => level.Oldest),
            Facts.Get<HeartbeatFacts>(session, Facts.Heartbeat)?.LastSeen);
    }

    private void EndFailures(StoreSession session)
    {
        var now = clock.GetUtcNow();
        foreach (var thread in ThreadTable.Open(session))
        {
            if (thread.Doc.Failures is { Type: not FailureType.ModelLoadFailed } && now - thread.ChangedAt >= options.Value.FailureGap)
                FailureIntake.Close(session, thread, now);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The notifier's store cannot be read or written.")]
    private partial void LogStore(Exception exception);
}
