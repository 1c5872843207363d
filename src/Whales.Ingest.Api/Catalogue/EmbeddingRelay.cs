using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Hosting.Tracing;
using Whales.Ingest.Api.Outbox;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>
/// The only sender of <see cref="EmbedPhoto"/>, by the rules of <see cref="Relay"/>: leased from the database, mandatory, confirmed and bounded in
/// time, noted as sent; what was not confirmed is sent again.
/// </summary>
internal sealed partial class EmbeddingRelay(
    EmbeddingStore store,
    CatalogueModels models,
    CatalogueSignals signals,
    PhotoTraces traces,
    IBus bus,
    QueueAddresses addresses,
    ConnectedQueues queues,
    BrokerTopology topology,
    Persistently persistently,
    IOptions<CatalogueOptions> options,
    IOptions<RelayOptions> relay,
    IOptions<RabbitMqOptions> broker,
    TimeProvider clock,
    ILogger<EmbeddingRelay> log) : BackgroundService
{
    // Confirms that are waited for together.
    private const int AtOnce = 64;

    private volatile bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (addresses.InMemory)
        {
            // An in-memory queue died with its process: everything still queued goes round again.
            foreach (var model in models.Names)
                await persistently.RunAsync(async ct => await store.MarkUnsentAsync(model, clock.GetUtcNow(), ct), stoppingToken);
            await queues.Settled.WaitAsync(stoppingToken);
        }

        // Each model by itself: a queue that takes nothing must not hold up the others.
        await Task.WhenAll(models.All.Select(model => SendAsync(model, stoppingToken)));
    }

    private async Task SendAsync(CatalogueModel model, CancellationToken stoppingToken)
    {
        while (true)
        {
            var sent = 0;
            try
            {
                if (queues.Keeps(model.Name))
                    sent = await SendSomeAsync(model, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                NoteFailure(exception, model.Name);
            }

            if (sent < AtOnce)
                await signals.PhotosQueued.WaitAsync(relay.Value.ScanInterval, stoppingToken);
        }
    }

    /// <returns>How many the broker has confirmed.</returns>
    private async Task<int> SendSomeAsync(CatalogueModel model, CancellationToken stoppingToken)
    {
        var now = clock.GetUtcNow();
        var tasks = await store.LeaseUnsentAsync(model, options.Value.Window, AtOnce, now, now + relay.Value.Lease, stoppingToken);
        if (tasks.Count == 0)
            return 0;
        var endpoint = await bus.GetSendEndpoint(addresses.Of(Names.BulkQueue(model.Name)));
        var outcomes = await Task.WhenAll(tasks.Select(task => TrySendAsync(endpoint, task, stoppingToken)));
        var sent = tasks.Where((_, i) => outcomes[i] is null).ToList();
        await store.MarkSentAsync(sent, clock.GetUtcNow(), stoppingToken);
        var failure = outcomes.FirstOrDefault(outcome => outcome is not null);
        if (failure is null)
        {
            _failing = false;
            return sent.Count;
        }

        NoteFailure(failure, model.Name);
        if (outcomes.Any(outcome => outcome is MessageReturnedException))
            await topology.DeclareAsync([model.Name], stoppingToken);
        return 0;
    }

    private async Task<Exception?> TrySendAsync(ISendEndpoint endpoint, EmbeddingTask task, CancellationToken stoppingToken)
    {
        var command = new EmbedPhoto
        {
            PhotoId = task.PhotoId,
            Attempt = task.Attempt,
            Model = task.Model,
            ModelVersion = task.ModelVersion,
            ImageKey = task.ImageKey,
            Region = task.Region,
            SubmittedAt = task.QueuedAt,
        };
        using var span = Traces.Continue("send", ActivityKind.Producer, traces.Of(task.PhotoId));
        try
        {
            await Bounded.RunAsync(sending => endpoint.Send(command, sending), broker.Value.SendTimeout, stoppingToken);
            return null;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            return exception;
        }
    }

    private void NoteFailure(Exception exception, string model)
    {
        if (!_failing)
            LogNotSent(exception, model);
        _failing = true;
    }

    [LoggerMessage(LogLevel.Warning, "Catalogue photos could not be sent to {Model}; they are safe and will be sent again.")]
    private partial void LogNotSent(Exception exception, string model);
}
