using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Hosting.Tracing;
using Whales.Ingest.Api.Identifications.Upload;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Outbox;

/// <summary>
/// The only sender of commands. Each lane is served by itself, so that a survey's ten thousand rows stand before no single photo. Rows come from <see cref="RelayInbox"/> or, leased, from the store; each is sent in a bounded window with
/// the broker's confirm, mandatory and with a timeout, and left to <see cref="SentNoteWriter"/> to be noted as sent. What was not confirmed is sent again, also after a crash.
/// </summary>
internal sealed partial class Relay(
    IIdentificationStore store,
    RelayInbox inbox,
    SentNotes notes,
    SendProgress progress,
    ISendEndpointProvider endpoints,
    QueueAddresses addresses,
    ConnectedQueues queues,
    BrokerTopology topology,
    KnownModels models,
    ApiMetrics metrics,
    Persistently persistently,
    IOptions<RelayOptions> options,
    IOptions<RabbitMqOptions> broker,
    TimeProvider clock,
    ILogger<Relay> log) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim[] _windows = [.. Enum.GetValues<Lane>().Select(_ => new SemaphoreSlim(options.Value.Window))];
    private readonly SemaphoreSlim _restore = new(1);
    private readonly ConcurrentDictionary<string, Task<ISendEndpoint>> _senders = new();

    // Whether the last send failed: the first failure is a warning, the rest of an outage is not news.
    private volatile bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (addresses.InMemory)
        {
            // An in-memory queue died with its process: everything still queued goes round again.
            await persistently.RunAsync(async ct => await store.MarkAllUnsentAsync(clock.GetUtcNow(), ct), stoppingToken);
            await queues.Settled.WaitAsync(stoppingToken);
        }

        await Task.WhenAll(Enum.GetValues<Lane>().SelectMany(lane => new[] { SendInboxAsync(lane, stoppingToken), SendUnsentAsync(lane, stoppingToken) }));
    }

    private async Task SendInboxAsync(Lane lane, CancellationToken stoppingToken)
    {
        await foreach (var row in inbox.Rows(lane).ReadAllAsync(stoppingToken))
            await StartSendAsync(row, stoppingToken);
    }

    private async Task SendUnsentAsync(Lane lane, CancellationToken stoppingToken)
    {
        while (true)
        {
            var leased = 0;
            try
            {
                var now = clock.GetUtcNow();
                var rows = await store.LeaseUnsentAsync(lane, options.Value.Window, now, now + options.Value.Lease, stoppingToken);
                leased = rows.Count;
                foreach (var row in rows)
                    await StartSendAsync(row, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                ScanFailed(exception);
            }

            if (leased < options.Value.Window)
                await inbox.WaitForWakeAsync(lane, options.Value.ScanInterval, stoppingToken);
        }
    }

    private async Task StartSendAsync(IdentificationRow row, CancellationToken stoppingToken)
    {
        // A model that could not be loaded: its photos wait in the job table, found again whenever their lease has run out.
        if (!queues.Keeps(row.Model))
            return;
        var window = _windows[(int)row.Lane];
        await window.WaitAsync(stoppingToken);
        if (clock.GetUtcNow() >= row.LeasedUntil)
        {
            // It waited too long for its turn: another relay may have it by now.
            window.Release();
            return;
        }

        _ = SendAndReleaseAsync(row, stoppingToken);
    }

    private async Task SendAndReleaseAsync(IdentificationRow row, CancellationToken stoppingToken)
    {
        try
        {
            await SendWithinLeaseAsync(row, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            _windows[(int)row.Lane].Release();
        }
    }

    // Tries until the lease is nearly over; then the row is left to whoever leases it next.
    private async Task SendWithinLeaseAsync(IdentificationRow row, CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromMilliseconds(50);
        var giveUp = (row.LeasedUntil ?? clock.GetUtcNow()) - broker.Value.SendTimeout;
        do
        {
            var started = clock.GetTimestamp();
            progress.Began();
            try
            {
                await Bounded.RunAsync(sending => SendAsync(row, sending), broker.Value.SendTimeout, stoppingToken);
                progress.Ended(answered: true);
                metrics.Published(row.Model, PublishOutcome.Confirmed, clock.GetElapsedTime(started).TotalSeconds);
                notes.Confirmed(new AttemptId(row.Id, row.Attempt));
                if (_failing)
                {
                    _failing = false;
                    SendsWork();
                }

                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                progress.Ended(answered: exception is MessageReturnedException);
                metrics.Published(row.Model, OutcomeOf(exception), clock.GetElapsedTime(started).TotalSeconds);
                if (!_failing)
                {
                    _failing = true;
                    SendFailed(exception, Names.Queue(row.Model, row.Lane));
                }

                if (exception is MessageReturnedException)
                {
                    // Its queue is gone. The row waits for its next lease, so that photos of other models have the window.
                    await RestoreTopologyAsync(stoppingToken);
                    return;
                }
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), clock, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
        while (clock.GetUtcNow() < giveUp);
    }

    private async Task SendAsync(IdentificationRow row, CancellationToken cancellationToken)
    {
        var sender = await _senders.GetOrAdd(Names.Queue(row.Model, row.Lane), queue => endpoints.GetSendEndpoint(addresses.Of(queue)));
        // After the sender was made, whose connections outlive this photo. The message takes the trace along.
        using var span = Traces.Continue("send", ActivityKind.Producer, row.TraceParent);
        await sender.Send(CommandOf(row), cancellationToken);
    }

    private static IdentifyWhale CommandOf(IdentificationRow row) => new()
    {
        IdentificationId = row.Id,
        Attempt = row.Attempt,
        Model = row.Model,
        ImageKey = row.ImageKey,
        FileName = FileNames.Shortened(row.FileName),
        Region = row.Region,
        SubmittedAt = row.QueuedAt,
        ExpiresAt = row.ExpiresAt,
        Lane = row.Lane,
    };

    private async Task RestoreTopologyAsync(CancellationToken stoppingToken)
    {
        // Many sends come back at once: one of them declares, for all.
        if (!await _restore.WaitAsync(TimeSpan.Zero, stoppingToken))
            return;
        try
        {
            foreach (var model in models.Names)
            {
                try
                {
                    await topology.DeclareAsync([model], stoppingToken);
                }
                catch (PermanentFaultException exception)
                {
                    // Its photos stay in the job table; the others' queues are made all the same.
                    TopologyFailed(exception);
                }
            }

            _senders.Clear();
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            TopologyFailed(exception);
        }
        finally
        {
            _restore.Release();
        }
    }

    private static PublishOutcome OutcomeOf(Exception exception) => exception switch
    {
        TimeoutException => PublishOutcome.Timeout,
        MessageReturnedException => PublishOutcome.Returned,
        _ => PublishOutcome.Failed,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Photos could not be sent to {Queue}; they are safe and will be sent again.")]
    private partial void SendFailed(Exception exception, string queue);

    [LoggerMessage(Level = LogLevel.Information, Message = "Photos are sent to the broker again.")]
    private partial void SendsWork();

    [LoggerMessage(Level = LogLevel.Error, Message = "Unsent photos could not be read from the job table; trying again.")]
    private partial void ScanFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The queues could not be declared.")]
    private partial void TopologyFailed(Exception exception);
}
