using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Whales.Hosting.Messaging;

/// <summary>
/// Whether the bus is connected. MassTransit's own check calls a lost broker degraded, which is right for an API that goes on accepting and
/// wrong for a worker, which can do nothing.
/// </summary>
internal sealed class BrokerCheck(IBusControl bus, HealthStatus outage) : IHealthCheck
{
    public const string Name = "bus";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = bus.CheckHealth();
        return Task.FromResult(health.Status == BusHealthStatus.Healthy
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(outage, health.Description, health.Exception));
    }
}
