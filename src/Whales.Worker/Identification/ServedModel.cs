using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Models;
using Whales.Hosting.Resilience;
using Whales.Worker.Embedding;
using Whales.Worker.Matching;
using Whales.Worker.Models;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Identification;

/// <summary>
/// One model of this host: loads and warms it up, then opens its queues. A model that cannot be loaded leaves its queues alone and the
/// rest of the host running, and says why every ten seconds.
/// </summary>
internal sealed partial class ServedModel(
    ModelFolder folder,
    IServiceProvider services,
    IReceiveEndpointConnector endpoints,
    BrokerTopology topology,
    ConnectedQueues queues,
    Persistently persistently,
    WorkerIdentity worker,
    WorkerMetrics metrics,
    QueueMetrics queueMetrics,
    CatalogueMetrics catalogueMetrics,
    TimeProvider clock,
    IOptions<InferenceOptions> inference,
    IOptions<RabbitMqOptions> options,
    ILogger<ServedModel> log) : IAsyncDisposable
{
    private readonly List<HostReceiveEndpointHandle> _endpoints = [];
    private readonly CancellationTokenSource _ending = new();
    private IdentificationModel? _model;
    private Task _following = Task.CompletedTask;

    public string Name => folder.Manifest.Name;

    /// <summary>Called when there is something new to announce.</summary>
    public Action? Changed { get; set; }

    public ModelState State { get; private set; } = ModelState.Loading;

    /// <summary>Why the model failed to load.</summary>
    public string? Reason { get; private set; }

    /// <summary>Loads the model and starts to consume; returns when its queues are open or the model has failed.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        try
        {
            _model = await IdentificationModel.LoadAsync(
                folder.Path, inference.Value, log, clock, report => metrics.BatchRan(Name, report.Size, report.Inference.TotalSeconds), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Fail(exception);
            return;
        }

        var loadTook = clock.GetElapsedTime(started);
        await FollowCatalogueAsync(_model, cancellationToken);
        try
        {
            await persistently.RunAsync(async ct => await topology.DeclareAsync([Name], ct), cancellationToken);
        }
        catch (PermanentFaultException exception)
        {
            Fail(exception);
            return;
        }

        var consumer = ActivatorUtilities.CreateInstance<PhotoConsumer>(
            services, ActivatorUtilities.CreateInstance<Identifier>(services, _model, folder.Manifest.Input.ToTensorSpec()));
        var embeds = ActivatorUtilities.CreateInstance<EmbedConsumer>(
            services, ActivatorUtilities.CreateInstance<PhotoEmbedder>(services, _model, folder.Manifest.Input.ToTensorSpec()));
        queueMetrics.Serve(Name, _model.SecondsPerPhoto);
        // Before the others: in memory, what is sent to a queue without its consumer is lost.
        await ConnectAsync(Names.SuspectQueue(Name), inFlight: 1, consumer.ConsumeSuspectAsync, embeds.ConsumeSuspectAsync, cancellationToken);
        foreach (var lane in Enum.GetValues<Lane>())
            await ConnectAsync(Names.Queue(Name, lane), InFlight(_model), consumer.ConsumeAsync, embeds.ConsumeAsync, cancellationToken);
        queues.Connected(Name);
        State = ModelState.Ready;
        metrics.ModelLoaded(Name, new LoadedModel
        {
            Version = _model.Version,
            Sha256 = folder.Manifest.Sha256,
            ExecutionProvider = _model.ExecutionProvider,
            Input = $"{folder.Manifest.Input.Width}x{folder.Manifest.Input.Height}",
            Precision = "fp32",
            LoadSeconds = loadTook.TotalSeconds,
        });
        LogServing(Name);
    }

    public ModelStateChanged Describe() => new()
    {
        Model = Name,
        ModelVersion = folder.Manifest.Version,
        State = State,
        ExecutionProvider = _model?.ExecutionProvider ?? "",
        Reason = Reason,
        Worker = worker.Name,
        Tier = folder.Manifest.Tier,
        CatalogueVersion = _model?.CatalogueVersion,
        SecondsPerPhoto = _model?.SecondsPerPhoto,
    };

    /// <summary>Takes no more photos, and returns when those in hand have their outcome or <paramref name="cancellationToken"/> is cancelled.</summary>
    public async Task StopConsumingAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The endpoints themselves wait for a broker that does not answer, whatever the token says.
            await Task.WhenAll(_endpoints.Select(endpoint => endpoint.StopAsync(cancellationToken))).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogNotStopped(Name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows its host by two names, and disposes of it twice.
        if (State == ModelState.Unloaded)
            return;
        State = ModelState.Unloaded;
        await _ending.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
        if (_model is not null)
            await _model.DisposeAsync();
    }

    // The first look is before the queues open: a photo that waited must not be compared with an older catalogue than its sender knew.
    private async Task FollowCatalogueAsync(IdentificationModel model, CancellationToken cancellationToken)
    {
        if (model.CatalogueMatcher is not { } matcher)
            return;
        catalogueMetrics.DeclareModel(Name);
        var follower = ActivatorUtilities.CreateInstance<CatalogueFollower>(services, Name, model.Version, matcher);
        await follower.RefreshAsync(cancellationToken);
        _following = follower.RunAsync(() => Changed?.Invoke(), _ending.Token);
    }

    private void Fail(Exception exception)
    {
        State = ModelState.Failed;
        Reason = exception.Message;
        metrics.ModelLoadFailed(Name);
        LogLoadFailed(exception, Name);
    }

    // The batches that run, the batches that fill behind them, and what is being decoded meanwhile.
    private static int InFlight(IdentificationModel model) => (2 * model.BatchSize * model.Sessions) + (2 * Environment.ProcessorCount);

    private async Task ConnectAsync(
        string queue, int inFlight, MessageHandler<IdentifyWhale> identify, MessageHandler<EmbedPhoto> embed, CancellationToken cancellationToken)
    {
        var endpoint = endpoints.ConnectReceiveEndpoint(queue, (_, configure) =>
        {
            // Commands are sent to the queue's own exchange; a binding to the type would copy every model's photos here.
            configure.ConfigureConsumeTopology = false;
            configure.UseArguments(QueueShape.ForModel(Name, options.Value));
            configure.UseDeadLetters();
            configure.PrefetchCount = inFlight;
            configure.ConcurrentMessageLimit = inFlight;
            configure.Handler(identify);
            configure.Handler(embed);
        });
        _endpoints.Add(endpoint);
        await endpoint.Ready.WaitAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Model {Model} cannot be served; its photos wait in their queue.")]
    private partial void LogLoadFailed(Exception exception, string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queues of model {Model} could not be closed in time; what it holds is delivered again.")]
    private partial void LogNotStopped(string model);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Model} takes photos from its queue.")]
    private partial void LogServing(string model);
}
