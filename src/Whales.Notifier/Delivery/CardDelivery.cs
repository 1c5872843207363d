using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Delivery;

/// <summary>What the dispatcher must know of a delivery that did not succeed.</summary>
/// <param name="Failure">Null: done, whatever "done" was.</param>
/// <param name="Where">The chat id that was tried.</param>
internal sealed record Delivered(TelegramFailure? Failure, long Where);

/// <summary>
/// Makes one card stand in its chat as it should: sends it, or edits it. The message's id is stored at once; a crash between Telegram's
/// yes and the store's is the one case in which a message comes twice.
/// </summary>
internal sealed partial class CardDelivery(
    NotifierStore store, INotificationChannel channel, MessageRenderer renderer, Expiry expiry, Replies replies, NotifierMetrics metrics, TimeProvider clock, ILogger<CardDelivery> log)
{
    public async Task<Delivered> DeliverAsync(Card card, ChatState chat, ChatState target, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (expiry.IsExpired(card, now))
        {
            await store.RunAsync(session => expiry.Drop(session, card, chat));
            metrics.Delivered(Words.Dropped, card.WaitingEvents);
            LogExpired(card.Id, Words.Of(card.Severity), chat.Chat.Name);
            return new Delivered(null, target.Id);
        }

        // The card as it is beside these threads: what is told now is counted now, also what came since the card was chosen.
        (card, var threads, var parent) = await store.RunAsync(session =>
        {
            var current = CardTable.Find(session, card.Id) ?? card;
            return (current, ThreadTable.OfCard(session, current.Id), current.Parent is { } id ? CardTable.Find(session, id) : null);
        });
        var notice = Composer.Compose(card, threads);
        if (notice is null)
            return await FinishAsync(card, target.Id, Words.Suppressed, saved => saved);
        var dropped = chat.Facts.Dropped;
        var rendered = renderer.Render(notice with { OlderDropped = dropped }, chat.Chat.Reader);

        // It is edited where it stands: in the chat, or in the one that stood in for it.
        var edits = card.MessageId is not null && (card.SentChat == chat.Id || card.SentChat == target.Id);
        var where = edits ? card.SentChat!.Value : target.Id;
        var fingerprint = rendered.Parts[0].Html + string.Concat(rendered.Keyboard.SelectMany(row => row).Select(button => $"\n[{button.Text}|{button.CallbackData}]"));
        if (edits && card.SentText == fingerprint)
            return await FinishAsync(card, where, Words.Suppressed, saved => saved, threads);

        var answer = edits
            ? await channel.EditAsync(card.MessageId!.Value, Message(rendered, 0, null), cancellationToken)
            : await SendAllAsync();
        if (answer.Ok)
        {
            metrics.Reached(now - card.WaitingSince, clock.GetUtcNow());
            LogDelivered(card.Id, chat.Chat.Name, answer.Value, edits ? Words.Edited : Words.Sent, card.Version);
            var outcome = edits ? Words.Edited : card.Parent is null ? Words.Sent : Words.Replied;
            return await FinishAsync(
                card, where, outcome,
                saved => saved with { MessageId = answer.Value, SentChat = where, SentAt = clock.GetUtcNow(), SentText = fingerprint }, threads,
                session =>
                {
                    if (edits && card is { Kind: CardKind.Alerts, State.Flapping: null })
                        replies.Tell(session, card, threads);
                    if (dropped > 0)
                        chat.Change(session, facts => facts with { Dropped = Math.Max(0, facts.Dropped - dropped) });
                });
        }

        switch (answer.Failure!.Reason)
        {
            case FailureReason.MessageGone when edits:
                // Somebody deleted it: it is news again.
                await store.RunAsync(session => CardTable.Update(session, CardTable.Find(session, card.Id)! with { MessageId = null, SentText = null }));
                return new Delivered(null, where);
            case FailureReason.Rejected or FailureReason.BadMarkup or FailureReason.NotModified or FailureReason.MessageGone:
                LogGivenUp(card.Id, chat.Chat.Name, answer.Failure.Description);
                return await FinishAsync(card, where, Words.Failed, saved => saved, threads);
            default:
                return new Delivered(answer.Failure, where);
        }

        OutgoingMessage Message(RenderedMessage message, int part, long? replyTo) => new(
            where,
            where == target.Id ? target.Topic : null,
            message.Parts[part],
            part == message.Parts.Count - 1 ? message.Keyboard : [],
            replyTo,
            message.Silent || part > 0 || (card.Severity != Severity.Critical && chat.IsSilenced(now)));

        async Task<TelegramAnswer<long>> SendAllAsync()
        {
            var replyTo = parent?.SentChat == where ? parent.MessageId : null;
            var first = await channel.SendAsync(Message(rendered, 0, replyTo), cancellationToken);
            // Notices have one part; should one have more, those after the first are extra and not waited for again.
            for (var part = 1; first.Ok && part < rendered.Parts.Count; part++)
                await channel.SendAsync(Message(rendered, part, first.Value), cancellationToken);
            return first;
        }
    }

    /// <summary>Notes what stands in the chat now; what came meanwhile stays to be told.</summary>
    private async Task<Delivered> FinishAsync(
        Card card, long where, string outcome, Func<Card, Card> change, IReadOnlyList<CardThread>? threads = null, Action<StoreSession>? also = null)
    {
        await store.RunAsync(session =>
        {
            var now = clock.GetUtcNow();
            // It may have grown while it was on its way.
            if (CardTable.Find(session, card.Id) is not { } current)
                return;
            CardTable.Update(session, change(current) with
            {
                Delivered = card.Version,
                WaitingEvents = current.WaitingEvents - card.WaitingEvents,
                WaitingSince = current.Version > card.Version ? now : current.WaitingSince,
            });
            foreach (var shown in threads ?? [])
            {
                if (shown.Doc.Group is not null && ThreadTable.Find(session, shown.Id) is { } thread)
                    ThreadTable.Update(session, thread with { Doc = thread.Doc with { Shown = shown.Doc.Group } });
            }

            also?.Invoke(session);
        });
        if (card.WaitingEvents > 0)
        {
            metrics.Delivered(outcome);
            if (card.WaitingEvents > 1)
                metrics.Delivered(outcome is Words.Failed or Words.Suppressed ? outcome : Words.Coalesced, card.WaitingEvents - 1);
        }

        return new Delivered(null, where);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Card {Card} stands in chat {Chat} as message {Message} ({Outcome}, version {Version}).")]
    private partial void LogDelivered(long card, string chat, long message, string outcome, long version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Card {Card} ({Severity}) for chat {Chat} could not be sent in time and is dropped; the next message says so.")]
    private partial void LogExpired(long card, string severity, string chat);

    [LoggerMessage(Level = LogLevel.Error, Message = "Telegram refuses card {Card} for chat {Chat} for good: {Description}")]
    private partial void LogGivenUp(long card, string chat, string description);
}

/// <summary>Messages that nobody needs any more when Telegram comes back. Critical ones never expire.</summary>
internal sealed class Expiry(IOptions<NotifierOptions> options, TimeProvider clock)
{
    public bool IsExpired(Card card, DateTimeOffset now) => card.MessageId is null && card.Severity switch
    {
        Severity.Critical => false,
        Severity.Warning => now - card.WaitingSince > options.Value.WarningExpiry,
        _ => now - card.WaitingSince > options.Value.InfoExpiry,
    };

    /// <summary>Forgets its threads too: should they fire on, the next word of them is news.</summary>
    public void Drop(StoreSession session, Card card, ChatState chat)
    {
        var now = clock.GetUtcNow();
        foreach (var thread in ThreadTable.OfCard(session, card.Id).Where(thread => thread.ClosedAt is null))
            ThreadTable.Update(session, thread with { ClosedAt = now });
        if (CardTable.Find(session, card.Id) is { } current)
            CardTable.Update(session, current with { Delivered = current.Version, WaitingEvents = 0, ClosedAt = now });
        chat.Change(session, facts => facts with { Dropped = facts.Dropped + 1 });
    }
}
