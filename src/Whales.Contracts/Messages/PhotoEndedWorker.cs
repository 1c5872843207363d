namespace Whales.Contracts;

/// <summary>
/// Event: a worker process has ended while it had this attempt in hand, told by its successor on the same machine. Other workers count it,
/// the API keeps it with the identification's history.
/// </summary>
public sealed record PhotoEndedWorker
{
    public required Guid IdentificationId { get; init; }

    public required int Attempt { get; init; }

    /// <summary>The successor's name.</summary>
    public required string Worker { get; init; }

    /// <summary>When the successor found it.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
