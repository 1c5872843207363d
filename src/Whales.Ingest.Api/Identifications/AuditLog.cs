using Whales.Ingest.Api.Security;

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

    public void PositionShown(HttpContext http, Guid id) => LogOne(_logger, "shown with its position", id, Who(http));

    // The key's name, where there are keys, and the address.
    private static string Who(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";
        return http.Caller().Name is { Length: > 0 } name ? $"{name} ({address})" : address;
    }

    [LoggerMessage(LogLevel.Information, "Identification {IdentificationId} was {Action} by {Caller}.")]
    private static partial void LogOne(ILogger logger, string action, Guid identificationId, string caller);

    [LoggerMessage(LogLevel.Information, "Identification {IdentificationId} was retried as attempt {Attempt} by {Caller}.")]
    private static partial void LogRetried(ILogger logger, Guid identificationId, int attempt, string caller);

    [LoggerMessage(LogLevel.Information, "{Count} {Status} identifications (model {Model}, code {Code}) were {Action} by {Caller}.")]
    private static partial void LogMany(ILogger logger, string action, int count, string status, string model, string code, string caller);
}
