namespace Whales.Notifier.Delivery;

internal sealed partial class Dispatcher
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The notifier's store cannot be read or written; it is tried again.")]
    private partial void LogStore(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Card {Card} cannot be rendered and is set aside.")]
    private partial void LogDefect(Exception exception, long card);

    [LoggerMessage(Level = LogLevel.Information, Message = "Telegram answers again.")]
    private partial void LogBack();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Telegram asks to wait with chat {Chat}: {Seconds} s.")]
    private partial void LogLimited(string chat, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "Telegram refuses the bot's token ({Description}); nothing is sent until it accepts one.")]
    private partial void LogUnauthorized(string description);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Chat {Chat} has become a supergroup: its id is {Id} now. It is remembered; put it into Telegram:Chats.")]
    private partial void LogMigrated(string chat, long id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The topic of chat {Chat} cannot be written to ({Description}); the general one is used.")]
    private partial void LogTopic(string chat, string description);

    [LoggerMessage(Level = LogLevel.Error, Message = "Chat {Chat} cannot be written to: {Description}")]
    private partial void LogBroken(string chat, string description);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Telegram cannot be used ({Description}); the next try is in {Seconds} s.")]
    private partial void LogAway(string description, double seconds);
}
