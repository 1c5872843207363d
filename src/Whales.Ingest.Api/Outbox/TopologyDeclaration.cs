using MassTransit;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Outcomes;

namespace Whales.Ingest.Api.Outbox;

/// <summary>At start, declares every model's queues before any worker exists, and opens their dead-letter queues.</summary>
internal sealed partial class TopologyDeclaration(
    BrokerTopology topology,
    KnownModels models,
    QueueAddresses addresses,
    IReceiveEndpointConnector endpoints,
    DeadLetterShelf shelf,
    Persistently persistently,
    Microsoft.Extensions.Options.IOptions<RabbitMqOptions> options,
    ILogger<TopologyDeclaration> log) : BackgroundService
{
    private const int DeadLettersInFlight = 16;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (addresses.InMemory)
            return;
        await Task.WhenAll(models.Names.Select(model => OpenAsync(model, stoppingToken)));
    }

    // Each model by itself: a queue that was declared differently must not hold up the others.
    private async Task OpenAsync(string model, CancellationToken stoppingToken)
    {
        try
        {
            await persistently.RunAsync(async ct => await topology.DeclareAsync([model], ct), stoppingToken);
            LogDeclared(model);
            endpoints.ConnectReceiveEndpoint(Names.DeadLetterQueue(model), (context, configure) =>
            {
                configure.ConfigureConsumeTopology = false;
                configure.UseArguments(QueueShape.ForModel(model, options.Value));
                configure.UseShelf(shelf, Names.Queue(model), model);
                configure.PrefetchCount = DeadLettersInFlight;
                configure.ConfigureConsumer<DeadLetterConsumer>(context);
                configure.ConfigureConsumer<EmbeddingDeadLetterConsumer>(context);
            });
        }
        catch (PermanentFaultException exception)
        {
            LogNotDeclared(exception, model);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The queues of {Model} are declared.")]
    private partial void LogDeclared(string model);

    [LoggerMessage(Level = LogLevel.Error, Message = "The queues of {Model} cannot be declared; its photos stay in the job table.")]
    private partial void LogNotDeclared(Exception exception, string model);
}
