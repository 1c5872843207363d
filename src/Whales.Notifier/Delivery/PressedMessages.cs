using Whales.Notifier.Commands;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Delivery;

/// <summary>What people did with a message's buttons, noted in its card, which is then edited to say so.</summary>
internal sealed class PressedMessages(NotifierStore store, ChatBook chats, Wakeup wakeup, TimeProvider clock) : IPressedMessages
{
    public Task<PressedMessage?> FindAsync(string buttonId, CancellationToken cancellation) => store.RunAsync(session =>
        CardTable.FindByButton(session, buttonId) is { SentAt: not null } card
            ? new PressedMessage(
                card.SentChat ?? chats.Find(card.Chat)?.Id ?? 0,
                [.. ThreadTable.OfCard(session, card.Id).Select(thread => thread.Doc.Group).OfType<Alerts.AlertmanagerPayload>()],
                card.State,
                card.SentAt.Value)
            : null);

    public Task NoteSilenceAsync(string buttonId, SilenceNote? silence, CancellationToken cancellation) =>
        ChangeAsync(buttonId, state => state with { Silence = silence });

    /// <summary>Of an alert that is told in two chats because nobody took it, both messages say that somebody did.</summary>
    public Task NoteAcknowledgedAsync(string buttonId, Acknowledgement acknowledged, CancellationToken cancellation) =>
        ChangeAsync(buttonId, state => state with { Acknowledged = acknowledged }, Escalated);

    private async Task ChangeAsync(string buttonId, Func<AlertState, AlertState> change, Func<StoreSession, Card, IEnumerable<Card>>? others = null)
    {
        await store.RunAsync(session =>
        {
            if (CardTable.FindByButton(session, buttonId) is not { } card)
                return;
            var now = clock.GetUtcNow();
            foreach (var changed in others?.Invoke(session, card).Prepend(card).ToList() ?? [card])
            {
                CardTable.Update(session, changed with
                {
                    State = change(changed.State),
                    Version = changed.Version + 1,
                    DueAt = now,
                    WaitingSince = changed.IsPending ? changed.WaitingSince : now,
                });
            }
        });
        wakeup.Signal();
    }

    private static IEnumerable<Card> Escalated(StoreSession session, Card card) =>
        from thread in ThreadTable.OfCard(session, card.Id)
        from other in ThreadTable.OpenOfKey(session, thread.Key)
        where other.Card != card.Id && (other.Doc.Escalation?.Chat == thread.Chat || thread.Doc.Escalation?.Chat == other.Chat)
        group other by other.Card into message
        let found = CardTable.Find(session, message.Key)
        where found is { State.Acknowledged: null }
        select found;
}

/// <summary>Chats that asked for quiet.</summary>
internal sealed class Mutes(NotifierStore store, ChatBook chats) : IMutes
{
    public Task<DateTimeOffset?> MutedUntilAsync(long chatId, CancellationToken cancellation) =>
        Task.FromResult(chats.All.Where(chat => chat.Id == chatId).Max(chat => chat.Facts.MutedUntil));

    public Task MuteAsync(long chatId, DateTimeOffset? until, CancellationToken cancellation) => store.RunAsync(session =>
    {
        // Topics of one group are several chats of ours.
        foreach (var chat in chats.All.Where(chat => chat.Id == chatId))
            chat.Change(session, facts => facts with { MutedUntil = until });
    });
}
