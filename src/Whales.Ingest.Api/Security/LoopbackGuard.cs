using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Security;

/// <summary>
/// While only loopback is listened on there are no API keys, yet every page in the user's browser can reach us. So a request must name
/// this machine as its host (else a stranger's name was rebound to 127.0.0.1), and an Origin must be our own (else a stranger's page sent it).
/// </summary>
internal sealed class LoopbackGuard(RequestDelegate next, IServer server, IOptions<IngestOptions> options)
{
    private readonly IngestOptions _options = options.Value;
    private bool? _onlyLoopback;

    public Task InvokeAsync(HttpContext context)
    {
        // Known only once the server listens.
        _onlyLoopback ??= ListensOnLoopbackOnly(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        return _onlyLoopback.Value && Refuse(context.Request) is { } refusal
            ? new RefusalResult(refusal).ExecuteAsync(context)
            : next(context);
    }

    internal static bool ListensOnLoopbackOnly(IEnumerable<string> addresses) => addresses.All(address =>
        address.Contains("://unix:", StringComparison.OrdinalIgnoreCase) || IsLoopback(BindingAddress.Parse(address).Host));

    private RequestRefusedException? Refuse(HttpRequest request)
    {
        var host = request.Host.Host;
        if (!IsLoopback(host) && !_options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase))
            return RequestRefusedException.Forbidden("The Host header must be localhost, 127.0.0.1 or [::1]; Ingest:AllowedHosts can name more.");

        var origins = request.Headers.Origin;
        if (origins.Count == 0 || IsOurs(request, origins.ToString()))
            return null;
        return RequestRefusedException.Forbidden("Pages of other sites may not send requests here; Ingest:AllowedOrigins can name exceptions.");
    }

    private bool IsOurs(HttpRequest request, string origin) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
        || _options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
