namespace Whales.Notifier.Messages;

/// <summary>Turns what can be told into a message for a reader. Pure: the same notice, reader and time give the same message.</summary>
internal sealed class MessageRenderer(MessageOptions options, TimeProvider time)
{
    private readonly MessageOptions _options = options;

    public RenderedMessage Render(Notice notice, Reader reader)
    {
        ArgumentNullException.ThrowIfNull(notice);
        ArgumentNullException.ThrowIfNull(reader);
        var text = $"{notice.GetType().Name} {time.GetUtcNow():u} {_options.MaxAlerts}";
        return new RenderedMessage([new MessagePart(text, text)], [], Silent: false);
    }
}
