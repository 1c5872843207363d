namespace Whales.Hosting.Catalogue;

/// <summary>A known animal.</summary>
public sealed record KnownIndividual(string Id, string? Name, string? Species);
