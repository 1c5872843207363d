namespace Whales.Notifier.Messages;

/// <summary>A message ready to be sent. Each part is within Telegram's 4,096 UTF-16 units after parsing, and valid by itself.</summary>
/// <param name="Parts">At least one; notices have exactly one, so that they can be edited. Further ones are sent as replies to the first.</param>
/// <param name="Keyboard">Rows of buttons under the last part; empty rows do not occur. No rows: send an empty keyboard when editing, so that old buttons go.</param>
/// <param name="Silent">Sent with disable_notification by default; a chat's quiet hours may silence more.</param>
internal sealed record RenderedMessage(IReadOnlyList<MessagePart> Parts, IReadOnlyList<IReadOnlyList<Button>> Keyboard, bool Silent)
{
    /// <summary>All parts without markup, for logs and the preview.</summary>
    public string PlainText => string.Join("\n\n", Parts.Select(part => part.Plain));
}

/// <summary>One message of Telegram's.</summary>
/// <param name="Html">For parse_mode HTML.</param>
/// <param name="Plain">The same without markup, for when Telegram refuses the other: send it without a parse_mode.</param>
internal sealed record MessagePart(string Html, string Plain);

/// <summary>A button that presses: callback data of 1 to 64 bytes.</summary>
internal sealed record Button(string Text, string CallbackData);
