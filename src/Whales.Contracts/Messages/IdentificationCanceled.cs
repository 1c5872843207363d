namespace Whales.Contracts;

/// <summary>Event to every worker: this attempt is no longer wanted. Best effort; the row decides.</summary>
public sealed record IdentificationCanceled
{
    public required Guid IdentificationId { get; init; }

    public required int Attempt { get; init; }
}
