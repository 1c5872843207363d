using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Worker.Identification;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Embedding;

/// <summary>
/// Takes catalogue photos from a model's bulk queue, by the rules of <see cref="PhotoConsumer"/>: acked after the answer was confirmed, moved to
/// the suspect queue when delivered a second time. A copy that runs twice does no harm: the API takes the first answer.
/// </summary>
internal sealed partial class EmbedConsumer(
    PhotoEmbedder embedder,
    StartJournal starts,
    IBus bus,
    QueueAddresses addresses,
    DrainDeadline drain,
    Persistently persistently,
    TimeProvider clock,
    IOptions<RabbitMqOptions> options,
    ILogger<EmbedConsumer> log)
{
    /// <summary>A message of the model's bulk queue.</summary>
    public async Task ConsumeAsync(ConsumeContext<EmbedPhoto> context)
    {
        using var span = PhotoSpans.Begin(context);
        if (!context.ReceiveContext.Redelivered && !starts.IsSuspect(context.Message.PhotoId, context.Message.Attempt))
        {
            await RunAsync(context.Message, span, alone: false);
            return;
        }

        var suspects = await bus.GetSendEndpoint(addresses.Of(Names.SuspectQueue(context.Message.Model)));
        await persistently.RunAsync(
            ct => Bounded.RunAsync(sending => suspects.Send(context.Message, sending), options.Value.SendTimeout, ct), context.CancellationToken);
    }

    /// <summary>A message of the suspect queue, alone.</summary>
    public async Task ConsumeSuspectAsync(ConsumeContext<EmbedPhoto> context)
    {
        using var span = PhotoSpans.Begin(context);
        using var turn = await starts.AloneAsync(context.CancellationToken);
        var ended = starts.EndedBy(context.Message.PhotoId, context.Message.Attempt);
        if (ended < options.Value.SuspectStarts)
        {
            await RunAsync(context.Message, span, alone: true);
            return;
        }

        LogPoisonous(context.Message.PhotoId, context.Message.Model, ended);
        await PublishAsync(embedder.Failure(
            context.Message, FailureCodes.PoisonousImage, $"The worker ended {ended} times while it had this photo alone; the photo was set aside."));
        starts.Forget(context.Message.PhotoId, context.Message.Attempt);
        PhotoSpans.End(span, context.Message.SubmittedAt, clock.GetUtcNow(), PhotoOutcome.Poisonous, default, default);
    }

    private async Task RunAsync(EmbedPhoto command, Activity span, bool alone)
    {
        var taken = clock.GetUtcNow();
        var start = starts.Begin(command.PhotoId, command.Attempt, alone);
        var finished = false;
        try
        {
            var embedded = await embedder.EmbedAsync(command, drain.Token);
            var publishing = clock.GetTimestamp();
            await PublishAsync(embedded.Answer);
            finished = true;
            var timings = embedded.Timings with { Publish = clock.GetElapsedTime(publishing).TotalSeconds };
            PhotoSpans.End(span, command.SubmittedAt, taken, embedded.Outcome, timings, embedded.Batch);
        }
        finally
        {
            starts.End(start, command.PhotoId, command.Attempt, finished);
        }
    }

    private ValueTask PublishAsync(object answer) =>
        persistently.RunAsync(
            ct => Bounded.RunAsync(sending => bus.Publish(answer, answer.GetType(), sending), options.Value.SendTimeout, ct), drain.Token);

    [LoggerMessage(LogLevel.Error, "Catalogue photo {PhotoId} for {Model} ended its worker {Ended} times while it ran alone: set aside.")]
    private partial void LogPoisonous(Guid photoId, string model, int ended);
}
