namespace Whales.Contracts;

/// <summary>Who the server takes a client for.</summary>
public sealed record Session
{
    /// <summary>False where keys are off and everybody on the machine may do everything.</summary>
    public required bool KeyRequired { get; init; }

    /// <summary>The name of the key, which owns what was sent with it; absent without one.</summary>
    public string? Name { get; init; }

    /// <summary>Some of submit, curate, operate.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }
}
