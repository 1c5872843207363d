using System.Data.Common;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>Wakes long polls for what another replica stored. While it is deaf, <see cref="IngestOptions.PollRefresh"/> finds the outcome.</summary>
internal sealed partial class ReplicaNews(StoreDatabase database, IdentificationWaiters waiters, TimeProvider clock, ILogger<ReplicaNews> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await database.HearAsync(waiters.Completed, stoppingToken);
                return;
            }
            catch (DbException exception)
            {
                LogDeaf(exception.Message);
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "What other replicas store is not heard at the moment, long polls look for it themselves: {Reason}")]
    private partial void LogDeaf(string reason);
}
