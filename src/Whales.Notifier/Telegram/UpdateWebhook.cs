using Microsoft.Extensions.Options;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Telegram;

/// <summary>Tells Telegram where to post updates, looks from time to time whether it still does, and says what it complains of.</summary>
internal sealed partial class UpdateWebhook(TelegramClient client, NotifierStore store, IOptions<TelegramOptions> options, ILogger<UpdateWebhook> log)
{
    private bool _set;
    private long _complaint;

    /// <returns>Why Telegram does not post; null when it does.</returns>
    public async Task<TelegramFailure?> KeepAsync(Uri url, CancellationToken cancellationToken)
    {
        if (_set)
        {
            var info = await client.GetWebhookInfoAsync(cancellationToken);
            if (!info.Ok)
                return info.Failure;
            Complain(info.Value!);
            if (info.Value!.Url == url.AbsoluteUri)
                return null;
            LogChanged();
        }

        // The secret may be another one since the last start.
        if ((await client.SetWebhookAsync(url, options.Value.WebhookSecret!, cancellationToken)).Failure is { } failure)
        {
            LogRefused(failure.Description);
            return failure;
        }

        _set = true;
        // Whoever polls again later begins with what there is then: numbers of updates may start anew.
        await store.RunAsync(session => Facts.Set(session, Facts.UpdatesOffset, new UpdateOffset(0)));
        LogSet(url);
        return null;
    }

    private void Complain(WebhookInfo info)
    {
        if (info is not { LastErrorDate: { } at, PendingUpdateCount: > 0 } || at == _complaint)
            return;
        _complaint = at;
        LogComplaint(info.LastErrorMessage ?? "", DateTimeOffset.FromUnixTimeSeconds(at), info.PendingUpdateCount);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Telegram posts what people press and write to {Url}.")]
    private partial void LogSet(Uri url);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Somebody gave Telegram another address for this bot's updates, or removed ours; it is set again.")]
    private partial void LogChanged();

    [LoggerMessage(Level = LogLevel.Error, Message = "Telegram does not take Telegram:WebhookUrl, so buttons and commands are not heard: {Description}")]
    private partial void LogRefused(string description);

    [LoggerMessage(Level = LogLevel.Error, Message = "Telegram could not post to Telegram:WebhookUrl at {At:u} ({Description}); {Waiting} buttons and commands wait there.")]
    private partial void LogComplaint(string description, DateTimeOffset at, int waiting);
}
