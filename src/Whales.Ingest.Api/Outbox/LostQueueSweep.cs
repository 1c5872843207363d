using Microsoft.Extensions.Options;
using RabbitMQ.Client.Exceptions;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outbox;

/// <summary>
/// Sends again what was lost with its queue: when a model's queue has been empty for a long time although photos that were sent as long ago
/// have no outcome, somebody deleted, purged or restored it. A photo that a worker has held for so long may be sent twice by this, which is
/// harmless.
/// </summary>
internal sealed partial class LostQueueSweep(
    IIdentificationStore store,
    EmbeddingStore embeddings,
    BrokerTopology topology,
    KnownModels models,
    RelayInbox inbox,
    IOptions<RelayOptions> options,
    TimeProvider clock,
    ILogger<LostQueueSweep> log) : BackgroundService
{
    private readonly Dictionary<string, DateTimeOffset> _emptySince = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ResendAfter / 4, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var model in models.Names)
                    await SweepAsync(model, stoppingToken);
            }
            catch (BrokerUnreachableException exception) when (!stoppingToken.IsCancellationRequested)
            {
                _emptySince.Clear();
                Unreachable(exception);
            }
        }
    }

    // Each model by itself: a queue that was declared differently must not hold up the others.
    private async Task SweepAsync(string model, CancellationToken stoppingToken)
    {
        try
        {
            await topology.DeclareAsync([model], stoppingToken);
            foreach (var lane in Enum.GetValues<Lane>())
                await SweepAsync(model, lane, stoppingToken);
        }
        catch (Exception exception) when (exception is not BrokerUnreachableException && !stoppingToken.IsCancellationRequested)
        {
            foreach (var lane in Enum.GetValues<Lane>())
                _emptySince.Remove(Names.Queue(model, lane));
            SweepFailed(exception, model);
        }
    }

    private async Task SweepAsync(string model, Lane lane, CancellationToken stoppingToken)
    {
        var queue = Names.Queue(model, lane);
        if (await topology.InspectAsync(model, lane, stoppingToken) is not { Messages: 0 })
        {
            _emptySince.Remove(queue);
            return;
        }

        var now = clock.GetUtcNow();
        _emptySince.TryAdd(queue, now);
        if (now - _emptySince[queue] < options.Value.ResendAfter)
            return;
        // Not only what was sent before the queue was first found empty: between two looks a photo can come and be lost.
        var sentBefore = now - options.Value.ResendAfter;
        var again = await store.MarkUnsentAsync(model, lane, sentBefore, stoppingToken);
        if (lane == Lane.Bulk)
            again += await embeddings.MarkUnsentAsync(model, sentBefore, stoppingToken);
        if (again == 0)
            return;
        SentAgain(again, queue);
        inbox.Wake();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} photos were sent to {Queue} long ago, but it is empty: they are sent again.")]
    private partial void SentAgain(int count, string queue);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker cannot be reached: no queue could be inspected; trying again later.")]
    private partial void Unreachable(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queues of {Model} could not be inspected; trying again later.")]
    private partial void SweepFailed(Exception exception, string model);
}
