using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Logging;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Identification;

/// <summary>
/// Takes photos from a model's queues. A message is acked after its outcome was confirmed. One that was delivered before, or was in hand when
/// this worker's predecessor ended, may have ended its worker: it is moved to the suspect queue, where photos run alone.
/// </summary>
internal sealed partial class PhotoConsumer(
    Identifier identifier,
    AttemptTracker tracker,
    StartJournal starts,
    IBus bus,
    QueueAddresses addresses,
    DrainDeadline drain,
    Persistently persistently,
    WorkerMetrics metrics,
    QueueMetrics queues,
    TimeProvider clock,
    IOptions<RabbitMqOptions> options,
    ILogger<PhotoConsumer> log)
{
    /// <summary>A message of the model's main queue.</summary>
    public async Task ConsumeAsync(ConsumeContext<IdentifyWhale> context)
    {
        using var span = PhotoSpans.Begin(context);
        using var scope = log.BeginScope(new PhotoScope(context.Message.IdentificationId, context.Message.Model));
        var suspected = context.ReceiveContext.Redelivered || starts.IsSuspect(context.Message.IdentificationId, context.Message.Attempt);
        if (!suspected || tracker.Knows(context.Message))
        {
            await RunAsync(context, span, alone: false);
            return;
        }

        metrics.Retried(context.Message.Model, RetryReason.Redelivered);
        var suspects = await bus.GetSendEndpoint(addresses.Of(Names.SuspectQueue(context.Message.Model)));
        await persistently.RunAsync(
            ct => Bounded.RunAsync(sending => suspects.Send(context.Message, sending), options.Value.SendTimeout, ct), context.CancellationToken);
        LogSuspected(context.Message.IdentificationId, context.Message.Model);
    }

    /// <summary>A message of the suspect queue, alone. How often the broker delivered it says nothing: only workers that ended with it count.</summary>
    public async Task ConsumeSuspectAsync(ConsumeContext<IdentifyWhale> context)
    {
        using var span = PhotoSpans.Begin(context);
        using var scope = log.BeginScope(new PhotoScope(context.Message.IdentificationId, context.Message.Model));
        using var turn = await starts.AloneAsync(context.CancellationToken);
        var ended = starts.EndedBy(context.Message.IdentificationId, context.Message.Attempt);
        if (ended < options.Value.SuspectStarts || tracker.Knows(context.Message))
        {
            await RunAsync(context, span, alone: true);
            return;
        }

        LogPoisonous(context.Message.IdentificationId, context.Message.Model, ended);
        metrics.PhotoStarted(context.Message.Model, 0);
        await PublishAsync(context.Message.Model, identifier.Failure(
            context.Message, FailureCodes.PoisonousImage, $"The worker ended {ended} times while it had this photo alone; the photo was set aside."));
        starts.Forget(context.Message.IdentificationId, context.Message.Attempt);
        metrics.PhotoFinished(context.Message.Model, PhotoOutcome.Poisonous, default);
        PhotoSpans.End(span, context.Message.SubmittedAt, clock.GetUtcNow(), PhotoOutcome.Poisonous, default, default);
    }

    private Task RunAsync(ConsumeContext<IdentifyWhale> context, Activity span, bool alone)
    {
        var command = context.Message;
        return tracker.RunAsync(command, context.ReceiveContext.Redelivered, async () =>
        {
            queues.Took(command.Model, command.Lane);
            var taken = clock.GetUtcNow();
            var result = new PhotoResult(null, PhotoOutcome.Returned, default);
            var timings = result.Timings;
            using var work = tracker.Begin(command, drain.Token);
            var start = starts.Begin(command.IdentificationId, command.Attempt, alone);
            // Not before: a photo that is seen in hand is one that the journal knows.
            metrics.PhotoStarted(command.Model, (taken - command.SubmittedAt).TotalSeconds);
            try
            {
                result = await IdentifyAsync(command, work);
                timings = result.Timings;
                if (result.Message is not null)
                {
                    var started = clock.GetTimestamp();
                    await PublishAsync(command.Model, result.Message);
                    timings = timings with { Publish = clock.GetElapsedTime(started).TotalSeconds };
                }
            }
            finally
            {
                starts.End(start, command.IdentificationId, command.Attempt, finished: result.Outcome != PhotoOutcome.Returned);
                metrics.PhotoFinished(command.Model, result.Outcome, timings);
                PhotoSpans.End(span, command.SubmittedAt, taken, result.Outcome, timings, result.Batch);
                queues.Done(command.Model, command.Lane);
            }
        });
    }

    private async Task<PhotoResult> IdentifyAsync(IdentifyWhale command, PhotoWork work)
    {
        try
        {
            return work.Canceled ? PhotoResult.Canceled : await identifier.IdentifyAsync(command, work.Token);
        }
        catch (Exception) when (work.Canceled)
        {
            // Nobody waits for it any more; where it waited it was let go.
            return PhotoResult.Canceled;
        }
    }

    // Until the broker takes it, and not bound to the delivery's own token, which a broken connection cancels: an answer that was paid
    // for is not thrown away because the broker restarts. The photo's second copy finds this one in the tracker.
    private ValueTask PublishAsync(string model, object outcome)
    {
        var attempts = 0;
        return persistently.RunAsync(
            ct =>
            {
                if (attempts++ > 0)
                    metrics.Retried(model, RetryReason.Broker);
                return Bounded.RunAsync(sending => bus.Publish(outcome, outcome.GetType(), sending), options.Value.SendTimeout, ct);
            },
            drain.Token);
    }

    [LoggerMessage(LogLevel.Warning, "Photo {IdentificationId} for {Model} was delivered before and has no outcome: it will run alone.")]
    private partial void LogSuspected(Guid identificationId, string model);

    [LoggerMessage(LogLevel.Error, "Photo {IdentificationId} for {Model} ended its worker {Starts} times while it ran alone: set aside.")]
    private partial void LogPoisonous(Guid identificationId, string model, int starts);
}
