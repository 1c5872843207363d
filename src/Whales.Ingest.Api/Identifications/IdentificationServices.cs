using Microsoft.Extensions.DependencyInjection.Extensions;
using Whales.Ingest.Api.Identifications.Upload;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Telemetry;
using Whales.Ingest.Api.Waiting;

namespace Whales.Ingest.Api.Identifications;

public static class IdentificationServices
{
    /// <summary>
    /// What <see cref="IdentificationEndpoints.MapIdentifications"/> needs of its own. The store, the image store, <see cref="IIdentificationQueue"/>,
    /// <see cref="ICancelBroadcast"/> and the known models are registered by others.
    /// </summary>
    public static IServiceCollection AddIdentificationEndpoints(this IServiceCollection services)
    {
        services.AddOptions<IngestOptions>()
            .BindConfiguration(IngestOptions.SectionName)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddIngestSecurity();
        services.ConfigureHttpJsonOptions(options => HttpJson.Configure(options.SerializerOptions));

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ApiMetrics>();
        services.AddSingleton<IdentificationWaiters>();
        services.AddHostedService<ReplicaNews>();
        services.AddSingleton<IdentificationRemoval>();
        services.AddSingleton<CancelNotice>();
        services.AddSingleton<AuditLog>();
        services.AddWaitingLines();
        services.AddOperations();
        services.AddSingleton<PhotoIntake>();
        services.AddSingleton<Submission>();
        return services;
    }
}
