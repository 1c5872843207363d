namespace Whales.Contracts;

/// <summary>What an operation over many identifications did. Each request is bounded; repeat it while <see cref="More"/> is true.</summary>
public sealed record ChangedCount
{
    /// <summary>Identifications that this request changed.</summary>
    public required int Count { get; init; }

    /// <summary>True when the bound was reached and others may be left.</summary>
    public required bool More { get; init; }
}
