namespace Whales.Contracts;

/// <summary>Event: a photo's message was given up, by the broker or by a consumer that could not take it; its row has failed.</summary>
public sealed record IdentificationDeadLettered
{
    public required Guid IdentificationId { get; init; }

    public required int Attempt { get; init; }

    public required string Model { get; init; }

    /// <summary>The broker's word (rejected, expired, maxlen, delivery_limit), or <c>fault</c> where a consumer failed.</summary>
    public required string Reason { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Message { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }
}
