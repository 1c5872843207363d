namespace Whales.Contracts;

/// <summary>Command to a model's bulk queue: turn this catalogue photo into the vector that other photos are compared with.</summary>
public sealed record EmbedPhoto
{
    /// <summary>The catalogue photo; UUIDv7.</summary>
    public required Guid PhotoId { get; init; }

    /// <summary>1 at first; one more each time the photo is to be embedded anew.</summary>
    public required int Attempt { get; init; }

    public required string Model { get; init; }

    /// <summary>The version of the model that the API's catalogue is made with. A worker answers with its own, whatever this says.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Where the image store has the photo.</summary>
    public required string ImageKey { get; init; }

    public Region? Region { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }
}
