using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Security;

/// <summary>Requests that a browser may have been made to send: by a page of somebody else, or by a name that was rebound to this machine.</summary>
internal static class Origins
{
    /// <summary>
    /// Without keys every page in the user's browser can reach us. So a request must name this machine as its host (else a stranger's name
    /// was rebound to 127.0.0.1), and an Origin must be our own (else a stranger's page sent it).
    /// </summary>
    public static RequestRefusedException? RefuseStrange(HttpRequest request, IngestOptions options)
    {
        var host = request.Host.Host;
        if (!Loopback.IsHost(host) && !options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase))
            return RequestRefusedException.Forbidden("The Host header must be localhost, 127.0.0.1 or [::1]; Ingest:AllowedHosts can name more.");

        return request.Headers.Origin.Count == 0 || IsOurs(request, options)
            ? null
            : RequestRefusedException.Forbidden("Pages of other sites may not send requests here; Ingest:AllowedOrigins can name exceptions.");
    }

    /// <summary>A cookie goes along by itself: what changes something must come from our own page, and browsers say so.</summary>
    public static RequestRefusedException? RefuseForged(HttpRequest request, IngestOptions options) =>
        IsRead(request.Method) || IsOurs(request, options)
            ? null
            : RequestRefusedException.Forbidden("With a session's cookie, changes must come from a page of this server (the Origin header says so). Programs send X-Api-Key.");

    public static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static bool IsOurs(HttpRequest request, IngestOptions options)
    {
        var origin = request.Headers.Origin.ToString();
        return string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
            || options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
    }
}
