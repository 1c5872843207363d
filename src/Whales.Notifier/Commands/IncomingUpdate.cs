namespace Whales.Notifier.Commands;

/// <summary>What came from people through getUpdates. Make it with <see cref="UpdateReader"/>; ask Telegram for message and callback_query only.</summary>
/// <param name="UpdateId">Ask next for this plus 1.</param>
/// <param name="ChatId">Where it happened.</param>
/// <param name="ThreadId">The topic; absent in the general one.</param>
/// <param name="MessageId">The message with the command, or the one whose button was pressed.</param>
/// <param name="From">Who; absent for channels and anonymous administrators, who can therefore do nothing.</param>
internal abstract record IncomingUpdate(long UpdateId, long ChatId, long? ThreadId, long MessageId, Person? From);

/// <summary>A message; only texts that begin with a slash are looked at.</summary>
internal sealed record IncomingMessage(long UpdateId, long ChatId, long? ThreadId, long MessageId, Person? From, string Text)
    : IncomingUpdate(UpdateId, ChatId, ThreadId, MessageId, From);

/// <summary>A button was pressed. It must be answered (<see cref="PressAnswer"/>), or the person sees it spin.</summary>
internal sealed record ButtonPress(long UpdateId, long ChatId, long? ThreadId, long MessageId, Person? From, string CallbackId, string Data)
    : IncomingUpdate(UpdateId, ChatId, ThreadId, MessageId, From);

/// <summary>Who did it.</summary>
/// <param name="Id">Telegram's; what the allow-list names.</param>
/// <param name="UserName">Without the @; absent when the person has none.</param>
/// <param name="Name">First and last name.</param>
/// <param name="LanguageCode">Of the person's own application.</param>
internal sealed record Person(long Id, string? UserName, string Name, string? LanguageCode)
{
    /// <summary>@name, or the name, or the id.</summary>
    public string Shown => UserName is { Length: > 0 } ? "@" + UserName : Name.Length > 0 ? Name : Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
