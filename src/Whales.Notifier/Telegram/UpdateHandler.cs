using System.Collections.Concurrent;
using Whales.Notifier.Commands;
using Whales.Notifier.Delivery;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Telegram;

/// <summary>
/// Does what people press and write, once for each update, however often and by whichever way it comes. It is noted after it was done:
/// what a crash interrupts is done again when it comes again, and doing it twice does no harm.
/// </summary>
internal sealed partial class UpdateHandler(
    TelegramClient client, INotificationChannel channel, CommandHandler commands, NotifierStore store, SendLimits limits, TimeProvider clock, ILogger<UpdateHandler> log)
{
    private static readonly TimeSpan LongestHandling = TimeSpan.FromSeconds(20);

    // One that comes again while it is being answered shares the answer.
    private readonly ConcurrentDictionary<long, Lazy<Task>> _running = new();

    /// <exception cref="Exception">The store cannot be read or written: it must come again (<see cref="StoreFaults.IsOfStore"/>).</exception>
    public async Task HandleAsync(RawUpdate update, CancellationToken stoppingToken)
    {
        var running = _running.GetOrAdd(update.Id, _ => new Lazy<Task>(() => OnceAsync(update, stoppingToken)));
        try
        {
            await running.Value;
        }
        finally
        {
            _running.TryRemove(new KeyValuePair<long, Lazy<Task>>(update.Id, running));
        }
    }

    private async Task OnceAsync(RawUpdate update, CancellationToken stoppingToken)
    {
        if (await store.RunAsync(session => UpdateTable.Has(session, update.Id)))
            return;
        await AnswerAsync(update, stoppingToken);
        await store.RunAsync(session => UpdateTable.Add(session, update.Id, clock.GetUtcNow()));
    }

    private async Task AnswerAsync(RawUpdate update, CancellationToken stoppingToken)
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
                limits.Ended(message.ChatId);
            if (!sent.Ok)
            {
                if (sent.Failure!.RetryAfter is { } wait)
                {
                    lock (limits)
                        limits.Hold(message.ChatId, wait);
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
                wait = limits.TryTake(chat);
            if (wait <= TimeSpan.Zero)
                return;
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Update {Update} could not be handled and is passed over.")]
    private partial void LogUpdate(Exception exception, long update);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A reply could not be sent: {Description}")]
    private partial void LogReply(string description);
}
