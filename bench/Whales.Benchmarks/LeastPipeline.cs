using System.Diagnostics;
using System.Globalization;
using RabbitMQ.Client;
using Whales.Testing;

namespace Whales.Benchmarks;

/// <summary>
/// The raw limit of the whole way through RabbitMQ: the least code that gives the same promises (photo synced, row committed, both messages
/// confirmed by quorum queues, outcome in the row before it is acknowledged), on the bare clients of RabbitMQ and PostgreSQL. It checks nothing,
/// repeats nothing, measures nothing and cannot be operated.
/// </summary>
internal static class LeastPipeline
{
    public const string Photos = "least-photos", Outcomes = "least-outcomes";

    public static readonly BasicProperties Durable = new() { Persistent = true };

    private const int Clients = 32;

    /// <returns>Photos a second while they are posted.</returns>
    public static async Task<double> RunAsync(string modelFolder, string model, int batch, IReadOnlyList<byte[]> photos, TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("whales-least-").FullName;
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var broker = await RabbitMqServer.StartPrivateAsync();
        await using (var channel = await ConnectAsync(broker.Uri))
        {
            foreach (var queue in new[] { Photos, Outcomes })
                await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        }

        var (api, url) = await StartApiAsync(folder, database.ConnectionString, broker.Uri.ToString());
        using (api)
        using (var worker = Start(LeastWorker.Command, folder, modelFolder, batch.ToString(CultureInfo.InvariantCulture), broker.Uri.ToString()))
        using (var load = new LoadGenerator(url, photos))
        {
            await FirstLineAsync(worker, "ready");
            await load.SaturateAsync(model, Clients, time);
            var processes = new Dictionary<string, int[]>
            {
                ["api"] = [api.Pid],
                ["rabbitmq"] = SystemUnderTest.PidsOf("beam.smp"),
                ["postgresql"] = SystemUnderTest.PidsOf("postgres"),
                ["worker"] = [worker.Pid],
            };
            var before = processes.ToDictionary(p => p.Key, p => ProcessCpu.Seconds(p.Value));
            var clock = Stopwatch.StartNew();
            var rate = await load.SaturateAsync(model, Clients, time);
            var done = rate * clock.Elapsed.TotalSeconds;
            var cpu = processes.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {(ProcessCpu.Seconds(p.Value) - before[p.Key]) * 1000 / done:0.00}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  the least code with the same promises, photos posted meanwhile: {rate:0.0} photos/s; CPU ms per photo: {string.Join(", ", cpu)}"));
            Directory.Delete(folder, recursive: true);
            return rate;
        }
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
