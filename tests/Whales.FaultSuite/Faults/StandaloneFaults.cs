using Whales.FaultSuite.Running;

namespace Whales.FaultSuite.Faults;

/// <summary>Faults of the one process with SQLite: what needs no broker to go wrong.</summary>
internal static class StandaloneFaults
{
    public static IReadOnlyList<Fault> List { get; } =
    [
        new("sqlite-disk-full", "the disk under Standalone's SQLite file and photos is full", async (p, _) => (await p.StandaloneAsync()).Disk.Fill(), EmptyAsync)
        {
            Lasts = TimeSpan.FromSeconds(5),
            OnStandalone = true,
        },
        new("sqlite-full-killed", "SIGKILL of Standalone while the disk under SQLite is full", async (p, _) =>
            {
                var standalone = await p.StandaloneAsync();
                standalone.Disk.Fill();
                await Task.Delay(TimeSpan.FromSeconds(2));
                await standalone.Host.KillAsync();
            },
            async p =>
            {
                await EmptyAsync(p);
                await (await p.StandaloneAsync()).StartHostAsync();
            })
        {
            OnStandalone = true,
        },
        new("standalone-killed", "SIGKILL of Standalone, whose queue is in its memory", async (p, _) => await (await p.StandaloneAsync()).Host.KillAsync(),
            async p => await (await p.StandaloneAsync()).StartHostAsync())
        {
            OnStandalone = true,
        },
    ];

    private static async Task EmptyAsync(Plant plant) => (await plant.StandaloneAsync()).Disk.Empty();
}
