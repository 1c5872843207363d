using System.Globalization;
using Whales.Testing;
using Whales.Testing.Models;

namespace Whales.FaultSuite.Running;

/// <summary>
/// The system under fault: RabbitMQ, PostgreSQL, two APIs and three workers as processes of their own. Photos lie on a small file system
/// that only these processes see, so that it can be filled.
/// </summary>
internal sealed class Plant : IAsyncDisposable
{
    public const string Model = "colours";

    private readonly string _folder = Directory.CreateTempSubdirectory("whales-faults-").FullName;
    private readonly Dictionary<string, string?> _settings = [];
    private SmallDisk? _disk;
    private StandalonePlant? _standalone;

    private Plant()
    {
    }

    public RabbitMqServer Broker { get; private set; } = null!;

    public PostgresNode Database { get; private set; } = null!;

    public HostProcess[] Apis { get; } = new HostProcess[2];

    public HostProcess[] Workers { get; } = new HostProcess[3];

    public HttpClient[] Clients { get; } = new HttpClient[2];

    /// <summary>Where the photos lie, as the hosts see it.</summary>
    public SmallDisk Disk => _disk!;

    public string JournalFile => Path.Combine(_folder, "journal.txt");

    /// <summary>The hosts' clock runs ahead or behind by what this file says.</summary>
    private string ClockFile => Path.Combine(_folder, "clock");

    public static async Task<Plant> StartAsync()
    {
        var plant = new Plant();
        try
        {
            plant._disk = await SmallDisk.MountAsync(Path.Combine(plant._folder, "images"), megabytes: 64);
            await Task.WhenAll(plant.StartBrokerAsync(), plant.StartDatabaseAsync());
            plant.WriteSettings();
            await plant.StartApiAsync(0);
            await plant.StartApiAsync(1);
            for (var worker = 0; worker < plant.Workers.Length; worker++)
                await plant.StartWorkerAsync(worker);
            return plant;
        }
        catch
        {
            await plant.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts an API, or its successor on the same port.</summary>
    public async Task StartApiAsync(int number)
    {
        int? port = Apis[number]?.Url.Port;
        if (Apis[number] is { } before)
            await before.DisposeAsync();
        Apis[number] = HostProcess.Start("Whales.Ingest.Api", _settings, port: port, wrapper: _disk!.Enter);
        Clients[number] ??= new HttpClient { BaseAddress = Apis[number].Url, Timeout = TimeSpan.FromSeconds(30) };
        await Apis[number].WaitForReadyAsync(TimeSpan.FromMinutes(2));
    }

    /// <summary>Starts a worker in the place of the one before; <paramref name="version"/> is its model's.</summary>
    public async Task StartWorkerAsync(int number, string version = "1")
    {
        if (Workers[number] is { } before)
            await before.DisposeAsync();
        var settings = new Dictionary<string, string?>(_settings) { ["Models__Folder"] = ModelsOf(version) };
        Workers[number] = HostProcess.Start("Whales.Worker", settings, wrapper: _disk!.Enter);
        await Workers[number].WaitForReadyAsync(TimeSpan.FromMinutes(2));
    }

    /// <summary>A system of its own beside this one, started when it is first asked for.</summary>
    public async Task<StandalonePlant> StandaloneAsync() => _standalone ??= await StandalonePlant.StartAsync(Path.Combine(_folder, "standalone"), ModelsOf("1"));

    /// <summary>Makes room for the photos of the next fault; nobody waits for those that lie here.</summary>
    public void DeletePhotos()
    {
        _disk!.DeletePhotos();
        _standalone?.Disk.DeletePhotos();
    }

    /// <summary>Sets the clock of all APIs and workers off by so much; they see it within a second.</summary>
    public void ShiftClock(TimeSpan by) => File.WriteAllText(ClockFile, string.Create(CultureInfo.InvariantCulture, $"{by.TotalSeconds:+0;-0}\n"));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Clients)
            client?.Dispose();
        foreach (var host in Apis.Concat(Workers))
        {
            if (host is not null)
                await host.DisposeAsync();
        }

        if (_standalone is not null)
            await _standalone.DisposeAsync();
        if (Broker is not null)
            await Broker.DisposeAsync();
        if (Database is not null)
            await Database.DisposeAsync();
        _disk?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartBrokerAsync() => Broker = await RabbitMqServer.StartPrivateAsync();

    private async Task StartDatabaseAsync() => Database = await PostgresNode.StartNewAsync();

    private void WriteSettings()
    {
        ShiftClock(TimeSpan.Zero);
        _settings["ConnectionStrings__Whales"] = Database.ConnectionString + ";Maximum Pool Size=20";
        _settings["RabbitMq__Uri"] = Broker.Uri.ToString();
        _settings["ImageStore__Folder"] = _disk!.Folder;
        _settings["Models__Folder"] = ModelsOf("1");
        _settings["Inference__BatchSize"] = "4";
        _settings["Inference__Sessions"] = "1";
        // In one session with their clients and servers, threads that step back would wait for all of these.
        _settings["Inference__Niceness"] = "0";
        // Prompt rather than frugal: what is waited for below are recoveries, not intervals.
        _settings["Relay__Lease"] = "00:00:05";
        _settings["Relay__ResendAfter"] = "00:00:10";
        foreach (var (key, value) in FakeClock.Settings(ClockFile))
            _settings[key] = value;
    }

    // The same network under another version, which answers the same.
    private string ModelsOf(string version)
    {
        var folder = Path.Combine(_folder, $"models-{version}");
        if (!Directory.Exists(folder))
            TestModels.Write(Directory.CreateDirectory(folder).FullName, new TestModel { Name = Model, Version = version, ExtraWork = 50 });
        return folder;
    }
}
