using Whales.FaultSuite.Running;

namespace Whales.FaultSuite.Faults;

/// <summary>Something that goes wrong, and how it ends.</summary>
/// <param name="Name">For the command line and the report.</param>
/// <param name="What">For people.</param>
/// <param name="Inject">Makes it happen, under load.</param>
/// <param name="Heal">Ends it. After this the system must find its own way back.</param>
internal sealed record Fault(string Name, string What, Func<Plant, Random, Task> Inject, Func<Plant, Task> Heal)
{
    /// <summary>How long the fault lasts.</summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Failure codes that photos may end with because of it; any other failure is counted against the system.</summary>
    public IReadOnlyList<string> Expected { get; init; } = [];

    /// <summary>Load and fault meet Standalone, not the cluster.</summary>
    public bool OnStandalone { get; init; }
}
