namespace Whales.Contracts;

/// <summary>A part of a list.</summary>
public sealed record Page<T>
{
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>Give it back as <c>cursor</c> for the next part; absent on the last one.</summary>
    public string? NextCursor { get; init; }
}
