using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Models;
using Whales.Hosting.Resilience;
using Whales.Worker.Models;

namespace Whales.Worker.Identification;

/// <summary>
/// One model of this host: loads and warms it up, then opens its queues. A model that cannot be loaded leaves its queues alone and the
/// rest of the host running, and says why every ten seconds.
/// </summary>
internal sealed partial class ServedModel(
    ModelManifest manifest,
    IServiceProvider services,
    IReceiveEndpointConnector endpoints,
    BrokerTopology topology,
    QueueAddresses addresses,
    Persistently persistently,
    WorkerIdentity worker,
    IOptions<RabbitMqOptions> options,
    ILogger<ServedModel> log) : IAsyncDisposable
{
    private IdentificationModel? _model;

    public string Name => manifest.Name;

    public ModelState State { get; private set; } = ModelState.Loading;

    /// <summary>Why the model failed to load.</summary>
    public string? Reason { get; private set; }

    /// <summary>Loads the model and starts to consume; returns when its queues are open or the model has failed.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _model = await IdentificationModel.LoadAsync(
                manifest, services.GetRequiredService<IOptions<InferenceOptions>>().Value, services.GetRequiredService<ILoggerFactory>(), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            State = ModelState.Failed;
            Reason = exception.Message;
            LoadFailed(exception, manifest.Name);
            return;
        }

        await persistently.RunAsync(async ct => await topology.DeclareAsync([manifest.Name], ct), cancellationToken);
        var consumer = ActivatorUtilities.CreateInstance<PhotoConsumer>(
            services, ActivatorUtilities.CreateInstance<Identifier>(services, _model));
        await ConnectAsync(Names.Queue(manifest.Name), InFlight(_model), consumer.ConsumeAsync);
        if (!addresses.InMemory)
            await ConnectAsync(Names.SuspectQueue(manifest.Name), inFlight: 1, consumer.ConsumeSuspectAsync);
        State = ModelState.Ready;
        Ready(manifest.Name, _model.Version, _model.ExecutionProvider, _model.Sessions, _model.BatchSize, 1 / _model.SecondsPerPhoto);
    }

    public ModelStateChanged Describe() => new()
    {
        Model = manifest.Name,
        ModelVersion = manifest.Version,
        State = State,
        ExecutionProvider = _model?.ExecutionProvider ?? "",
        Reason = Reason,
        Worker = worker.Name,
        Tier = manifest.Tier,
        CatalogueVersion = _model?.CatalogueVersion,
        SecondsPerPhoto = _model?.SecondsPerPhoto,
    };

    public async ValueTask DisposeAsync()
    {
        State = ModelState.Unloaded;
        if (_model is not null)
            await _model.DisposeAsync();
    }

    // The batches that run, the batches that fill behind them, and what is being decoded meanwhile.
    private static int InFlight(IdentificationModel model) => (2 * model.BatchSize * model.Sessions) + (2 * Environment.ProcessorCount);

    private async Task ConnectAsync(string queue, int inFlight, MessageHandler<IdentifyWhale> handler)
    {
        var endpoint = endpoints.ConnectReceiveEndpoint(queue, (_, configure) =>
        {
            // Commands are sent to the queue's own exchange; a binding to the type would copy every model's photos here.
            configure.ConfigureConsumeTopology = false;
            configure.UseArguments(QueueShape.ForModel(manifest.Name, options.Value));
            configure.UseDeadLetters();
            configure.PrefetchCount = inFlight;
            configure.ConcurrentMessageLimit = inFlight;
            configure.Handler(handler);
        });
        await endpoint.Ready;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Model {Model} cannot be served; its photos wait in their queue.")]
    private partial void LoadFailed(Exception exception, string model);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Model} {Version} is ready on {ExecutionProvider}: {Sessions} sessions, batches of {BatchSize}, {PhotosPerSecond:0.#} photos/s.")]
    private partial void Ready(string model, string version, string executionProvider, int sessions, int batchSize, double photosPerSecond);
}
