using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Batches;

/// <summary>One line for each thing that someone did to a batch, beside those of <see cref="AuditLog"/>.</summary>
internal sealed partial class BatchAudit(ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger(AuditLog.Category);

    public void Canceled(HttpContext http, Guid id, int count) => LogCanceled(_logger, count, id, AuditLog.Who(http));

    public void Deleted(HttpContext http, Guid id) => LogDeleted(_logger, id, AuditLog.Who(http));

    [LoggerMessage(LogLevel.Information, "{Count} photos of batch {BatchId} were canceled by {Caller}.")]
    private static partial void LogCanceled(ILogger logger, int count, Guid batchId, string caller);

    [LoggerMessage(LogLevel.Information, "Batch {BatchId} was deleted with its photos by {Caller}.")]
    private static partial void LogDeleted(ILogger logger, Guid batchId, string caller);
}
