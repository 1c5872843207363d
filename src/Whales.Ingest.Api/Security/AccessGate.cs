using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Security;

/// <summary>
/// Every request passes here, before anything of its body is read: whose key is it, does its owner ask too often, may it call this endpoint
/// (<see cref="AccessRule"/>), and can a browser have been tricked into it. Without keys: does it come from this machine's user.
/// </summary>
internal sealed class AccessGate(RequestDelegate next, ApiKeys keys, CallLimits limits, IServer server, IOptions<IngestOptions> options)
{
    private readonly IngestOptions _options = options.Value;
    private bool? _onlyLoopback;

    public Task InvokeAsync(HttpContext context)
    {
        var refusal = keys.Required ? WithKeys(context) : WithoutKeys(context);
        return refusal is null ? next(context) : new RefusalResult(refusal).ExecuteAsync(context);
    }

    private RequestRefusedException? WithoutKeys(HttpContext context)
    {
        context.Features.Set(Caller.Local);
        // Known only once the server listens. The host does not start with another address; this is for one that was configured past that check.
        _onlyLoopback ??= Loopback.IsAll(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        return _onlyLoopback.Value
            ? Origins.RefuseStrange(context.Request, _options)
            : RequestRefusedException.Forbidden("This server has no API keys and answers nobody but its own machine.");
    }

    private RequestRefusedException? WithKeys(HttpContext context)
    {
        var (presented, byCookie) = Credential(context.Request);
        var caller = presented is null ? null : keys.Find(presented);
        context.Features.Set(caller ?? Caller.Nobody);
        var endpoint = context.GetEndpoint();
        var rule = endpoint?.Metadata.GetMetadata<AccessRule>();
        var open = rule is { NeedsKey: false };

        if (IsCounted(context, caller, open) && limits.Take(caller, context.Connection.RemoteIpAddress) is { } pause)
            return RequestRefusedException.RateLimited("Too many requests in too short a time. Go on after the pause that Retry-After names.", pause);
        if (byCookie && caller is not null && Origins.RefuseForged(context.Request, _options) is { } forged)
            return forged;
        if (open)
            return null;
        if (caller is null)
        {
            return RequestRefusedException.Unauthorized(presented is null
                ? "This needs an API key, in the header X-Api-Key."
                : "This API key is not known here.");
        }
        // Unknown paths and wrong methods are answered by the framework, to those who have a key.
        if (rule is null)
            return endpoint is RouteEndpoint ? RequestRefusedException.Forbidden("Nobody may call this.") : null;
        return rule.AnyOf == Scope.None || caller.Has(rule.AnyOf)
            ? null
            : RequestRefusedException.Forbidden($"This needs a key with the scope {rule.Words}.");
    }

    // What changes something, what is marked as work, and whatever comes without a key that it needs. Questions about a state never, nor
    // routes that keep limits of their own.
    private static bool IsCounted(HttpContext context, Caller? caller, bool open) =>
        context.GetEndpoint()?.Metadata.GetMetadata<OwnLimit>() is null
        && (!Origins.IsRead(context.Request.Method)
            || (caller is null && !open)
            || context.GetEndpoint()?.Metadata.GetMetadata<CountsAgainstLimit>() is not null);

    private static (string? Presented, bool ByCookie) Credential(HttpRequest request)
    {
        var header = request.Headers[ApiKeys.Header];
        if (header.Count > 0)
            return (header.Count == 1 ? header[0] ?? "" : "", false);
        return request.Cookies.TryGetValue(ApiKeys.Cookie, out var cookie) ? (cookie, true) : (null, false);
    }
}
