using Microsoft.Extensions.Options;
using Whales.Notifier.Commands;
using Whales.Notifier.Delivery;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;

namespace Whales.Notifier.Telegram;

/// <summary>
/// Sees to it, in the one process that leads, that buttons and commands are heard: by long polling (Telegram gives updates to one poller
/// only), or by telling Telegram where it may post them (<see cref="UpdateEndpoint"/>).
/// </summary>
internal sealed partial class UpdateListener(
    TelegramClient client, BotToken token, BotStatus bot, UpdatePolling polling, UpdateWebhook webhook, Wording wording, Leadership leadership, IOptions<TelegramOptions> options, TimeProvider clock,
    ILogger<UpdateListener> log) : BackgroundService
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!token.IsSet || !options.Value.Updates)
            return;
        var announced = false;
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            await leadership.AcquireAsync(stoppingToken);
            var pause = ShortPause;
            var failed = true;
            try
            {
                if (bot.WrongToken is null)
                    (failed, pause) = await ListenAsync(stoppingToken);
                if (!failed && !announced)
                {
                    announced = true;
                    await AnnounceAsync(stoppingToken);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }

            failures = failed ? Math.Min(failures + 1, 30) : 0;
            if (failed)
                pause = TimeSpan.FromTicks(Math.Min(LongPause.Ticks, pause.Ticks << Math.Min(failures - 1, 5)));
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, clock, stoppingToken);
        }
    }

    /// <returns>Whether it failed, and how long to leave Telegram alone.</returns>
    private async Task<(bool Failed, TimeSpan Pause)> ListenAsync(CancellationToken stoppingToken)
    {
        var failure = options.Value.WebhookUrl is { } url ? await webhook.KeepAsync(url, stoppingToken) : await polling.PollAsync(stoppingToken);
        return failure?.Reason switch
        {
            null => (false, options.Value.WebhookUrl is null ? TimeSpan.Zero : options.Value.ProbeInterval),
            FailureReason.Conflict => (true, LongPause),
            FailureReason.RateLimited => (true, failure.RetryAfter!.Value),
            _ => (true, ShortPause),
        };
    }

    /// <summary>The list of commands is a comfort: without it they work all the same.</summary>
    private async Task AnnounceAsync(CancellationToken stoppingToken)
    {
        foreach (var (language, code) in ((Language, string?)[])[(Language.English, null), (Language.Russian, "ru")])
        {
            if ((await client.SetMyCommandsAsync(BotCommands.In(wording.Commands(language)), code, stoppingToken)).Failure is { } failure)
                LogAnnounce(failure.Description);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Buttons and commands could not be heard.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Telegram did not take the list of commands: {Description}")]
    private partial void LogAnnounce(string description);
}
