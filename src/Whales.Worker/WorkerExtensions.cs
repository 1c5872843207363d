using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Models;
using Whales.Hosting.Resilience;
using Whales.Worker.Identification;
using Whales.Worker.Matching;
using Whales.Worker.Models;
using Whales.Worker.Telemetry;
using Whales.Worker.Telemetry.Gpu;

namespace Whales.Worker;

/// <summary>The worker's parts, for its own host and for Standalone.</summary>
public static class WorkerExtensions
{
    /// <summary>Everything between a model's queue and its outcomes; call before the messaging, so that the bus stops first.</summary>
    public static void AddWorker(this IHostApplicationBuilder builder)
    {
        builder.Services.AddModelsOptions();
        builder.Services.AddOptions<InferenceOptions>().BindConfiguration(InferenceOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<WorkerIdentity>();
        builder.Services.AddSingleton<WorkerMetrics>();
        builder.Services.AddHostedService<GpuMetrics>();
        builder.Services.AddSingleton<QueueMetrics>();
        builder.Services.TryAddSingleton<IQueueDepth, BrokerQueueDepth>();
        builder.Services.AddHostedService<QueueWatch>();
        builder.Services.AddOptions<StartsOptions>().BindConfiguration(StartsOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<CatalogueMetrics>();
        builder.Services.AddSingleton<CatalogueNews>();
        builder.Services.AddSingleton<AttemptTracker>();
        builder.Services.AddSingleton<StartJournal>();
        builder.Services.AddSingleton<EndReports>();
        builder.Services.AddSingleton<DrainDeadline>();
        builder.Services.TryAddSingleton<Persistently>();
        builder.Services.AddSingleton(services =>
        {
            var inference = services.GetRequiredService<IOptions<InferenceOptions>>().Value;
            return new DecodePool(Environment.ProcessorCount, inference.BulkShare, inference.Niceness);
        });
        builder.Services.AddSingleton<DeclaredModels>();
        builder.Services.AddSingleton<ModelHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelHost>());
        builder.Services.AddHealthChecks().AddCheck<ModelHost>("models", tags: ["ready"]);
    }

    /// <summary>The worker's listeners on the bus. The queues of its models open when the models are ready.</summary>
    public static void AddWorkerConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<CancellationConsumer, CancellationConsumerDefinition>();
        bus.AddConsumer<EndReportConsumer, EndReportConsumerDefinition>();
        bus.AddConsumer<CatalogueConsumer, CatalogueConsumerDefinition>();
    }
}

/// <summary>Hears, on a queue of its own process, which photos are no longer wanted.</summary>
internal sealed class CancellationConsumer(AttemptTracker tracker) : IConsumer<IdentificationCanceled>
{
    public Task Consume(ConsumeContext<IdentificationCanceled> context)
    {
        tracker.Cancel(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class CancellationConsumerDefinition : ConsumerDefinition<CancellationConsumer>
{
    public CancellationConsumerDefinition() => Endpoint(endpoint =>
    {
        endpoint.Name = "identification-canceled";
        endpoint.InstanceId = $"-{Guid.NewGuid():n}";
        endpoint.Temporary = true;
    });
}
