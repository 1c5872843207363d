using MassTransit;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Outcomes;

namespace Whales.Ingest.Api.Outbox;

/// <summary>At start, declares every model's queues before any worker exists, and opens their dead-letter queues.</summary>
internal sealed partial class TopologyDeclaration(
    BrokerTopology topology,
    KnownModels models,
    QueueAddresses addresses,
    IReceiveEndpointConnector endpoints,
    Persistently persistently,
    Microsoft.Extensions.Options.IOptions<RabbitMqOptions> options,
    ILogger<TopologyDeclaration> log) : BackgroundService
{
    private const int DeadLettersInFlight = 16;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (addresses.InMemory)
            return;
        await persistently.RunAsync(async ct => await topology.DeclareAsync(models.Names, ct), stoppingToken);
        Declared(models.All.Count);
        foreach (var model in models.Names)
        {
            endpoints.ConnectReceiveEndpoint(Names.DeadLetterQueue(model), (context, configure) =>
            {
                configure.ConfigureConsumeTopology = false;
                configure.UseArguments(QueueShape.ForModel(model, options.Value));
                configure.UseDeadLetters();
                configure.PrefetchCount = DeadLettersInFlight;
                configure.ConfigureConsumer<DeadLetterConsumer>(context);
            });
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The queues of {Count} models are declared.")]
    private partial void Declared(int count);
}
