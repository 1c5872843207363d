using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Whales.Notifier.Phrases;

/// <summary>Whether messages have the words that the operator wants. They are sent either way.</summary>
internal sealed class WordingHealth(WordingLoader loader) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        loader.Problems is { Count: > 0 } problems ? HealthCheckResult.Degraded($"The wording is not the one of the files: {string.Join(' ', problems.Take(3))}") : HealthCheckResult.Healthy());
}
