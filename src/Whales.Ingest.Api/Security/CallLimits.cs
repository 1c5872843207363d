using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Whales.Ingest.Api.Security;

/// <summary>Requests a minute, for each key, and for each address that has none.</summary>
internal sealed class CallLimits(IOptions<LimitsOptions> options) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(
        who => RateLimitPartition.GetTokenBucketLimiter(who, _ => Bucket(options.Value)));

    /// <returns>How long to wait; null when the request may go on.</returns>
    public TimeSpan? Take(Caller? caller, IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire(caller is null ? $"address {Network(address)}" : $"key {caller.Name}");
        if (lease.IsAcquired)
            return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > ShortestPause ? after : ShortestPause;
    }

    public void Dispose() => _limiter.Dispose();

    // A period gives whole tokens only: where a minute has few of them, the period is longer.
    private static TokenBucketRateLimiterOptions Bucket(LimitsOptions limits)
    {
        var perPeriod = (int)(limits.RequestsPerMinute * Period.TotalMinutes);
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.Burst,
            TokensPerPeriod = Math.Max(1, perPeriod),
            ReplenishmentPeriod = perPeriod >= 1 ? Period : TimeSpan.FromMinutes(1.0 / limits.RequestsPerMinute),
        };
    }

    // A customer of IPv6 has a /64 to itself and would have as many buckets.
    private static string Network(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes(), 0, 8) : address.ToString();
    }
}
