using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Batches;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Documentation;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Individuals;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Outbox;
using Whales.Ingest.Api.Outcomes;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api;

/// <summary>The API's parts, for its own host and for Standalone.</summary>
public static class IngestExtensions
{
    /// <summary>Everything between a POST and the model's queue, and between the outcomes and the polling client.</summary>
    public static void AddIngest(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<RelayOptions>().BindConfiguration(RelayOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<Persistently>();
        builder.Services.AddKnownModels();
        builder.Services.AddSingleton<ModelStates>();
        builder.Services.AddSingleton<IModelStates>(services => services.GetRequiredService<ModelStates>());
        builder.Services.AddSingleton<ApiMetrics>();
        builder.Services.AddSingleton<RelayInbox>();
        builder.Services.AddSingleton<SentNotes>();
        builder.Services.AddSingleton<IIdentificationQueue, IdentificationQueue>();
        builder.Services.AddSingleton<ICancelBroadcast, CancelBroadcast>();
        builder.Services.AddSingleton<OutcomeProjection>();
        builder.Services.AddSendProgress();
        builder.Services.AddSingleton<DeadLetterShelf>();
        builder.Services.AddSingleton<IDeadLetterSender, DeadLetterSender>();
        builder.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<Retention>();
        builder.Services.AddHostedService<RetentionSchedule>();
        builder.Services.AddSingleton<RemovedModels>();
        builder.Services.AddHostedService<RemovedModelsSweep>();
        builder.Services.AddHostedService<TopologyDeclaration>();
        builder.Services.AddHostedService<Relay>();
        builder.Services.AddHostedService<SentNoteWriter>();
        builder.Services.AddHostedService<LostQueueSweep>();
        builder.Services.AddHostedService<ExpirySweep>();
        builder.Services.AddHostedService<WaitingGauges>();
        builder.Services.AddHostedService<OrphanSweeps>();
        builder.Services.AddHealthChecks().AddCheck<StoreCheck>("store", tags: ["ready"]);
        builder.Services.AddIdentificationEndpoints();
        builder.Services.AddBatches();
        builder.Services.AddCatalogue();
        builder.Services.AddCatalogueServices();
        builder.Services.AddIngestDocumentation();
    }

    /// <summary>The HTTP interface, its description and the page to try it.</summary>
    public static void MapIngest(this WebApplication app)
    {
        app.UseIngestSecurity();
        app.MapSession();
        app.MapIdentifications();
        app.MapOperations();
        app.MapBatches();
        app.MapModels();
        app.MapIndividuals();
        app.MapIngestDocumentation();
    }

    /// <summary>The API's listeners on the bus.</summary>
    public static void AddIngestConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<OutcomeConsumer, OutcomeConsumerDefinition>();
        bus.AddConsumer<DeadLetterConsumer>().ExcludeFromConfigureEndpoints();
        bus.AddConsumer<EmbeddingConsumer, EmbeddingConsumerDefinition>();
        bus.AddConsumer<EmbeddingDeadLetterConsumer>().ExcludeFromConfigureEndpoints();
        bus.AddConsumer<ModelStateConsumer, ModelStateConsumerDefinition>();
    }
}
