namespace Whales.Contracts;

/// <summary>Event to every worker of the model: there is a new catalogue. A hurry-up only; workers look by themselves every 2 s.</summary>
public sealed record CatalogueChanged
{
    public required string Model { get; init; }

    public required long Version { get; init; }
}
