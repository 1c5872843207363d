using System.Collections.Concurrent;
using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>Which failed rows to send round again.</summary>
internal sealed record ReplayFilter
{
    public string? Model { get; init; }

    /// <summary>Error code.</summary>
    public string? Code { get; init; }

    public Guid? BatchId { get; init; }

    /// <summary>Accepted at or after.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Accepted before.</summary>
    public DateTimeOffset? Before { get; init; }
}

/// <summary>Sends many failed rows round again: some with each call, the oldest first. Those whose photo is gone stay failed.</summary>
internal sealed class ReplayStore(StoreDatabase database)
{
    private readonly ConcurrentDictionary<string, Statement> _statements = new();

    /// <returns>The rows that are queued again.</returns>
    public async Task<IReadOnlyList<AttemptId>> ReplayAsync(ReplayFilter filter, int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string?[] conditions =
        [
            "status = 'failed'",
            "photo_removed_at is null",
            filter.Model is null ? null : "model = @model",
            filter.Code is null ? null : "error_code = @code",
            filter.BatchId is null ? null : "batch_id = @batch_id",
            filter.After is null ? null : "id >= @after",
            filter.Before is null ? null : "id < @before",
        ];
        // 32 statements at most.
        var statement = _statements.GetOrAdd(string.Join(" and ", conditions.Where(condition => condition is not null)), where => new Statement($"""
            with due as materialized (
                select id from identifications where {where} order by id limit @limit {database.ForUpdate} {database.SkipLocked})
            {IdentificationSql.QueueAgain} where id in (select id from due)
            returning id, attempt
            """));
        return await database.ChangeAsync(
            new Call(statement, parameters =>
            {
                parameters.Set("now", now).Set("limit", limit);
                if (filter.Model is { } model)
                    parameters.Set("model", model);
                if (filter.Code is { } code)
                    parameters.Set("code", code);
                if (filter.BatchId is { } batch)
                    parameters.Set("batch_id", batch);
                if (filter.After is { } after)
                    parameters.Set("after", IdTimes.First(after));
                if (filter.Before is { } before)
                    parameters.Set("before", IdTimes.First(before));
            }),
            fields => new AttemptId(fields.Id(), (int)fields.Number()),
            Durability.Synced,
            cancellationToken).ConfigureAwait(false);
    }
}
