using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Models;
using Whales.Hosting.Resilience;

namespace Whales.Worker.Identification;

/// <summary>Serves the configured models of the model folder, and announces their states every ten seconds.</summary>
internal sealed partial class ModelHost(
    IOptions<ModelsOptions> options, IServiceProvider services, IBus bus, ConnectedQueues queues, EndReports ends, DeclaredModels declared, IHostApplicationLifetime lifetime, ILogger<ModelHost> log)
    : BackgroundService, IHostedLifecycleService, IHealthCheck, IAsyncDisposable
{
    private static readonly TimeSpan AnnounceInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnnounceTimeout = TimeSpan.FromSeconds(5);

    private readonly List<ServedModel> _models = [];
    private readonly SemaphoreSlim _changed = new(0);
    private List<string> _unusable = [];
    private volatile bool _scanned;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await WaitForStartAsync(stoppingToken);
        // Before any queue is open: who counts should have heard before the photo comes again.
        await ends.SendAsync(stoppingToken);
        var (served, broken) = (declared.Served, declared.Broken);
        foreach (var folder in declared.AllBroken)
            LogBroken(folder.Path, folder.Error);
        var missing = options.Value.Serve.Except(served.Select(m => m.Manifest.Name)).ToList();
        foreach (var name in missing)
            LogNotFound(name, options.Value.Folder);
        _unusable = [.. broken.Select(f => f.Error), .. missing.Except(broken.Select(f => f.Name)).Select(name => $"{name}: there is no such folder in {options.Value.Folder}.")];
        lock (_models)
            _models.AddRange(served.Select(folder => ActivatorUtilities.CreateInstance<ServedModel>(services, folder)));
        _scanned = true;
        await Task.WhenAll(StartAllAsync(stoppingToken), AnnounceAsync(stoppingToken));
    }

    // One after the other: a warm-up measures, and must have the machine to itself.
    private async Task StartAllAsync(CancellationToken stoppingToken)
    {
        foreach (var model in Models())
        {
            model.Changed = () => _changed.Release();
            await model.StartAsync(stoppingToken);
            _changed.Release();
        }

        queues.Settle();
    }

    private async Task AnnounceAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            foreach (var model in Models())
            {
                try
                {
                    await Bounded.RunAsync(sending => bus.Publish(model.Describe(), sending), AnnounceTimeout, stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    LogNotAnnounced(exception, model.Name);
                }
            }

            await _changed.WaitAsync(AnnounceInterval, stoppingToken);
        }
    }

    /// <summary>Drains before anything else stops: what is in hand still finds the bus, and in Standalone the consumer of outcomes.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Models().Select(model => model.StopConsumingAsync(cancellationToken)));

    /// <summary>Before the metrics page can be asked for, and before a broker is needed: an alert must find the models of a worker that gets no further.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        declared.Read();
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!_scanned)
            return Task.FromResult(HealthCheckResult.Unhealthy("The model folder has not been read yet."));
        var models = Models();
        var text = models.Count == 0
            ? $"No model to serve in {options.Value.Folder}."
            : string.Join("; ", models.Select(m => $"{m.Name}: {m.State}{(m.Reason is null ? "" : $" ({m.Reason})")}"));
        text = string.Join("; ", _unusable.Prepend(text));
        if (models.Count == 0 || models.All(m => m.State != ModelState.Ready) || models.Any(m => m.State == ModelState.Loading))
            return Task.FromResult(HealthCheckResult.Unhealthy(text));
        return Task.FromResult(_unusable.Count == 0 && models.All(m => m.State == ModelState.Ready) ? HealthCheckResult.Healthy(text) : HealthCheckResult.Degraded(text));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var model in Models())
            await model.DisposeAsync();
        _changed.Dispose();
        Dispose();
    }

    private List<ServedModel> Models()
    {
        lock (_models)
            return [.. _models];
    }

    // Endpoints can be connected once the bus has been started by the host.
    private async Task WaitForStartAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Model folder {Folder} is left out: {Error}")]
    private partial void LogBroken(string folder, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Models:Serve names {Model}, but {Folder} has no usable folder of that name.")]
    private partial void LogNotFound(string model, string folder);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The state of {Model} could not be announced.")]
    private partial void LogNotAnnounced(Exception exception, string model);
}
