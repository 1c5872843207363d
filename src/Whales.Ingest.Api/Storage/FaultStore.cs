using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>What went wrong with the attempts of an identification. Failures are added in the transaction that makes their row failed.</summary>
internal sealed class FaultStore(StoreDatabase database)
{
    // Only the failure that its row tells of: an outcome that came too late is no history.
    private static readonly Statement AddFailure = new("""
        insert into attempt_faults (identification_id, attempt, happened_at, code, message, worker)
        select @id, @attempt, @at, @code, @message, @worker
        where exists (select 1 from identifications where id = @id and attempt = @attempt and status = 'failed' and completed_at = @at)
        on conflict do nothing
        """);

    private static readonly Statement Add = new("""
        insert into attempt_faults (identification_id, attempt, happened_at, code, message, worker)
        select @id, @attempt, @at, @code, @message, @worker
        where exists (select 1 from identifications where id = @id)
        on conflict do nothing
        """);

    private static readonly Statement List = new("""
        select attempt, happened_at, code, message, worker from attempt_faults
        where identification_id = @id order by attempt, happened_at, code
        """);

    private static readonly Statement Delete = new(
        "delete from attempt_faults where identification_id = @id and not exists (select 1 from identifications where id = @id)");

    /// <summary>To run after the completion, in its transaction; null where nothing failed.</summary>
    public static Call? CallFor(Completion completion) => completion is { Status: IdentificationStatus.Failed, Error: { } error }
        ? CallOf(AddFailure, completion.Attempt, completion.CompletedAt, error.Code, error.Message, completion.Worker)
        : null;

    /// <summary>To run after the row was to be deleted, in its transaction: one that was not keeps its history.</summary>
    public static Call DeleteCall(Guid id) => new(Delete, parameters => parameters.Set("id", id));

    /// <summary>A worker ended with the attempt in hand. Told twice, it is noted once.</summary>
    public Task AddAsync(PhotoEndedWorker ended, CancellationToken cancellationToken) => database.ExecuteAsync(
        [
            CallOf(Add, new AttemptId(ended.IdentificationId, ended.Attempt), ended.OccurredAt, AttemptFault.WorkerEnded,
                "A worker process ended while it ran this photo alone.", ended.Worker),
        ],
        Durability.Synced,
        cancellationToken);

    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<AttemptFault>> ListAsync(Guid id, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            new Call(List, parameters => parameters.Set("id", id)),
            fields => new AttemptFault
            {
                Attempt = (int)fields.Number(),
                At = fields.Time(),
                Code = fields.Text(),
                Message = fields.Text(),
                Worker = fields.TextOrNull(),
            },
            cancellationToken).ConfigureAwait(false);

    private static Call CallOf(Statement statement, AttemptId attempt, DateTimeOffset at, string code, string message, string? worker) =>
        new(statement, parameters => parameters
            .Set("id", attempt.Id).Set("attempt", attempt.Attempt).Set("at", at).Set("code", code).Set("message", message).Set("worker", worker));
}
