using Whales.Contracts;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>
/// What someone did to identifications and dead letters: a line in the category <c>Whales.Audit</c>, and an entry in the database, which
/// GET /v1/audit reads. Names of files and results are not in it, so that it can outlive what it is about.
/// </summary>
internal sealed partial class AuditLog(AuditStore store, TimeProvider clock, ILoggerFactory loggers)
{
    public const string Category = "Whales.Audit";

    private const string Any = "any";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    public Task DeletedAsync(HttpContext http, Guid id) => OneAsync(http, "deleted", id);

    public Task CanceledAsync(HttpContext http, Guid id) => OneAsync(http, "canceled", id);

    public Task PositionShownAsync(HttpContext http, Guid id) => OneAsync(http, "shown_with_position", id);

    public Task ExportedAsync(HttpContext http, Guid id) => OneAsync(http, "exported", id);

    public Task RetriedAsync(HttpContext http, Guid id, int attempt)
    {
        LogRetried(_logger, id, attempt, Who(http));
        return AddAsync(Who(http), "retried", id, 1, null);
    }

    public Task RetriedManyAsync(HttpContext http, int count, string? model, string? code)
    {
        LogMany(_logger, "retried", count, "failed", model ?? Any, code ?? Any, Who(http));
        return AddAsync(Who(http), "retried_many", null, count, Query(http));
    }

    public Task PurgedAsync(HttpContext http, int count, string status, string? model, string? code)
    {
        LogMany(_logger, "purged", count, status, model ?? Any, code ?? Any, Who(http));
        return AddAsync(Who(http), "purged", null, count, Query(http));
    }

    /// <param name="http">The request.</param>
    /// <param name="action">replayed or discarded.</param>
    /// <param name="letter">The dead letter.</param>
    public Task DeadLetterAsync(HttpContext http, string action, DeadLetter letter)
    {
        LogDeadLetter(_logger, letter.Id, letter.Queue, action, Who(http));
        return AddAsync(Who(http), $"dead_letter_{action}", letter.IdentificationId, 1, $"id={letter.Id}&queue={letter.Queue}");
    }

    /// <summary>Who is made responsible: the key's name, where there are keys, and the address.</summary>
    internal static string Who(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";
        return http.Caller().Name is { Length: > 0 } name ? $"{name} ({address})" : address;
    }

    // What chose them, as it was asked; the endpoints have checked each parameter.
    private static string Query(HttpContext http) => http.Request.QueryString.ToString().TrimStart('?');

    private Task OneAsync(HttpContext http, string action, Guid id)
    {
        LogOne(_logger, action, id, Who(http));
        return AddAsync(Who(http), action, id, 1, null);
    }

    // The deed is done: whoever did it is told so, whether the entry can be written or not.
    private async Task AddAsync(string actor, string action, Guid? id, long count, string? filter)
    {
        var now = clock.GetUtcNow();
        var entry = new AuditEntry { Id = Guid.CreateVersion7(now), At = now, Actor = actor, Action = action, IdentificationId = id, Count = count, Filter = filter };
        try
        {
            await store.AddAsync(entry, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotKept(_logger, action, exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "Identification {IdentificationId} was {Action} by {Caller}.")]
    private static partial void LogOne(ILogger logger, string action, Guid identificationId, string caller);

    [LoggerMessage(LogLevel.Information, "Identification {IdentificationId} was retried as attempt {Attempt} by {Caller}.")]
    private static partial void LogRetried(ILogger logger, Guid identificationId, int attempt, string caller);

    [LoggerMessage(LogLevel.Information, "{Count} {Status} identifications (model {Model}, code {Code}) were {Action} by {Caller}.")]
    private static partial void LogMany(ILogger logger, string action, int count, string status, string model, string code, string caller);

    [LoggerMessage(LogLevel.Information, "Dead letter {Id} of {Queue} was {Action} by {Caller}.")]
    private static partial void LogDeadLetter(ILogger logger, Guid id, string queue, string action, string caller);

    [LoggerMessage(LogLevel.Error, "The entry of what was {Action} could not be kept; the line before has it.")]
    private static partial void LogNotKept(ILogger logger, string action, Exception exception);
}
