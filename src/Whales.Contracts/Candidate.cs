namespace Whales.Contracts;

/// <summary>One known animal that the photo may show.</summary>
public sealed record Candidate
{
    /// <summary>The catalogue's id of the animal.</summary>
    public required string IndividualId { get; init; }

    public string? Name { get; init; }

    /// <summary>Latin name.</summary>
    public string? Species { get; init; }

    /// <summary>
    /// Cosine similarity to the animal's closest photo, for some models in part to the mean of its photos (-1 to 1), or a classifier's probability (0 to 1).
    /// </summary>
    public required float Score { get; init; }
}
