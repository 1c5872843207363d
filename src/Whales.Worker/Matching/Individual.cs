namespace Whales.Worker.Matching;

/// <summary>A known animal.</summary>
internal sealed record Individual(string Id, string? Name, string? Species);
