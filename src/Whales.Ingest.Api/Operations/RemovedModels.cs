using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Models;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Outbox;
using Whales.Ingest.Api.Outcomes;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Operations;

/// <summary>
/// Ends photos that wait for a model that is no longer here: no folder of its name, and no worker that speaks of it, for a long time
/// without a break. A model whose folder is there, broken or without a worker, is waited for however long it takes.
/// </summary>
internal sealed partial class RemovedModels(
    IIdentificationStore store, IModelStates states, OutcomeProjection projection, TimeProvider clock, IOptions<ModelsOptions> models, IOptions<RelayOptions> options,
    ILogger<RemovedModels> log)
{
    private const int BatchSize = 200;

    private readonly Dictionary<string, DateTimeOffset> _missingSince = new(StringComparer.Ordinal);

    /// <returns>How many photos failed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // A folder without any model is rather a disk that is not mounted.
        if (!Directory.Exists(models.Value.Folder) || !Directory.EnumerateDirectories(models.Value.Folder).Any())
        {
            _missingSince.Clear();
            return 0;
        }

        var now = clock.GetUtcNow();
        var waiting = (await store.CountWaitingAsync(cancellationToken)).Select(count => count.Model).Distinct(StringComparer.Ordinal).ToList();
        var missing = waiting.FindAll(model => states.Find(model) is null && !Directory.Exists(Path.Combine(models.Value.Folder, model)));
        foreach (var back in _missingSince.Keys.Except(missing, StringComparer.Ordinal).ToList())
            _missingSince.Remove(back);

        var failed = 0;
        foreach (var model in missing)
        {
            _missingSince.TryAdd(model, now);
            if (now - _missingSince[model] >= options.Value.ModelGoneAfter)
                failed += await FailAsync(model, cancellationToken);
        }

        return failed;
    }

    private async Task<int> FailAsync(string model, CancellationToken cancellationToken)
    {
        var failed = 0;
        Guid? before = null;
        while (true)
        {
            var rows = await store.ListAsync(
                new IdentificationFilter { Status = IdentificationStatus.Queued, Model = model, Before = before, Limit = BatchSize }, cancellationToken);
            await Task.WhenAll(rows.Select(row => projection.ApplyAsync(
                new Completion
                {
                    Attempt = new AttemptId(row.Id, row.Attempt),
                    Status = IdentificationStatus.Failed,
                    CompletedAt = clock.GetUtcNow(),
                    Error = new IdentificationError
                    {
                        Code = FailureCodes.ModelUnavailable,
                        Message = $"The model {model} is no longer installed here, and no worker serves it. Once it is back, the photo can be sent round again.",
                    },
                },
                model,
                cancellationToken)));
            failed += rows.Count;
            if (rows.Count < BatchSize)
                break;
            before = rows[^1].Id;
        }

        if (failed > 0)
            LogGone(model, failed);
        return failed;
    }

    [LoggerMessage(LogLevel.Error, "Model {Model} has neither a folder nor a worker any more: {Count} photos that waited for it have failed.")]
    private partial void LogGone(string model, int count);
}

/// <summary>Runs <see cref="RemovedModels"/> now and then.</summary>
internal sealed partial class RemovedModelsSweep(RemovedModels models, TimeProvider clock, IOptions<RelayOptions> options, ILogger<RemovedModelsSweep> log) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.ModelGoneAfter / 4;
        using var timer = new PeriodicTimer(interval < Longest ? interval : Longest, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await models.RunAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Photos of models that are gone could not be looked for; trying again later.")]
    private partial void LogFailed(Exception exception);
}
