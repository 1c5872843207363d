using Whales.Testing;

namespace Whales.FaultSuite.Running;

/// <summary>Standalone under fault: one process; its job table (SQLite) and its photos lie together on a small file system.</summary>
internal sealed class StandalonePlant : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _settings;

    private StandalonePlant(SmallDisk disk, string models)
    {
        Disk = disk;
        _settings = new Dictionary<string, string?>
        {
            ["Storage__SqliteFile"] = Path.Combine(disk.Folder, "whales.db"),
            ["ImageStore__Folder"] = Path.Combine(disk.Folder, "images"),
            ["Starts__Folder"] = Path.Combine(disk.Folder, "starts"),
            ["Models__Folder"] = models,
            ["Inference__BatchSize"] = "4",
            ["Inference__Sessions"] = "1",
            ["Inference__Niceness"] = "0",
        };
    }

    public SmallDisk Disk { get; }

    public HostProcess Host { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public static async Task<StandalonePlant> StartAsync(string folder, string models)
    {
        var plant = new StandalonePlant(await SmallDisk.MountAsync(Directory.CreateDirectory(folder).FullName, megabytes: 64), models);
        try
        {
            await plant.StartHostAsync();
            return plant;
        }
        catch
        {
            await plant.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the host, or its successor on the same port and data.</summary>
    public async Task StartHostAsync()
    {
        int? port = Host?.Url.Port;
        if (Host is not null)
            await Host.DisposeAsync();
        Host = HostProcess.Start("Whales.Standalone", _settings, port: port, wrapper: Disk.Enter);
        Client ??= new HttpClient { BaseAddress = Host.Url, Timeout = TimeSpan.FromSeconds(30) };
        await Host.WaitForReadyAsync(TimeSpan.FromMinutes(2));
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (Host is not null)
            await Host.DisposeAsync();
        Disk.Dispose();
    }
}
