using Microsoft.AspNetCore.Builder;

namespace Whales.Hosting.Security;

/// <summary>
/// Who may call an endpoint, as its metadata. An endpoint without a rule answers nobody while keys are on: a route that is added and
/// forgotten here is closed, and a test names it.
/// </summary>
/// <param name="NeedsKey">False: anybody who reaches the host.</param>
/// <param name="AnyOf">The key must have one of these scopes; none: any key will do.</param>
public sealed record AccessRule(bool NeedsKey, Scope AnyOf)
{
    /// <summary>As the documents say it.</summary>
    public string Words => (NeedsKey, AnyOf) switch
    {
        (false, _) => "no key",
        (_, Scope.None) => "any key",
        _ => string.Join(" or ", Scopes.Of(AnyOf)),
    };
}

/// <summary>Marks a GET as work that counts against the caller's rate limit; other GETs are never throttled.</summary>
public sealed class CountsAgainstLimit
{
    public static CountsAgainstLimit Instance { get; } = new();
}

/// <summary>Marks a route that limits its callers itself: it counts against nobody's rate limit, whatever its method.</summary>
public sealed class OwnLimit
{
    public static OwnLimit Instance { get; } = new();
}

/// <summary>What every route says once: who may call it.</summary>
public static class AccessExtensions
{
    /// <summary>A key with at least one of these scopes: <c>.RequiresScope(Scope.Submit | Scope.Operate)</c>.</summary>
    public static TBuilder RequiresScope<TBuilder>(this TBuilder endpoint, Scope anyOf)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)anyOf, (int)Scope.None);
        return endpoint.With(new AccessRule(NeedsKey: true, anyOf));
    }

    /// <summary>A key, whatever it may do.</summary>
    public static TBuilder RequiresAnyKey<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.With(new AccessRule(NeedsKey: true, Scope.None));

    /// <summary>No key. Not throttled either, where it is a GET.</summary>
    public static TBuilder RequiresNoKey<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.With(new AccessRule(NeedsKey: false, Scope.None));

    /// <summary>A GET that is work (a photo, an export), not a question about a state: it counts against the caller's rate limit.</summary>
    public static TBuilder CountsAgainstLimit<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.With(Security.CountsAgainstLimit.Instance);

    /// <summary>It limits its callers itself, and must not be refused for how often they ask.</summary>
    public static TBuilder HasItsOwnLimit<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.With(OwnLimit.Instance);

    private static TBuilder With<TBuilder>(this TBuilder endpoint, object metadata)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(builder => builder.Metadata.Add(metadata));
        return endpoint;
    }
}
