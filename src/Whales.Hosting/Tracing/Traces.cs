using System.Diagnostics;

namespace Whales.Hosting.Tracing;

/// <summary>Continues a photo's trace wherever the photo goes: the job table and messages carry it as a W3C traceparent.</summary>
public static class Traces
{
    public const string SourceName = "Whales.Queue";

    /// <summary>The message header that carries the trace; MassTransit's own instrumentation has the same one.</summary>
    public const string MessageHeader = "MT-Activity-Id";

    public static readonly ActivitySource Source = new(SourceName);

    /// <summary>
    /// An activity that continues <paramref name="parent"/>, and is the current one until it is disposed. There is always one, also when nobody
    /// records: what is logged and measured meanwhile belongs to its trace.
    /// </summary>
    /// <param name="name">What is done, such as <c>identify</c>.</param>
    /// <param name="kind">Which side of the queue this is.</param>
    /// <param name="parent">A traceparent; null, or anything else, begins a new trace.</param>
    public static Activity Continue(string name, ActivityKind kind, string? parent)
    {
        var known = ActivityContext.TryParse(parent, null, isRemote: true, out var context);
        if (Source.HasListeners() && Source.StartActivity(name, kind, context) is { } recorded)
            return recorded;
        var activity = new Activity(name);
        if (known)
            activity.SetParentId(context.TraceId, context.SpanId, context.TraceFlags);
        return activity.Start();
    }

    /// <summary>A span that is already over, below <paramref name="parent"/>. Costs nothing when the parent is not recorded.</summary>
    /// <returns>When it ended: the start of the next one.</returns>
    public static DateTime Past(Activity parent, string name, DateTime start, double seconds, ActivityContext linked = default)
    {
        var end = start.AddSeconds(Math.Max(0, seconds));
        if (!parent.IsAllDataRequested)
            return end;
        ActivityLink[]? links = linked == default ? null : [new ActivityLink(linked)];
        using var span = Source.StartActivity(name, ActivityKind.Internal, parent.Context, links: links, startTime: start);
        span?.SetEndTime(end);
        return end;
    }
}
