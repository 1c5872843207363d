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

    public Task NoteAcknowledgedAsync(string buttonId, Acknowledgement acknowledged, CancellationToken cancellation) =>
        ChangeAsync(buttonId, state => state with { Acknowledged = acknowledged });

    private async Task ChangeAsync(string buttonId, Func<AlertState, AlertState> change)
    {
        await store.RunAsync(session =>
        {
            if (CardTable.FindByButton(session, buttonId) is not { } card)
                return;
            var now = clock.GetUtcNow();
            CardTable.Update(session, card with
            {
                State = change(card.State),
                Version = card.Version + 1,
                DueAt = now,
                WaitingSince = card.IsPending ? card.WaitingSince : now,
            });
        });
        wakeup.Signal();
    }
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
