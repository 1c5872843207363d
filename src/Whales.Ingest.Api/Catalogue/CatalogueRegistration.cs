using Microsoft.Extensions.DependencyInjection.Extensions;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Individuals;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Catalogue;

public static class CatalogueRegistration
{
    /// <summary>What <see cref="IndividualEndpoints.MapIndividuals"/> needs of its own.</summary>
    public static IServiceCollection AddCatalogue(this IServiceCollection services)
    {
        services.AddOptions<CatalogueOptions>().BindConfiguration(CatalogueOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<Persistently>();
        services.AddSingleton<CatalogueModels>();
        services.AddSingleton<CatalogueSignals>();
        services.AddSingleton<PhotoTraces>();
        services.AddSingleton<CatalogueGauges>();
        services.AddSingleton<IndividualViews>();
        services.AddSingleton<PhotoAddition>();
        services.AddSingleton<CatalogueRemoval>();
        services.AddSingleton<CatalogueAudit>();
        return services;
    }

    /// <summary>What embeds photos and tells workers; it needs the bus.</summary>
    public static IServiceCollection AddCatalogueServices(this IServiceCollection services)
    {
        services.AddSingleton<ShippedImport>();
        services.AddSingleton<SegmentFiles>();
        services.AddSingleton<ICatalogueBroadcast, CatalogueBroadcast>();
        services.AddSingleton<CataloguePublisher>();
        services.AddSingleton<EmbeddingProjection>();
        services.AddHostedService<CatalogueService>();
        services.AddHostedService<EmbeddingRelay>();
        return services;
    }
}
