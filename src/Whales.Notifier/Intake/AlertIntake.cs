using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using Whales.Notifier.Reconciliation;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Intake;

/// <summary>What became of a webhook's body.</summary>
internal enum Taken
{
    Accepted,
    Duplicate,
    Overloaded,
}

/// <summary>
/// Takes what Alertmanager says into the store: for each chat of the route, the state that its messages should show. When the task has
/// completed it is durable, and delivering it is the dispatcher's.
/// </summary>
internal sealed class AlertIntake(
    NotifierStore store, ChatBook chats, Cards cards, Wakeup wakeup, NotifierMetrics metrics, IOptions<NotifierOptions> options, TimeProvider clock)
{
    private readonly NotifierOptions _options = options.Value;

    public async Task<Taken> AcceptAsync(string route, AlertmanagerPayload payload)
    {
        var targets = chats.Of(route);
        var kept = Limited(payload);
        var key = KeyOf(route, payload);
        var severity = Severities.Of(payload);
        var (result, outcomes) = await store.RunAsync(session => Take(session, kept, key, severity, targets));
        if (result != Taken.Overloaded)
        {
            foreach (var outcome in outcomes)
            {
                metrics.EventCame(Words.Source.Alertmanager, severity);
                if (outcome is not null)
                    metrics.Delivered(outcome);
            }
        }

        if (result == Taken.Accepted)
            wakeup.Signal();
        return result;
    }

    /// <summary>Alerts that are over although no webhook told it: their messages say so, as after one.</summary>
    /// <param name="over">Fingerprints, with when they ended as far as anybody knows.</param>
    /// <returns>How many of them a message showed as firing.</returns>
    public async Task<int> EndAsync(IReadOnlyDictionary<string, DateTimeOffset> over)
    {
        var ended = await store.RunAsync(session => ThreadTable.Open(session).Where(thread => thread.Doc.Group is not null).Select(thread => End(session, thread, over)).OfType<Ended>().ToList());
        foreach (var (severity, outcome, _) in ended)
        {
            metrics.EventCame(Words.Source.Alertmanager, severity);
            if (outcome is not null)
                metrics.Delivered(outcome);
        }

        wakeup.Signal();
        return ended.SelectMany(thread => thread.Fingerprints).Distinct(StringComparer.Ordinal).Count();
    }

    /// <summary>Alerts that fire although no webhook told it: the chat is told of those that it still knows nothing of.</summary>
    /// <returns>How many.</returns>
    public async Task<int> AcceptUntoldAsync(string chat, AlertmanagerPayload payload)
    {
        var severity = Severities.Of(payload);
        var (told, outcome) = await store.RunAsync(session =>
        {
            var untold = ReconciledThreads.Untold(session, chat, payload.Alerts);
            if (untold.Count == 0 || CardTable.CountPending(session) >= _options.MaxBacklog)
                return (0, (string?)null);
            var known = ThreadTable.FindOpen(session, chat, payload.GroupKey)?.Doc.Group!.Alerts ?? [];
            return (untold.Count, Apply(session, chat, Limited(payload with { Alerts = [.. known, .. untold] }), severity));
        });
        if (told == 0)
            return 0;
        metrics.EventCame(Words.Source.Alertmanager, severity);
        if (outcome is not null)
            metrics.Delivered(outcome);
        wakeup.Signal();
        return told;
    }

    /// <summary>Equal for what the two Alertmanagers of a pair send, whichever of them and in whichever order of alerts.</summary>
    internal static string KeyOf(string route, AlertmanagerPayload payload)
    {
        var text = new StringBuilder().Append(route).Append('\n').Append(payload.GroupKey).Append('\n').Append(payload.Status).Append('\n');
        foreach (var alert in payload.Alerts.Select(Identity).Order(StringComparer.Ordinal))
            text.Append(alert).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string Identity(Alert alert) => string.Create(CultureInfo.InvariantCulture, $"{alert.Fingerprint} {alert.StartsAt.UtcTicks} {alert.Status}");

    private AlertmanagerPayload Limited(AlertmanagerPayload payload) => payload.Alerts.Count <= _options.MaxAlerts ? payload : payload with
    {
        // Those that fire first: what is left out is only counted.
        Alerts = [.. payload.Alerts.OrderBy(alert => alert.Status).Take(_options.MaxAlerts)],
        TruncatedAlerts = payload.TruncatedAlerts + payload.Alerts.Count - _options.MaxAlerts,
    };

    private (Taken Result, List<string?> Outcomes) Take(StoreSession session, AlertmanagerPayload payload, string key, Severity severity, IReadOnlyList<ChatState> targets)
    {
        var now = clock.GetUtcNow();
        if (CardTable.CountPending(session) >= _options.MaxBacklog)
            return (Taken.Overloaded, []);
        session.Execute("delete from seen where at < $1", now - _options.DuplicateWindow);
        if (session.Execute("insert into seen (key, at) values ($1, $2) on conflict do nothing", key, now) == 0)
            return (Taken.Duplicate, [.. targets.Select(_ => Words.Deduplicated)]);
        // Also a second chat that was told because nobody in the first one took it.
        var told = targets.Select(chat => chat.Chat.Name).Union(ThreadTable.OpenOfKey(session, payload.GroupKey).Where(thread => thread.Doc.Escalation is not null).Select(thread => thread.Chat));
        return (Taken.Accepted, [.. told.Select(chat => Apply(session, chat, payload, severity))]);
    }

    /// <returns>What became of the event, when that is decided; null when it waits for its message.</returns>
    private string? Apply(StoreSession session, string chat, AlertmanagerPayload payload, Severity severity)
    {
        if (ThreadTable.FindOpen(session, chat, payload.GroupKey) is { } open)
            return Continue(session, open, payload, severity);
        if (ReconciledThreads.Adopt(session, chat, payload) is { } adopted)
            return Continue(session, adopted, payload, severity, isNew: true);
        // Nobody was told of its beginning, or it is long forgotten.
        if (payload.Status == AlertStatus.Resolved)
            return Words.Suppressed;
        if (ThreadTable.FindLast(session, chat, payload.GroupKey) is { } last && Firings(last) is { Count: >= 3 } firings && CardTable.Find(session, last.Card) is { } old)
            return Flap(session, old, last, payload, severity, firings);

        var card = cards.ForNew(session, chat, CardKind.Alerts, severity);
        var before = ThreadTable.FindLast(session, chat, payload.GroupKey);
        var now = clock.GetUtcNow();
        ThreadTable.Insert(session, new CardThread
        {
            Chat = chat,
            Key = payload.GroupKey,
            Card = card.Id,
            Severity = severity,
            OpenedAt = now,
            ChangedAt = now,
            Doc = new ThreadDoc { Group = payload, Firings = before is null ? [now] : Firings(before) },
        });
        return null;
    }

    private Ended? End(StoreSession session, CardThread thread, IReadOnlyDictionary<string, DateTimeOffset> over)
    {
        var group = thread.Doc.Group!;
        var ended = group.Alerts.Where(alert => alert.Status == AlertStatus.Firing && over.ContainsKey(alert.Fingerprint)).Select(alert => alert.Fingerprint).ToList();
        if (ended.Count == 0)
            return null;
        var alerts = group.Alerts.Select(alert => ended.Contains(alert.Fingerprint) ? alert with { Status = AlertStatus.Resolved, EndsAt = over[alert.Fingerprint] } : alert).ToList();
        var changed = group with { Alerts = alerts, Status = alerts.Any(alert => alert.Status == AlertStatus.Firing) ? AlertStatus.Firing : AlertStatus.Resolved };
        var severity = Severities.Of(changed);
        return new Ended(severity, Continue(session, thread, changed, severity), ended);
    }

    private string? Continue(StoreSession session, CardThread thread, AlertmanagerPayload payload, Severity severity, bool isNew = false)
    {
        var card = CardTable.Find(session, thread.Card)!;
        var now = clock.GetUtcNow();
        var before = thread.Doc.Group!;
        var repeated = before.Status == payload.Status && before.Alerts.Select(Identity).ToHashSet().SetEquals(payload.Alerts.Select(Identity));
        var over = payload.Status == AlertStatus.Resolved;
        ThreadTable.Update(session, thread with
        {
            Severity = over ? thread.Severity : severity,
            ChangedAt = now,
            ClosedAt = over ? now : null,
            Doc = thread.Doc with { Group = payload },
        });
        if (repeated)
            return isNew ? Words.Suppressed : Repeat(session, card, payload, severity);

        cards.Changed(session, card, over ? thread.Severity : severity);
        return null;
    }

    private string? Repeat(StoreSession session, Card card, AlertmanagerPayload payload, Severity severity)
    {
        var quiet = card.State.Acknowledged is not null || card.State.Silence?.Until > clock.GetUtcNow() || card.Kind == CardKind.Digest;
        if (quiet || card.MessageId is null || payload.Status == AlertStatus.Resolved)
            return Words.Suppressed;
        cards.ForNotice(
            session, card.Chat, new AlertReply { Group = payload, Kind = AlertReplyKind.StillFiring, State = card.State, ButtonId = card.ButtonId }, severity, card, events: 1);
        return null;
    }

    /// <summary>It goes on and off: its old message says so, and for a while nothing more.</summary>
    private string? Flap(StoreSession session, Card card, CardThread thread, AlertmanagerPayload payload, Severity severity, List<DateTimeOffset> firings)
    {
        var now = clock.GetUtcNow();
        ThreadTable.Update(session, thread with { Severity = severity, ChangedAt = now, ClosedAt = null, Doc = thread.Doc with { Group = payload, Firings = firings } });
        var known = card.State.Flapping;
        var first = known?.MutedUntil is not { } until || until <= now;
        var flapping = new Flapping(firings.Count, now - firings[0], first ? null : known!.MutedUntil);
        var changed = cards.Changed(session, card with { State = card.State with { Flapping = flapping } }, severity);
        if (first)
            CardTable.Update(session, changed with { State = changed.State with { Flapping = flapping with { MutedUntil = now + _options.FlappingMute } } });
        return null;
    }

    private List<DateTimeOffset> Firings(CardThread last)
    {
        var now = clock.GetUtcNow();
        return [.. last.Doc.Firings.Where(at => at > now - _options.FlappingWithin), now];
    }

    /// <summary>What became of a thread some of whose alerts are over.</summary>
    private sealed record Ended(Severity Severity, string? Outcome, IReadOnlyList<string> Fingerprints);
}
