using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Individuals;

/// <summary>One line for each thing that someone did to the catalogue, in the category of <see cref="AuditLog"/>.</summary>
internal sealed partial class CatalogueAudit(ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger(AuditLog.Category);

    public void Added(HttpContext http, string id) => LogIndividual(_logger, id, "added", AuditLog.Who(http));

    public void Changed(HttpContext http, string id) => LogIndividual(_logger, id, "changed", AuditLog.Who(http));

    public void Deleted(HttpContext http, string id) => LogIndividual(_logger, id, "deleted", AuditLog.Who(http));

    public void PhotoAdded(HttpContext http, string id, Guid photo) => LogPhoto(_logger, photo, id, "added", AuditLog.Who(http));

    public void PhotoDeleted(HttpContext http, string id, Guid photo) => LogPhoto(_logger, photo, id, "deleted", AuditLog.Who(http));

    [LoggerMessage(LogLevel.Information, "Animal {IndividualId} was {Action} by {Caller}.")]
    private static partial void LogIndividual(ILogger logger, string individualId, string action, string caller);

    [LoggerMessage(LogLevel.Information, "Photo {PhotoId} of animal {IndividualId} was {Action} by {Caller}.")]
    private static partial void LogPhoto(ILogger logger, Guid photoId, string individualId, string action, string caller);
}
