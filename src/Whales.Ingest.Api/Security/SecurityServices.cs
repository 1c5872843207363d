using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Security;

public static class SecurityServices
{
    /// <summary>Keys, limits and what <see cref="UseIngestSecurity"/> needs.</summary>
    public static IServiceCollection AddIngestSecurity(this IServiceCollection services)
    {
        services.AddOptions<ApiKeysOptions>().BindConfiguration(ApiKeysOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApiKeysOptions>, KeysOrLoopback>();
        services.AddOptions<LimitsOptions>().BindConfiguration(LimitsOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ConnectionOptions>().BindConfiguration(ConnectionOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ProxiesOptions>().BindConfiguration(ProxiesOptions.SectionName)
            .Validate(proxies => proxies.Trusted.All(text => TryNetwork(text, out _)), "Proxies:Trusted must have addresses or networks, such as 10.0.0.5 or 10.1.0.0/16.")
            .ValidateOnStart();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxiesOptions>>((headers, proxies) => TrustOnly(headers, proxies.Value));
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ConnectionOptions>, IOptions<IngestOptions>>(
            (kestrel, connections, ingest) => Limit(kestrel, connections.Value, ingest.Value.MinUploadBytesPerSecond));
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<CallLimits>();
        services.AddSingleton<PhotoQuotas>();
        services.AddHostedService(provider => provider.GetRequiredService<PhotoQuotas>());
        return services;
    }

    /// <summary>Lets nothing by that may not be asked. Before anything is mapped that it is to guard.</summary>
    public static WebApplication UseIngestSecurity(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<AccessGate>();
        return app;
    }

    // What a client writes into X-Forwarded-For itself is not believed: without trusted proxies none of it is.
    private static void TrustOnly(ForwardedHeadersOptions headers, ProxiesOptions proxies)
    {
        headers.ForwardedHeaders = proxies.Trusted.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        headers.ForwardLimit = null;
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var text in proxies.Trusted)
        {
            if (TryNetwork(text, out var network))
                headers.KnownIPNetworks.Add(network);
        }
    }

    private static bool TryNetwork(string text, out System.Net.IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }
        return System.Net.IPNetwork.TryParse(text, out network);
    }

    private static void Limit(KestrelServerOptions kestrel, ConnectionOptions connections, int minUploadRate)
    {
        var limits = kestrel.Limits;
        kestrel.AddServerHeader = false;
        limits.RequestHeadersTimeout = connections.HeaderTimeout;
        limits.KeepAliveTimeout = connections.KeepAlive;
        limits.MaxRequestHeaderCount = connections.MaxHeaders;
        limits.MaxRequestHeadersTotalSize = connections.MaxHeaderBytes;
        // Endpoints that take photos count for themselves.
        limits.MaxRequestBodySize = connections.MaxBodyBytes;
        limits.MinRequestBodyDataRate = Rate(minUploadRate, connections.SlowGrace);
        limits.MinResponseDataRate = Rate(connections.MinDownloadBytesPerSecond, connections.SlowGrace);
    }

    private static MinDataRate? Rate(int bytesPerSecond, TimeSpan grace) => bytesPerSecond == 0 ? null : new MinDataRate(bytesPerSecond, grace);
}
