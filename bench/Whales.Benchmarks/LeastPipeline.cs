using System.Globalization;
using RabbitMQ.Client;
using Whales.Testing;

namespace Whales.Benchmarks;

/// <summary>
/// The raw limit of the whole way through RabbitMQ: the least code that gives the same promises (photo synced, row committed, both messages
/// confirmed by quorum queues, outcome in the row before it is acknowledged), on the bare clients of RabbitMQ and PostgreSQL. It checks nothing,
/// repeats nothing, measures nothing and cannot be operated.
/// </summary>
internal sealed class LeastPipeline : IAsyncDisposable
{
    public const string Photos = "least-photos", Outcomes = "least-outcomes";

    public static readonly BasicProperties Durable = new() { Persistent = true };

    private readonly string _folder = Directory.CreateTempSubdirectory("whales-least-").FullName;
    private readonly string _modelFolder;
    private readonly int _batch;
    private PostgresTestDatabase? _database;
    private RabbitMqServer? _broker;
    private ChildProcess? _api;
    private ChildProcess? _worker;

    private LeastPipeline(string modelFolder, int batch) => (_modelFolder, _batch) = (modelFolder, batch);

    public LoadGenerator Load { get; private set; } = null!;

    /// <summary>Starts all but the worker.</summary>
    public static async Task<LeastPipeline> StartAsync(string modelFolder, int batch, IReadOnlyList<byte[]> photos)
    {
        var pipeline = new LeastPipeline(modelFolder, batch);
        try
        {
            pipeline._database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
            pipeline._broker = await RabbitMqServer.StartPrivateAsync();
            await using (var channel = await ConnectAsync(pipeline._broker.Uri))
            {
                foreach (var queue in new[] { Photos, Outcomes })
                    await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
            }

            (pipeline._api, var url) = await StartApiAsync(pipeline._folder, pipeline._database.ConnectionString, pipeline._broker.Uri.ToString());
            pipeline.Load = new LoadGenerator(url, photos);
            return pipeline;
        }
        catch
        {
            await pipeline.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fills the queue, starts the worker and lets it run empty.</summary>
    public async Task<Measured> DrainAsync(string model, int count, Func<TimeSpan, Rate> bareLoop)
    {
        await Load.FillAsync(model, count, connections: 16);
        await StartWorkerAsync();
        return await DrainedQueue.MeasureAsync(count, Load.LeastWaitingAsync, TurnsWith(bareLoop));
    }

    public async Task StartWorkerAsync()
    {
        _worker = Start(LeastWorker.Command, _folder, _modelFolder, _batch.ToString(CultureInfo.InvariantCulture), _broker!.Uri.ToString());
        await FirstLineAsync(_worker, "ready");
    }

    public void StopWorker() => _worker?.Dispose();

    public Turns TurnsWith(Func<TimeSpan, Rate> bareLoop) => new(bareLoop, () => _worker!.Send(Signal.Stop), () => _worker!.Send(Signal.Continue), CpuSeconds);

    /// <summary>Seconds of CPU of each part.</summary>
    private Dictionary<string, double> CpuSeconds() => new Dictionary<string, int[]>
    {
        ["api"] = [_api!.Pid],
        ["rabbitmq"] = SystemUnderTest.PidsOf("beam.smp"),
        ["postgresql"] = SystemUnderTest.PidsOf("postgres"),
        ["worker"] = [_worker!.Pid],
    }.ToDictionary(part => part.Key, part => ProcessCpu.Seconds(part.Value));

    public async ValueTask DisposeAsync()
    {
        Load?.Dispose();
        StopWorker();
        _api?.Dispose();
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The API's side, or a part of it: see <see cref="LeastApi"/>.</summary>
    public static async Task<(ChildProcess Process, Uri Url)> StartApiAsync(params string[] args)
    {
        var process = Start([LeastApi.Command, .. args]);
        return (process, new Uri(await FirstLineAsync(process, "http:")));
    }

    /// <summary>A channel that confirms what it sends.</summary>
    public static async Task<IChannel> ConnectAsync(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        return await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
    }

    // With what our own hosts ask of the runtime (docs/decisions/0005-compute-threads.md), so that only the code differs.
    private static ChildProcess Start(params string[] args) => ChildProcess.Start(["dotnet", typeof(LeastPipeline).Assembly.Location, .. args], new Dictionary<string, string?>
    {
        ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
    });

    private static async Task<string> FirstLineAsync(ChildProcess process, string start) => (await Eventually.GetAsync(
        () => Task.FromResult(process.Output.FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))),
        line => line is not null,
        TimeSpan.FromSeconds(30),
        $"{start} is printed"))!;
}
