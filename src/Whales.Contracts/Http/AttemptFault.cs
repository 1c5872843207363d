namespace Whales.Contracts;

/// <summary>Something that went wrong with one attempt of an identification.</summary>
public sealed record AttemptFault
{
    /// <summary>The <see cref="Code"/> of a worker process that ended with the photo in hand. The attempt itself may still succeed.</summary>
    public const string WorkerEnded = "worker_ended";

    public required int Attempt { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>One of <see cref="FailureCodes"/>, or <see cref="WorkerEnded"/>.</summary>
    public required string Code { get; init; }

    public required string Message { get; init; }

    /// <summary>Host name and process; absent where no worker was concerned.</summary>
    public string? Worker { get; init; }
}
