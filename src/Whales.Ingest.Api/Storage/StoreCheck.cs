using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Whales.Ingest.Api.Storage;

/// <summary>Whether the job table answers.</summary>
internal sealed class StoreCheck(IIdentificationStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await store.CheckAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
