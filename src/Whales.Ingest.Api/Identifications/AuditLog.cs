using System.Net;

namespace Whales.Ingest.Api.Identifications;

/// <summary>One line for each thing that someone did to identifications, in the category <c>Whales.Audit</c>.</summary>
internal sealed partial class AuditLog(ILoggerFactory loggers)
{
    public const string Category = "Whales.Audit";

    private const string Any = "any";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    public void Deleted(HttpContext http, Guid id) => LogOne(_logger, "deleted", id, Who(http));

    public void Canceled(HttpContext http, Guid id) => LogOne(_logger, "canceled", id, Who(http));

    public void Retried(HttpContext http, Guid id, int attempt) => LogRetried(_logger, id, attempt, Who(http));

    public void RetriedMany(HttpContext http, int count, string? model, string? code) => LogMany(_logger, "retried", count, "failed", model ?? Any, code ?? Any, Who(http));

    public void Purged(HttpContext http, int count, string status, string? model, string? code) =>
        LogMany(_logger, "purged", count, status, model ?? Any, code ?? Any, Who(http));

    private static IPAddress? Who(HttpContext http) => http.Connection.RemoteIpAddress;

    [LoggerMessage(LogLevel.Information, "Identification {IdentificationId} was {Action} by {Address}.")]
    private static partial void LogOne(ILogger logger, string action, Guid identificationId, IPAddress? address);

    [LoggerMessage(LogLevel.Information, "Identification {IdentificationId} was retried as attempt {Attempt} by {Address}.")]
    private static partial void LogRetried(ILogger logger, Guid identificationId, int attempt, IPAddress? address);

    [LoggerMessage(LogLevel.Information, "{Count} {Status} identifications (model {Model}, code {Code}) were {Action} by {Address}.")]
    private static partial void LogMany(ILogger logger, string action, int count, string status, string model, string code, IPAddress? address);
}
