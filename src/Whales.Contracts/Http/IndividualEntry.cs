namespace Whales.Contracts;

/// <summary>What a cataloguer says of an animal. In a PATCH a member that is absent stays as it is, and one that is null is cleared.</summary>
public sealed record IndividualEntry
{
    /// <summary>
    /// 1 to 100 characters without control characters, <c>/</c> and <c>\</c>. Absent: the service makes one. Not part of a PATCH: an id never changes.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>At most 100 characters.</summary>
    public string? Name { get; init; }

    /// <summary>Latin name; at most 100 characters.</summary>
    public string? Species { get; init; }

    public Sex? Sex { get; init; }

    /// <summary>At most 4,000 characters.</summary>
    public string? Notes { get; init; }
}
