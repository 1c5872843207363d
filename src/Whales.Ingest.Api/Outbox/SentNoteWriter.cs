using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outbox;

/// <summary>Notes in the job table, many at once, what the broker has confirmed. What is lost with the process is sent again, which is harmless.</summary>
internal sealed partial class SentNoteWriter(
    IIdentificationStore store,
    SentNotes notes,
    IOptions<RelayOptions> options,
    TimeProvider clock,
    ILogger<SentNoteWriter> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.NoteInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var batch = notes.Take();
            if (batch.Count == 0)
                continue;
            try
            {
                await store.MarkSentAsync(batch, clock.GetUtcNow(), stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                foreach (var attempt in batch)
                    notes.Confirmed(attempt);
                NoteFailed(exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sent photos could not be noted in the job table; trying again.")]
    private partial void NoteFailed(Exception exception);
}
