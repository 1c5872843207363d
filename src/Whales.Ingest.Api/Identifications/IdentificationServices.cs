using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Identifications.Upload;
using Whales.Ingest.Api.Operations;
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
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<IngestOptions>>(ConfigureKestrel);
        services.ConfigureHttpJsonOptions(options => HttpJson.Configure(options.SerializerOptions));

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ApiMetrics>();
        services.AddSingleton<IdentificationWaiters>();
        services.AddSingleton<IdentificationRemoval>();
        services.AddSingleton<CancelNotice>();
        services.AddSingleton<AuditLog>();
        services.AddWaitingLines();
        services.AddOperations();
        services.AddSingleton<PhotoIntake>();
        services.AddSingleton<Submission>();
        return services;
    }

    private static void ConfigureKestrel(KestrelServerOptions kestrel, IOptions<IngestOptions> options)
    {
        var rate = options.Value.MinUploadBytesPerSecond;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinRequestBodyDataRate = rate == 0 ? null : new MinDataRate(rate, gracePeriod: TimeSpan.FromSeconds(10));
    }
}
