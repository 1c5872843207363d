using Microsoft.Extensions.Options;
using Whales.Hosting.Messaging;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outbox;

/// <summary>
/// Sends again what was lost with its queue: when a model's queue is empty although photos were sent to it long ago and have no outcome,
/// somebody deleted, purged or restored it. A photo that a worker still holds may be sent twice by this, which is harmless.
/// </summary>
internal sealed partial class LostQueueSweep(
    IIdentificationStore store,
    BrokerTopology topology,
    KnownModels models,
    RelayInbox inbox,
    IOptions<RelayOptions> options,
    TimeProvider clock,
    ILogger<LostQueueSweep> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ResendAfter / 4, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await topology.DeclareAsync(models.Names, stoppingToken);
                foreach (var model in models.Names)
                    await SweepAsync(model, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                SweepFailed(exception);
            }
        }
    }

    private async Task SweepAsync(string model, CancellationToken stoppingToken)
    {
        if (await topology.InspectAsync(model, stoppingToken) is not { Messages: 0 })
            return;
        var again = await store.MarkUnsentAsync(model, clock.GetUtcNow() - options.Value.ResendAfter, stoppingToken);
        if (again == 0)
            return;
        SentAgain(again, model);
        inbox.Wake();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} photos for {Model} were sent long ago, but their queue is empty: they are sent again.")]
    private partial void SentAgain(int count, string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queues could not be inspected; trying again later.")]
    private partial void SweepFailed(Exception exception);
}
