using Whales.Notifier.Commands;
using Whales.Notifier.Delivery;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Telegram;

/// <summary>
/// Hears what people press and write, by long polling, in the one process that leads (Telegram gives updates to one poller only). The
/// offset is stored after an update was handled: what a crash interrupts is handled again.
/// </summary>
internal sealed partial class UpdatePoller(
    TelegramClient client, BotToken token, BotStatus bot, INotificationChannel channel, CommandHandler commands, Wording wording, NotifierStore store, SendLimits limits, Leadership leadership,
    TimeProvider clock, ILogger<UpdatePoller> log) : BackgroundService
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestHandling = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!token.IsSet)
            return;
        await leadership.AcquireAsync(stoppingToken);
        var announced = false;
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = TimeSpan.Zero;
            try
            {
                pause = await PollAsync(stoppingToken);
                if (pause == TimeSpan.Zero && !announced)
                {
                    announced = true;
                    await AnnounceAsync(stoppingToken);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
                pause = ShortPause;
            }

            failures = pause == TimeSpan.Zero ? 0 : Math.Min(failures + 1, 30);
            if (pause > TimeSpan.Zero)
                await Task.Delay(TimeSpan.FromTicks(Math.Min(LongPause.Ticks, pause.Ticks << Math.Min(failures - 1, 5))), clock, stoppingToken);
        }
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

    /// <returns>How long to leave Telegram alone.</returns>
    private async Task<TimeSpan> PollAsync(CancellationToken stoppingToken)
    {
        if (bot.WrongToken is not null)
            return ShortPause;
        var offset = await store.RunAsync(session => Facts.Get<Offset>(session, Facts.UpdatesOffset)?.Next ?? 0);
        var asked = clock.GetTimestamp();
        var answer = await client.GetUpdatesAsync(offset, stoppingToken);
        if (answer.Failure is { } failure)
        {
            if (failure.Reason == FailureReason.Conflict)
                LogConflict(failure.Description);
            return failure.Reason switch
            {
                FailureReason.Conflict => LongPause,
                FailureReason.RateLimited => failure.RetryAfter!.Value,
                _ => ShortPause,
            };
        }

        // Some servers of the Bot API do not hold their answer back.
        if (answer.Value!.Count == 0 && clock.GetElapsedTime(asked) < ShortPause)
            await Task.Delay(ShortPause, clock, stoppingToken);
        foreach (var update in answer.Value)
        {
            await HandleAsync(update, stoppingToken);
            await store.RunAsync(session => Facts.Set(session, Facts.UpdatesOffset, new Offset(update.Id + 1)));
        }

        return TimeSpan.Zero;
    }

    private async Task HandleAsync(RawUpdate update, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(LongestHandling);
        try
        {
            if (UpdateReader.Read(update.Update) is not { } incoming)
                return;
            foreach (var reply in await commands.HandleAsync(incoming, limit.Token))
                await ReplyAsync(reply, limit.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            // One update that cannot be handled must not come for ever.
            LogUpdate(exception, update.Id);
        }
    }

    private async Task ReplyAsync(Reply reply, CancellationToken cancellationToken)
    {
        if (reply is PressAnswer press)
        {
            await client.AnswerCallbackAsync(press.CallbackId, press.Text, press.Alert, cancellationToken);
            return;
        }

        if (reply is not MessageReply message)
            return;
        var replyTo = message.ReplyTo;
        foreach (var part in message.Message.Parts)
        {
            await WaitForTurnAsync(message.ChatId, cancellationToken);
            var last = ReferenceEquals(part, message.Message.Parts[^1]);
            var sent = await channel.SendAsync(
                new OutgoingMessage(message.ChatId, message.ThreadId, part, last ? message.Message.Keyboard : [], replyTo, message.Message.Silent), cancellationToken);
            lock (limits)
                limits.Ended(message.ChatId, clock.GetUtcNow());
            if (!sent.Ok)
            {
                if (sent.Failure!.RetryAfter is { } wait)
                {
                    lock (limits)
                        limits.Hold(message.ChatId, clock.GetUtcNow() + wait);
                }

                LogReply(sent.Failure.Description);
                return;
            }

            replyTo = sent.Value;
        }
    }

    private async Task WaitForTurnAsync(long chat, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (limits)
                wait = limits.TryTake(chat, clock.GetUtcNow());
            if (wait <= TimeSpan.Zero)
                return;
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    private sealed record Offset(long Next);

    [LoggerMessage(Level = LogLevel.Error, Message = "Buttons and commands could not be heard.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Somebody else polls with this bot's token, so buttons and commands do not reach this notifier: {Description}")]
    private partial void LogConflict(string description);

    [LoggerMessage(Level = LogLevel.Error, Message = "Update {Update} could not be handled and is passed over.")]
    private partial void LogUpdate(Exception exception, long update);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Telegram did not take the list of commands: {Description}")]
    private partial void LogAnnounce(string description);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A reply could not be sent: {Description}")]
    private partial void LogReply(string description);
}
