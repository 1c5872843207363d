using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Whales.Hosting.Images;

/// <summary>Readiness: photos can be reached.</summary>
internal sealed class ImageStoreCheck(IImageStore images) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await images.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The image store does not answer.", exception);
        }
    }
}
