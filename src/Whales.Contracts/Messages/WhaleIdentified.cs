namespace Whales.Contracts;

/// <summary>Event: a worker has an answer for a photo.</summary>
public sealed record WhaleIdentified
{
    public required Guid IdentificationId { get; init; }

    public required int Attempt { get; init; }

    public required string Model { get; init; }

    public required string ModelVersion { get; init; }

    public required string CatalogueVersion { get; init; }

    public required Decision Decision { get; init; }

    /// <summary>Best first, at most five, given for every decision.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    /// <summary>How sure the gate is that a whale or dolphin is on the photo, 0 to 1; null when the model has no gate.</summary>
    public float? CetaceanScore { get; init; }

    /// <summary><see cref="Timings.TotalMs"/> is set by the API, when the result is stored.</summary>
    public required Timings Timings { get; init; }

    /// <summary>Host name and process of the worker.</summary>
    public required string Worker { get; init; }
}
