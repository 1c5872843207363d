namespace Whales.Contracts;

/// <summary>Command to a model's queue: name the animal on this photo. The photo travels by key, not by value.</summary>
public sealed record IdentifyWhale
{
    /// <summary>UUIDv7.</summary>
    public required Guid IdentificationId { get; init; }

    /// <summary>1 at first; a retry or replay is one more. Outcomes of older attempts change nothing.</summary>
    public required int Attempt { get; init; }

    public required string Model { get; init; }

    /// <summary>Where the image store has the photo.</summary>
    public required string ImageKey { get; init; }

    /// <summary>The client's name of the file, or its beginning, for people only; never used as a path.</summary>
    public string? FileName { get; init; }

    public Region? Region { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>After this moment the photo is not worth an inference.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public Lane Lane { get; init; }
}
