using Whales.Notifier.Storage;

namespace Whales.Notifier.Telegram;

/// <summary>Asks Telegram for updates and waits. The offset is stored after an update was handled.</summary>
internal sealed partial class UpdatePolling(TelegramClient client, UpdateHandler updates, NotifierStore store, TimeProvider clock, ILogger<UpdatePolling> log)
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);

    /// <returns>Why Telegram was not heard; null when it was.</returns>
    public async Task<TelegramFailure?> PollAsync(CancellationToken stoppingToken)
    {
        var offset = await store.RunAsync(session => Facts.Get<UpdateOffset>(session, Facts.UpdatesOffset)?.Next ?? 0);
        var asked = clock.GetTimestamp();
        var answer = await client.GetUpdatesAsync(offset, stoppingToken);
        if (answer.Failure is { } failure)
            return failure.Reason == FailureReason.Conflict ? await ResolveAsync(failure, stoppingToken) : failure;

        // Some servers of the Bot API do not hold their answer back.
        if (answer.Value!.Count == 0 && clock.GetElapsedTime(asked) < ShortPause)
            await Task.Delay(ShortPause, clock, stoppingToken);
        foreach (var update in answer.Value)
        {
            await updates.HandleAsync(update, stoppingToken);
            await store.RunAsync(session => Facts.Set(session, Facts.UpdatesOffset, new UpdateOffset(update.Id + 1)));
        }

        return null;
    }

    /// <summary>Telegram gives to a poller nothing while it has an address to post to: one of ours, from before the settings changed.</summary>
    private async Task<TelegramFailure?> ResolveAsync(TelegramFailure conflict, CancellationToken stoppingToken)
    {
        if (!conflict.Description.Contains("webhook", StringComparison.OrdinalIgnoreCase))
        {
            LogConflict(conflict.Description);
            return conflict;
        }

        LogWebhook();
        return (await client.DeleteWebhookAsync(stoppingToken)).Failure;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Somebody else polls with this bot's token, so buttons and commands do not reach this notifier: {Description}")]
    private partial void LogConflict(string description);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Telegram posts this bot's updates to an address, but Telegram:WebhookUrl is not set: the address is removed, and this notifier polls.")]
    private partial void LogWebhook();
}

/// <summary>What to ask getUpdates for next; 0: whatever there is.</summary>
internal sealed record UpdateOffset(long Next);
