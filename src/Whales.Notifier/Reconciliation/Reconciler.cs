using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Delivery;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Silences;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Reconciliation;

/// <summary>
/// Puts right what no webhook will: ends that came while this notifier, its store or Alertmanager was away, and alerts that fire and that
/// no chat was told of. An Alertmanager that has just started knows of nothing yet, and is not believed.
/// </summary>
internal sealed partial class Reconciler(
    NotifierStore store, ChatBook chats, AlertIntake intake, AlertmanagerClient alertmanager, Leadership leadership, NotifierMetrics metrics, IOptions<ReconciliationOptions> options,
    IOptions<AlertmanagerOptions> where, IOptions<MessageOptions> messages, TimeProvider clock, ILogger<Reconciler> log) : BackgroundService
{
    private readonly Sightings _sightings = new(options.Value.Settle);
    private bool _away;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (where.Value.Url is null)
            return;
        using var timer = new PeriodicTimer(options.Value.Interval, clock);
        do
        {
            await leadership.AcquireAsync(stoppingToken);
            try
            {
                await LookAsync(stoppingToken);
                _away = false;
            }
            catch (AlertmanagerException failure)
            {
                _sightings.Forget();
                if (!_away)
                    LogAway(failure.Message);
                _away = true;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        var groups = await alertmanager.GroupsAsync(stoppingToken);
        var now = clock.GetUtcNow();
        // Asked second: a restart between the two must be seen.
        if (now - await alertmanager.UpSinceAsync(stoppingToken) < options.Value.Settle)
        {
            _sightings.Forget();
            return;
        }

        var open = await store.RunAsync(ThreadTable.Open);
        await EndAsync(open, groups, now);
        await SendAsync(groups, now);
    }

    private async Task EndAsync(List<CardThread> open, IReadOnlyList<ListedGroup> groups, DateTimeOffset now)
    {
        var shown = open.Where(thread => thread.Doc.Group is not null).SelectMany(thread => thread.Doc.Group!.Alerts).Where(alert => alert.Status == AlertStatus.Firing);
        var listed = groups.SelectMany(group => group.Alerts).Select(alert => alert.Fingerprint).ToHashSet(StringComparer.Ordinal);
        var over = _sightings.Over(shown.Select(alert => alert.Fingerprint), listed, now);
        if (over.Count == 0)
            return;
        var ended = await intake.EndAsync(over);
        if (ended == 0)
            return;
        metrics.Reconciled(Words.Resolved, ended);
        LogEnded(ended);
    }

    private async Task SendAsync(IReadOnlyList<ListedGroup> groups, DateTimeOffset now)
    {
        var address = (messages.Value.AlertmanagerUrl ?? where.Value.Url)!.ToString();
        var ours = groups.Select(group => (Route: ListedGroups.RouteOf(group.Receiver.Name, options.Value), Payload: ListedGroups.Firing(group, now - options.Value.Settle, address)))
            .Where(group => group is { Route: not null, Payload: not null }).Select(group => (Chats: chats.Of(group.Route!), Payload: group.Payload!)).ToList();
        var untold = _sightings.Untold(await store.RunAsync(session => ours.SelectMany(group => group.Chats.SelectMany(chat =>
            ReconciledThreads.Untold(session, chat.Chat.Name, group.Payload.Alerts).Select(alert => (chat.Chat.Name, alert.Fingerprint)))).ToList()));
        foreach (var (targets, payload) in ours)
        {
            foreach (var chat in targets.Select(chat => chat.Chat.Name))
            {
                var missed = payload with { Alerts = [.. payload.Alerts.Where(alert => untold.Contains((chat, alert.Fingerprint)))] };
                if (missed.Alerts.Count == 0 || await intake.AcceptUntoldAsync(chat, missed) is not (> 0 and var sent))
                    continue;
                metrics.Reconciled(Words.Sent, sent);
                LogSent(sent, payload.Receiver, chat);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} alerts that messages showed as firing are over, says Alertmanager's list; no webhook had told it.")]
    private partial void LogEnded(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} alerts of receiver {Receiver} fire that chat {Chat} was never told of; they are told now.")]
    private partial void LogSent(int count, string receiver, string chat);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Alertmanager's list cannot be had, so messages are not compared with it: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Messages could not be compared with Alertmanager's list.")]
    private partial void LogFailed(Exception exception);
}
