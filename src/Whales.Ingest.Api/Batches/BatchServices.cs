using Microsoft.Extensions.DependencyInjection.Extensions;
using Whales.Ingest.Api.Batches.Export;
using Whales.Ingest.Api.Batches.Intake;

namespace Whales.Ingest.Api.Batches;

public static class BatchServices
{
    /// <summary>What <see cref="BatchEndpoints.MapBatches"/> needs besides the parts of single identifications.</summary>
    public static IServiceCollection AddBatches(this IServiceCollection services)
    {
        services.AddOptions<BatchOptions>().BindConfiguration(BatchOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<BatchMetrics>();
        services.AddSingleton<SpoolFolder>();
        services.AddHostedService(provider => provider.GetRequiredService<SpoolFolder>());
        services.AddSingleton<BatchBody>();
        services.AddSingleton<BatchEntries>();
        services.AddSingleton<EntryIntake>();
        services.AddSingleton<BatchExpansion>();
        services.AddSingleton<BatchClaims>();
        services.AddSingleton<BatchSubmission>();
        services.AddSingleton<BatchProgressFeed>();
        services.AddSingleton<BatchChanges>();
        services.AddSingleton<BatchAudit>();
        services.AddSingleton<BatchExport>();
        return services;
    }
}
