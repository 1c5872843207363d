using Microsoft.Extensions.Options;
using Whales.Hosting.Images;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>
/// The catalogue's work in the background, in every API: what came with models is imported, photos are queued for models that have not seen
/// them, workers are told what has changed, and files that nobody needs any longer are removed.
/// </summary>
internal sealed partial class CatalogueService(
    CatalogueModels models, ShippedImport shipped, CataloguePublisher publisher, CatalogueStore store, EmbeddingStore embeddings, IImageStore images,
    CatalogueSignals signals, CatalogueGauges gauges, Persistently persistently, IOptions<CatalogueOptions> options, TimeProvider clock, ILogger<CatalogueService> log)
    : BackgroundService
{
    private const int FilesAtOnce = 100;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan QueueInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReadInterval = TimeSpan.FromHours(1);

    private readonly HashSet<string> _failing = new(StringComparer.Ordinal);

    /// <summary>The series are there before the first request can come.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        gauges.DeclareModels(models.Names);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var model in models.All)
            await ImportAsync(model, stoppingToken);
        await Task.WhenAll(
            PublishAsync(stoppingToken),
            EveryAsync(QueueInterval, "queue", QueueAsync, stoppingToken),
            EveryAsync(CountInterval, "count", CountAsync, stoppingToken),
            EveryAsync(SweepInterval, "sweep", SweepAsync, stoppingToken));
    }

    private async Task ImportAsync(CatalogueModel model, CancellationToken stoppingToken)
    {
        try
        {
            await persistently.RunAsync(
                async ct =>
                {
                    try
                    {
                        await shipped.RunAsync(model, ct);
                    }
                    catch (Exception exception) when (exception is Hosting.Catalogue.CatalogueFileException or IOException or UnauthorizedAccessException)
                    {
                        throw new PermanentFaultException(exception.Message, exception);
                    }
                },
                stoppingToken);
        }
        catch (PermanentFaultException exception)
        {
            LogNotImported(exception, model.Name);
        }
    }

    private async Task PublishAsync(CancellationToken stoppingToken)
    {
        DateTimeOffset? headsChecked = null, segmentsRead = null;
        while (true)
        {
            var now = clock.GetUtcNow();
            var check = now - segmentsRead < ReadInterval
                ? now - headsChecked < CheckInterval ? HeadCheck.None : HeadCheck.Head
                : HeadCheck.WithSegments;
            foreach (var model in models.All)
                await TryAsync($"publish {model.Name}", () => publisher.PublishAsync(model, check, stoppingToken), stoppingToken);
            if (check != HeadCheck.None)
                headsChecked = now;
            if (check == HeadCheck.WithSegments)
                segmentsRead = now;
            await signals.Changed.WaitAsync(options.Value.PublishInterval, stoppingToken);
            // What comes right behind travels in the same delta.
            await Task.Delay(Gather, clock, stoppingToken);
        }
    }

    private async Task QueueAsync(CancellationToken cancellationToken)
    {
        // A database that a newer API has taken over for another version of the model is left alone.
        var heads = await store.HeadsAsync(cancellationToken);
        foreach (var model in models.All.Where(model => heads.Any(head => head.Model == model.Name && head.ModelVersion == model.Version)))
        {
            var queued = await embeddings.EnsureQueuedAsync(model, clock.GetUtcNow(), cancellationToken);
            if (queued == 0)
                continue;
            LogQueued(queued, model.Name, model.Version);
            signals.PhotosQueued.Set();
        }
    }

    private async Task CountAsync(CancellationToken cancellationToken) =>
        gauges.Set(await embeddings.CountAsync(cancellationToken), await store.HeadsAsync(cancellationToken));

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var keys = await store.RetiredSegmentsAsync(clock.GetUtcNow() - options.Value.KeepSegments, FilesAtOnce, cancellationToken);
        foreach (var key in keys)
        {
            await images.DeleteAsync(key, cancellationToken);
            await store.ForgetSegmentAsync(key, cancellationToken);
        }
    }

    private async Task EveryAsync(TimeSpan interval, string what, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        do
        {
            await TryAsync(what, () => work(stoppingToken), stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TryAsync(string what, Func<Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await work();
            lock (_failing)
                _failing.Remove(what);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // The first failure is news; the rest of an outage is not.
            bool isNews;
            lock (_failing)
                isNews = _failing.Add(what);
            if (isNews)
                LogFailed(exception, what);
        }
    }

    [LoggerMessage(LogLevel.Error, "What came with {Model} cannot be imported; its catalogue is not given to workers.")]
    private partial void LogNotImported(Exception exception, string model);

    [LoggerMessage(LogLevel.Information, "{Count} catalogue photos wait to be embedded by {Model} {Version}.")]
    private partial void LogQueued(int count, string model, string version);

    [LoggerMessage(LogLevel.Warning, "The catalogue's background work failed ({Work}); trying again.")]
    private partial void LogFailed(Exception exception, string work);
}
