using System.Diagnostics;
using MassTransit;

namespace Whales.Hosting.Tracing;

/// <summary>Messages carry the trace in which they are sent.</summary>
public static class MessageTrace
{
    /// <summary>As <see cref="Traces.Continue"/>, with the trace of a message that came in.</summary>
    public static Activity Continue(string name, ConsumeContext context) =>
        Traces.Continue(name, ActivityKind.Consumer, context.Headers.Get<string>(Traces.MessageHeader));

    internal static void Attach(SendContext context)
    {
        if (Activity.Current?.Id is { } id)
            context.Headers.Set(Traces.MessageHeader, id);
    }
}
