using Microsoft.Extensions.Options;
using Whales.Notifier.Messages.Rendering;
using Whales.Notifier.Phrases;
using Whales.Notifier.Silences;

namespace Whales.Notifier.Messages;

/// <summary>Turns what can be told into a message for a reader. Pure: the same notice, reader, time and wording give the same message.</summary>
internal sealed class MessageRenderer(Wording wording, IOptions<MessageOptions> options, IOptions<AlertmanagerOptions> alertmanager, TimeProvider time)
{
    private readonly MessageLinks _links = new(options.Value);

    public RenderedMessage Render(Notice notice, Reader reader)
    {
        var context = new RenderContext(wording.Messages(reader.Language), reader, time.GetUtcNow(), options.Value, _links, alertmanager.Value.Url is not null);
        return notice switch
        {
            AlertNotice alert => AlertMessages.Render(context, alert),
            AlertBundle bundle => AlertMessages.Render(context, bundle),
            AlertReply reply => AlertMessages.Render(context, reply),
            FailureSummary failures => FailureMessages.Render(context, failures),
            Digest digest => DigestMessages.Render(context, digest),
            HeartbeatLost lost => SystemMessages.Render(context, lost),
            HeartbeatReturned returned => SystemMessages.Render(context, returned),
            DailySummary day => DigestMessages.Render(context, day),
            OperatorNotice operators => SystemMessages.Render(context, operators),
            TestNotice test => SystemMessages.Render(context, test),
            _ => throw new ArgumentOutOfRangeException(nameof(notice), notice.GetType().Name, "Nobody can render this notice."),
        };
    }
}
