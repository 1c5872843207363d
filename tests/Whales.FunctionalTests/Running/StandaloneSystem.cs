using Whales.Testing;

namespace Whales.FunctionalTests.Running;

/// <summary>Standalone as a process, with SQLite, photos and models in a folder of its own. It can be ended and started again on the same folder and port.</summary>
public sealed class StandaloneSystem : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _environment;
    private readonly List<HostProcess> _hosts = [];

    private StandaloneSystem(IReadOnlyDictionary<string, string?>? settings)
    {
        _environment = new Dictionary<string, string?>
        {
            ["Storage__SqliteFile"] = _folder.Path("whales.db"),
            ["ImageStore__Folder"] = ImagesFolder,
            ["Models__Folder"] = ModelsFolder,
            ["Starts__Folder"] = _folder.Path("starts"),
            // A warm-up that measures would tell nothing here and take its seconds from every test.
            ["Inference__BatchSize"] = "4",
            ["Inference__Sessions"] = "1",
            // In one session with other tests, threads that step back would wait for all of these.
            ["Inference__Niceness"] = "0",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
            _environment[key] = value;
    }

    public HostProcess Host => _hosts[^1];

    public ApiClient Client { get; private set; } = null!;

    public string ImagesFolder => _folder.Path("images");

    public string ModelsFolder => _folder.Path("models");

    public string FileOf(string name) => _folder.Path(name);

    /// <summary>Starts the host.</summary>
    /// <param name="writeModels">Writes model folders into the folder it is given.</param>
    /// <param name="settings">Settings besides the folders; null takes one of them away.</param>
    /// <param name="wrapper">Makes the command that runs the host; it may write files of its own (<see cref="FileOf"/>).</param>
    /// <param name="ready">False: return as soon as the host listens.</param>
    public static async Task<StandaloneSystem> StartAsync(
        Action<string> writeModels,
        IReadOnlyDictionary<string, string?>? settings = null,
        Func<StandaloneSystem, IReadOnlyList<string>>? wrapper = null,
        bool ready = true)
    {
        var system = new StandaloneSystem(settings);
        try
        {
            Directory.CreateDirectory(system.ModelsFolder);
            writeModels(system.ModelsFolder);
            system.Launch(wrapper?.Invoke(system));
            if (ready)
                await system.Host.WaitForReadyAsync();
            else
                await system.Host.WaitForOutputAsync("listens on");
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the successor of a host that has ended, on the same folder and port.</summary>
    public async Task StartAgainAsync(bool ready = true)
    {
        Launch(null);
        if (ready)
            await Host.WaitForReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (var host in _hosts)
            await host.DisposeAsync();
        _folder.Dispose();
    }

    private void Launch(IReadOnlyList<string>? wrapper)
    {
        int? port = _hosts.Count == 0 ? null : Host.Url.Port;
        _hosts.Add(HostProcess.Start("Whales.Standalone", _environment, port: port, wrapper: wrapper));
        Client ??= new ApiClient(Host.Url);
    }
}
