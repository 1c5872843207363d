using Whales.Testing;

namespace Whales.FunctionalTests.Running;

/// <summary>
/// The distributed system as operators run it: an API process and worker processes around a real RabbitMQ (a virtual host of its own, or a
/// server of its own that may be stopped) and a real PostgreSQL (a database of its own), with a folder for photos and one for models.
/// </summary>
public sealed class Cluster : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly Dictionary<string, string?> _environment = [];
    private int? _apiPort;

    private Cluster()
    {
    }

    public HostProcess Api { get; private set; } = null!;

    public ApiClient Client { get; private set; } = null!;

    public Uri Broker { get; private set; } = null!;

    /// <summary>The virtual host's queues; null when the broker is private.</summary>
    public RabbitMqVirtualHost? VirtualHost { get; private set; }

    /// <summary>The broker itself, when it is private.</summary>
    public RabbitMqServer? PrivateBroker { get; private set; }

    public JobTable JobTable { get; private set; } = null!;

    public string ModelsFolder => _folder.Path("models");

    public string ApiRecord => _folder.Path("strace");

    public string ImagesFolder => _folder.Path("images");

    /// <summary>Starts broker, database and API; no worker yet.</summary>
    /// <param name="writeModels">Writes model folders into the folder it is given.</param>
    /// <param name="privateBroker">True for a broker that the test may stop.</param>
    /// <param name="settings">Further settings of every host.</param>
    /// <param name="recordApi">True: the API's system calls are written to <see cref="ApiRecord"/>.</param>
    public static async Task<Cluster> StartAsync(
        Action<string> writeModels, bool privateBroker = false, IReadOnlyDictionary<string, string?>? settings = null, bool recordApi = false)
    {
        var cluster = new Cluster();
        try
        {
            Directory.CreateDirectory(cluster.ModelsFolder);
            writeModels(cluster.ModelsFolder);
            var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
            cluster._parts.Add(database);
            cluster.JobTable = new JobTable(database.ConnectionString);
            if (privateBroker)
            {
                cluster.PrivateBroker = await RabbitMqServer.StartPrivateAsync();
                cluster._parts.Add(cluster.PrivateBroker);
                cluster.Broker = cluster.PrivateBroker.Uri;
            }
            else
            {
                cluster.VirtualHost = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
                cluster._parts.Add(cluster.VirtualHost);
                cluster.Broker = cluster.VirtualHost.Uri;
            }

            cluster._environment["ConnectionStrings__Whales"] = database.ConnectionString;
            cluster._environment["RabbitMq__Uri"] = cluster.Broker.ToString();
            cluster._environment["ImageStore__Folder"] = cluster.ImagesFolder;
            cluster._environment["Models__Folder"] = cluster.ModelsFolder;
            cluster._environment["Starts__Folder"] = cluster._folder.Path("starts");
            // A warm-up that measures would tell nothing here and take its seconds from every test.
            cluster._environment["Inference__BatchSize"] = "4";
            cluster._environment["Inference__Sessions"] = "2";
            // In one session with other tests, threads that step back would wait for all of these.
            cluster._environment["Inference__Niceness"] = "0";
            foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
                cluster._environment[key] = value;
            await cluster.StartApiAsync(recordApi ? SystemCalls.Recorder(cluster.ApiRecord) : null);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the API, or its successor on the same port, and waits until it accepts photos.</summary>
    public async Task StartApiAsync(IReadOnlyList<string>? wrapper = null)
    {
        Api = HostProcess.Start("Whales.Ingest.Api", _environment, port: _apiPort, wrapper: wrapper);
        _apiPort = Api.Url.Port;
        _parts.Add(Api);
        await Api.WaitForReadyAsync();
        Client ??= new ApiClient(Api.Url);
    }

    /// <summary>Starts one more API on the same servers and folders. Its client is the caller's to dispose.</summary>
    public async Task<(HostProcess Api, ApiClient Client)> StartReplicaAsync()
    {
        var replica = HostProcess.Start("Whales.Ingest.Api", _environment);
        _parts.Add(replica);
        await replica.WaitForReadyAsync();
        return (replica, new ApiClient(replica.Url));
    }

    /// <summary>Starts a worker.</summary>
    /// <param name="ready">False: return at once.</param>
    /// <param name="model">The model that it serves; null: all.</param>
    /// <param name="startsFolder">Where it notes its starts, as on a machine of its own; null: the folder of all workers.</param>
    /// <param name="port">That of a worker that ended, to take its place; null: a free one.</param>
    public async Task<HostProcess> StartWorkerAsync(bool ready = true, string? model = null, string? startsFolder = null, int? port = null)
    {
        var settings = new Dictionary<string, string?>(_environment) { ["Models__Serve__0"] = model };
        if (startsFolder is not null)
            settings["Starts__Folder"] = _folder.Path($"starts-{startsFolder}");
        var worker = HostProcess.Start("Whales.Worker", settings, port: port);
        _parts.Add(worker);
        if (ready)
            await worker.WaitForReadyAsync();
        return worker;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        // The last first: hosts before the servers that they use.
        for (var i = _parts.Count - 1; i >= 0; i--)
            await _parts[i].DisposeAsync();
        _folder.Dispose();
    }
}
