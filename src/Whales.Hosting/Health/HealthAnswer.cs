namespace Whales.Hosting.Health;

/// <summary>The body of the health endpoints.</summary>
/// <param name="Status">healthy, degraded (still 200) or unhealthy (503): the worst of the checks.</param>
/// <param name="Checks">By name; none for /health/live.</param>
public sealed record HealthAnswer(string Status, IReadOnlyList<CheckAnswer> Checks);

/// <summary>What one part of the host says of itself.</summary>
/// <param name="Name">The part.</param>
/// <param name="Status">healthy, degraded or unhealthy.</param>
/// <param name="Description">One sentence; null when there is nothing to say.</param>
/// <param name="Seconds">How long the check took.</param>
public sealed record CheckAnswer(string Name, string Status, string? Description, double Seconds);
