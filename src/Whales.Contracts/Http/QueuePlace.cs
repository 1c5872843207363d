namespace Whales.Contracts;

/// <summary>Where a waiting photo stands in the line of its model and lane.</summary>
public sealed record QueuePlace
{
    /// <summary>Photos that were accepted before it and are not finished, those that workers have in hand among them. Above a thousand, to about a thousandth.</summary>
    public required int WaitingAhead { get; init; }

    /// <summary>Seconds until its result, as fast as the line moves now; absent while nobody knows, because no worker serves the model or none gets on.</summary>
    public double? EtaSeconds { get; init; }
}
