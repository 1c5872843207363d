using Whales.Hosting.Security;

namespace Whales.Ingest.Api.Security;

/// <summary>Who sent a request: the name that rows belong to, and what it may do.</summary>
public sealed record Caller(string Name, Scope Scopes)
{
    /// <summary>Everybody on this machine, where keys are off: may do everything.</summary>
    public static Caller Local { get; } = new("", Scope.All);

    /// <summary>Without a valid key, at an endpoint that needs none.</summary>
    public static Caller Nobody { get; } = new("", Scope.None);

    /// <summary>Rows of others are there for it too.</summary>
    public bool SeesAll => Has(Scope.Operate);

    /// <summary>The owner that lists are limited to; null for no limit.</summary>
    public string? OnlyOwner => SeesAll ? null : Name;

    public bool Has(Scope scope) => (Scopes & scope) != Scope.None;

    /// <summary>True for its own rows, and for all where it sees all. For anybody else a row is not there.</summary>
    public bool MaySee(string owner) => SeesAll || (Scopes != Scope.None && owner == Name);
}

public static class CallerExtensions
{
    /// <summary>Who sent this request.</summary>
    public static Caller Caller(this HttpContext http) =>
        http.Features.Get<Caller>() ?? throw new InvalidOperationException("No caller was established: UseIngestSecurity() is missing.");
}
