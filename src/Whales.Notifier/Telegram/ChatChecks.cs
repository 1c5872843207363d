using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Delivery;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Telegram;

/// <summary>
/// Asks at the start whether the bot's token and every chat are right, and again from time to time what was not. Nothing is sent: getMe,
/// getChat, and "is typing" for a topic.
/// </summary>
internal sealed partial class ChatChecks(
    TelegramClient client, BotToken token, BotStatus bot, ChatBook chats, NotifierStore store, Cards cards, Wakeup wakeup, NotifierMetrics metrics,
    IOptions<TelegramOptions> options, TimeProvider clock, ILogger<ChatChecks> log) : BackgroundService
{
    private static readonly TimeSpan Unreachable = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FileInterval = TimeSpan.FromSeconds(5);

    private volatile string? _reason = "The bot has not been checked yet.";
    private bool _known;

    /// <summary>Why the bot itself cannot be used; null when it can.</summary>
    public string? Reason => token.IsSet ? bot.WrongToken is { } wrong ? $"The token is refused: {wrong}" : _reason : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!token.IsSet)
        {
            LogDryRun();
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            var next = Unreachable;
            try
            {
                next = await CheckAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The store, most likely; the host must not end for it.
                LogNotChecked(exception);
            }

            await PauseAsync(next, stoppingToken);
        }
    }

    /// <returns>When to look again.</returns>
    private async Task<TimeSpan> CheckAsync(CancellationToken cancellationToken)
    {
        if (!_known || bot.WrongToken is not null)
        {
            var me = await client.GetMeAsync(cancellationToken);
            if (!me.Ok)
                return Refused(me.Failure!);
            _known = true;
            _reason = null;
            bot.WrongToken = null;
            bot.UserName = me.Value?.Username;
            LogBot(bot.UserName ?? "?");
            wakeup.Signal();
        }

        var next = options.Value.ProbeInterval;
        foreach (var chat in chats.All.Where(chat => !chat.Checked || chat.Broken is not null))
        {
            if (await CheckAsync(chat, cancellationToken) is not { } failure)
                continue;
            if (failure.Reason == FailureReason.Unauthorized)
                return Refused(failure);
            if (failure.IsTransient)
                next = Unreachable < next ? Unreachable : next;
        }

        metrics.Configured = bot.WrongToken is null && chats.All.All(chat => chat is { Checked: true, Broken: null });
        return next;
    }

    private TimeSpan Refused(TelegramFailure failure)
    {
        metrics.Configured = false;
        if (failure.Reason == FailureReason.Unauthorized)
        {
            if (bot.WrongToken is null)
                LogRefused(failure.Description);
            bot.WrongToken = failure.Description;
            return options.Value.ProbeInterval;
        }

        _reason = failure.Description;
        return Unreachable < options.Value.ProbeInterval ? Unreachable : options.Value.ProbeInterval;
    }

    private async Task<TelegramFailure?> CheckAsync(ChatState chat, CancellationToken cancellationToken)
    {
        var answer = await client.GetChatAsync(chat.Id, cancellationToken);
        if (answer.Ok && chat.Topic is { } topic)
        {
            var typing = await client.SendTypingAsync(chat.Id, topic, cancellationToken);
            if (typing.Failure?.Reason == FailureReason.TopicGone)
            {
                chat.TopicMissing = true;
                LogTopic(chat.Chat.Name, topic);
                await store.RunAsync(session => cards.ForNotice(
                    session, chat.Chat.Name, new OperatorNotice(OperatorNoticeKind.TopicMissing, chat.Chat.Name, typing.Failure.Description), Severity.Warning));
                wakeup.Signal();
            }
            else
            {
                answer = new(answer.Value, typing.Failure);
            }
        }

        var failure = answer.Failure;
        if (failure?.Reason == FailureReason.Migrated)
        {
            await store.RunAsync(session => chat.Change(session, facts => facts with { MovedFrom = chat.Chat.Id, MovedTo = failure.MigratedTo }));
            return await CheckAsync(chat, cancellationToken);
        }

        if (failure is null)
        {
            await WorksAsync(chat);
            return null;
        }

        if (failure.Reason == FailureReason.Rejected)
        {
            // Not every server of the Bot API can be asked; sending will tell.
            LogUnchecked(chat.Chat.Name, failure.Description);
            await WorksAsync(chat);
            return null;
        }

        if (!failure.IsTransient && failure.Reason != FailureReason.Unauthorized)
        {
            if (chat.Broken is null)
                LogChat(chat.Chat.Name, failure.Description);
            chat.Broken = failure.Description;
        }

        return failure;
    }

    private async Task WorksAsync(ChatState chat)
    {
        var back = chat.Broken is not null;
        chat.Broken = null;
        var first = !chat.Checked;
        chat.Checked = true;
        if (back)
        {
            LogChatBack(chat.Chat.Name);
            if (!first)
                await store.RunAsync(session => cards.ForNotice(session, chat.Chat.Name, new OperatorNotice(OperatorNoticeKind.ChatBack, chat.Chat.Name), Severity.Info));
        }

        wakeup.Signal();
    }

    /// <summary>Waits, but not longer than until the file of a refused token has another one.</summary>
    private async Task PauseAsync(TimeSpan pause, CancellationToken stoppingToken)
    {
        var started = clock.GetTimestamp();
        for (var left = pause; left > TimeSpan.Zero; left = pause - clock.GetElapsedTime(started))
        {
            await Task.Delay(left < FileInterval ? left : FileInterval, clock, stoppingToken);
            // The dispatcher has met it meanwhile.
            if (bot.WrongToken is not null && token.Reload())
                return;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no Telegram:BotToken: a dry run. What would be sent is in this log and at /debug/outbox.")]
    private partial void LogDryRun();

    [LoggerMessage(Level = LogLevel.Information, Message = "Messages are sent by the bot {Bot}.")]
    private partial void LogBot(string bot);

    [LoggerMessage(Level = LogLevel.Error, Message = "Telegram refuses the bot's token ({Description}); nothing is sent until it accepts one.")]
    private partial void LogRefused(string description);

    [LoggerMessage(Level = LogLevel.Error, Message = "Chat {Chat} cannot be used: {Description}. Is its id right, and is the bot a member?")]
    private partial void LogChat(string chat, string description);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Chat {Chat} cannot be checked beforehand: {Description}")]
    private partial void LogUnchecked(string chat, string description);

    [LoggerMessage(Level = LogLevel.Error, Message = "The chats could not be checked.")]
    private partial void LogNotChecked(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Chat {Chat} can be written to again.")]
    private partial void LogChatBack(string chat);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Chat {Chat} has no topic {Topic}; the general one is used.")]
    private partial void LogTopic(string chat, int topic);
}
