using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Intake;

/// <summary>
/// Which message something new goes into: one that waits to be sent anyway, the digest of a storm, or a new one. For use inside a
/// transaction of the store.
/// </summary>
internal sealed class Cards(IOptions<NotifierOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan StormMinute = TimeSpan.FromMinutes(1);

    private readonly NotifierOptions _options = options.Value;

    /// <summary>The card for a new thread; it has an event to tell.</summary>
    public Card ForNew(StoreSession session, string chat, CardKind kind, Severity severity)
    {
        var now = clock.GetUtcNow();
        // Also what piles up while Telegram is away: nobody wants an hour of it one by one.
        if (ThreadTable.CountBegun(session, chat, now - StormMinute) >= _options.StormThreshold || CardTable.CountUnsent(session, chat) >= _options.StormThreshold)
        {
            var digest = CardTable.FindGrowing(session, chat, CardKind.Digest, now - StormMinute) ?? CardTable.FindUnsentDigest(session, chat);
            return digest is null ? Insert(session, chat, CardKind.Digest, severity, now) : Grow(session, digest, severity, now);
        }

        // Failures are counted one kind a message; groups that come together are told together.
        if (kind == CardKind.Alerts && CardTable.FindGrowing(session, chat, CardKind.Alerts, now - Longest()) is { MessageId: null, ClosedAt: null, Parent: null, SentAt: null } waiting
            && waiting.DueAt > now)
            return Grow(session, waiting, severity, now);
        return Insert(session, chat, kind, severity, now);
    }

    /// <summary>A message of its own, told once.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="chat">Name of the chat.</param>
    /// <param name="notice">What to say.</param>
    /// <param name="severity">Its place in the queue.</param>
    /// <param name="parent">The card that it answers.</param>
    /// <param name="events">Events that end with it: 0 when another card tells them too.</param>
    public Card ForNotice(StoreSession session, string chat, Notice notice, Severity severity, Card? parent = null, int events = 0)
    {
        var now = clock.GetUtcNow();
        return CardTable.Insert(session, New(chat, CardKind.Notice, severity, now) with
        {
            Notice = notice,
            Parent = parent?.Id,
            ClosedAt = now,
            // The message that it answers is put right first.
            DueAt = parent is { IsPending: true } && parent.DueAt > now ? parent.DueAt : now,
            WaitingEvents = events,
        });
    }

    /// <summary>The card says something else now; closed when nothing of it goes on.</summary>
    public Card Changed(StoreSession session, Card card, Severity severity)
    {
        var now = clock.GetUtcNow();
        var due = now + Window(severity);
        if (card.Kind != CardKind.Alerts)
            due = AfterLastEdit(card, due, now);
        if (card.State.Flapping?.MutedUntil is { } muted && muted > due)
            due = muted;
        var changed = card.Changed(now, due) with
        {
            ClosedAt = ThreadTable.CountOpenOfCard(session, card.Id) == 0 ? now : null,
            Severity = Worse(card.Severity, severity),
        };
        CardTable.Update(session, changed);
        return changed;
    }

    public static Severity Worse(Severity one, Severity other) => one < other ? one : other;

    private Card Insert(StoreSession session, string chat, CardKind kind, Severity severity, DateTimeOffset now) =>
        CardTable.Insert(session, New(chat, kind, severity, now) with
        {
            DueAt = now + Window(severity),
            ButtonId = kind == CardKind.Alerts ? ButtonIds.New() : null,
        });

    private DateTimeOffset AfterLastEdit(Card card, DateTimeOffset due, DateTimeOffset now)
    {
        if (card.SentAt is not { } sent)
            return due;
        // A clock that was set back makes it a time to come.
        var earliest = (sent < now ? sent : now) + _options.EditInterval;
        return earliest > due ? earliest : due;
    }

    private Card Grow(StoreSession session, Card card, Severity severity, DateTimeOffset now)
    {
        var due = AfterLastEdit(card, now + Window(severity), now);
        var grown = card.Changed(now, due) with
        {
            GrownAt = now,
            ClosedAt = null,
            Severity = Worse(card.Severity, severity),
            // A critical group must not wait for the others' window, nor the first for ever for the next.
            DueAt = card.IsPending && card.DueAt < due ? card.DueAt : due,
        };
        CardTable.Update(session, grown);
        return grown;
    }

    private static Card New(string chat, CardKind kind, Severity severity, DateTimeOffset now) => new()
    {
        Chat = chat,
        Kind = kind,
        Severity = severity,
        DueAt = now,
        WaitingSince = now,
        CreatedAt = now,
        GrownAt = now,
    };

    private TimeSpan Window(Severity severity) => severity == Severity.Critical ? _options.CoalesceCritical : _options.Coalesce;

    private TimeSpan Longest() => _options.Coalesce > _options.CoalesceCritical ? _options.Coalesce : _options.CoalesceCritical;
}
