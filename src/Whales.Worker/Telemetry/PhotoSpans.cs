using System.Diagnostics;
using MassTransit;
using Whales.Contracts;
using Whales.Hosting.Tracing;
using Whales.Worker.Models;

namespace Whales.Worker.Telemetry;

/// <summary>
/// A photo's part of its trace: one span from its arrival to its confirmed outcome, below it one for each stage. Stages are written when all is
/// over, from the same figures as the metrics, so that a photo whose trace is not recorded pays for no more than the trace id.
/// </summary>
internal static class PhotoSpans
{
    public static Activity Begin(ConsumeContext<IdentifyWhale> context)
    {
        var span = MessageTrace.Continue("identify", context);
        if (span.IsAllDataRequested)
        {
            span.SetTag("whales.identification_id", context.Message.IdentificationId.ToString());
            span.SetTag("whales.attempt", context.Message.Attempt);
            span.SetTag("whales.model", context.Message.Model);
            span.SetTag("whales.lane", context.Message.Lane == Lane.Bulk ? "bulk" : "interactive");
        }

        return span;
    }

    /// <summary>As for a photo to be identified, for one of the catalogue.</summary>
    public static Activity Begin(ConsumeContext<EmbedPhoto> context)
    {
        var span = MessageTrace.Continue("embed", context);
        if (span.IsAllDataRequested)
        {
            span.SetTag("whales.photo_id", context.Message.PhotoId.ToString());
            span.SetTag("whales.attempt", context.Message.Attempt);
            span.SetTag("whales.model", context.Message.Model);
        }

        return span;
    }

    /// <summary>Writes the stages that the photo reached, one after the other.</summary>
    /// <param name="span">The photo's own.</param>
    /// <param name="submitted">When it began to wait in its queue.</param>
    /// <param name="taken">When work on it began.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="timings">The seconds of each stage.</param>
    /// <param name="batch">The run that it was in, which its inference links to.</param>
    public static void End(
        Activity span, DateTimeOffset submitted, DateTimeOffset taken, PhotoOutcome outcome, in PhotoTimings timings, ActivityContext batch)
    {
        if (!span.IsAllDataRequested)
            return;
        Traces.Past(span, "queue", submitted.UtcDateTime, (taken - submitted).TotalSeconds);
        var at = taken.UtcDateTime;
        at = Stage(span, "fetch", at, timings.Fetch);
        at = Stage(span, "decode", at, timings.Decode);
        at = Stage(span, "batch wait", at, timings.BatchWait);
        at = Stage(span, "inference", at, timings.Inference, batch);
        at = Stage(span, "match", at, timings.Match);
        Stage(span, "publish", at, timings.Publish);
        span.SetTag("whales.outcome", outcome.ToString().ToLowerInvariant());
        if (outcome is PhotoOutcome.Failed or PhotoOutcome.Poisonous)
            span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>One run of the network: a trace of its own, linked to those of its photos. Null when none of them is recorded.</summary>
    public static Activity? Batch(string model, ReadOnlySpan<PhotoTensor> photos)
    {
        if (!Traces.Source.HasListeners())
            return null;
        List<ActivityLink>? links = null;
        foreach (var photo in photos)
        {
            if (photo.Trace != default)
                (links ??= []).Add(new ActivityLink(photo.Trace));
        }

        if (links is null)
            return null;
        var span = Traces.Source.StartActivity("batch", ActivityKind.Internal, default(ActivityContext), links: links);
        span?.SetTag("whales.model", model);
        span?.SetTag("whales.batch_size", photos.Length);
        return span;
    }

    private static DateTime Stage(Activity span, string name, DateTime start, double? seconds, ActivityContext linked = default) =>
        seconds is { } took ? Traces.Past(span, name, start, took, linked) : start;
}
