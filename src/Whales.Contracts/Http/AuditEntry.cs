namespace Whales.Contracts;

/// <summary>One thing that somebody, or retention, did to identifications or dead letters.</summary>
public sealed record AuditEntry
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who: the address of the request, with the name of the API key where there are keys.</summary>
    public required string Actor { get; init; }

    /// <summary>What, for example deleted, canceled, retried, retried_many, purged, exported.</summary>
    public required string Action { get; init; }

    /// <summary>The one identification, where it was one; also after it was deleted.</summary>
    public Guid? IdentificationId { get; init; }

    /// <summary>How many were changed.</summary>
    public required long Count { get; init; }

    /// <summary>By which they were chosen, as in the request's query, where they were many.</summary>
    public string? Filter { get; init; }
}
