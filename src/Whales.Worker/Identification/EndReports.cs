using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;

namespace Whales.Worker.Identification;

/// <summary>
/// Tells the other workers which photos the process before this one ended with, so that all count together: a photo that goes from worker
/// to worker is set aside after as many ends as one that always meets the same. A worker that is down just then does not hear of it, and counts less.
/// </summary>
internal sealed class EndReports(
    StartJournal starts, IBus bus, Persistently persistently, WorkerIdentity worker, TimeProvider clock, IOptions<RabbitMqOptions> options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Returns when all is told, or a little later all the same: what the broker does not take now is told in the background.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        var telling = Task.WhenAll(starts.EndedLast.Select(ended => TellAsync(ended.Id, ended.Attempt, cancellationToken)));
        await telling.WaitAsync(Patience, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task TellAsync(Guid id, int attempt, CancellationToken cancellationToken)
    {
        var ended = new PhotoEndedWorker { IdentificationId = id, Attempt = attempt, Worker = worker.Name, OccurredAt = clock.GetUtcNow() };
        await persistently.RunAsync(ct => Bounded.RunAsync(sending => bus.Publish(ended, sending), options.Value.SendTimeout, ct), cancellationToken);
    }
}

/// <summary>Hears, on a queue of its own process, what other workers ended with.</summary>
internal sealed class EndReportConsumer(StartJournal starts, WorkerIdentity worker) : IConsumer<PhotoEndedWorker>
{
    public Task Consume(ConsumeContext<PhotoEndedWorker> context)
    {
        if (context.Message.Worker != worker.Name)
            starts.Heard(context.Message.IdentificationId, context.Message.Attempt);
        return Task.CompletedTask;
    }
}

internal sealed class EndReportConsumerDefinition : ConsumerDefinition<EndReportConsumer>
{
    public EndReportConsumerDefinition() => Endpoint(endpoint =>
    {
        endpoint.Name = "photo-ended-worker";
        endpoint.InstanceId = $"-{Guid.NewGuid():n}";
        endpoint.Temporary = true;
    });
}
