using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>Which entries of the audit to read; <see cref="Before"/> is exclusive.</summary>
internal sealed record AuditFilter
{
    public Guid? IdentificationId { get; init; }

    public Guid? Before { get; init; }

    public required int Limit { get; init; }
}

/// <summary>What was done, by whom and when: it outlives what it was done to.</summary>
internal sealed class AuditStore(StoreDatabase database)
{
    private const string Columns = "id, at, actor, action, identification_id, affected, filter";

    private static readonly Statement Insert = new(
        $"insert into audit ({Columns}) values (@id, @at, @actor, @action, @identification_id, @affected, @filter)");

    private static readonly Statement ListAll = new($"select {Columns} from audit where id < @before order by id desc limit @limit");

    private static readonly Statement ListOne = new(
        $"select {Columns} from audit where identification_id = @identification_id and id < @before order by id desc limit @limit");

    private static readonly Guid NoBound = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    public Task AddAsync(AuditEntry entry, CancellationToken cancellationToken) => database.ExecuteAsync(
        [
            new Call(Insert, parameters => parameters
                .Set("id", entry.Id).Set("at", entry.At).Set("actor", entry.Actor).Set("action", entry.Action)
                .Set("identification_id", entry.IdentificationId).Set("affected", entry.Count).Set("filter", entry.Filter)),
        ],
        Durability.Synced,
        cancellationToken);

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(AuditFilter filter, CancellationToken cancellationToken)
    {
        var before = filter.Before ?? NoBound;
        var call = filter.IdentificationId is { } id
            ? new Call(ListOne, parameters => parameters.Set("identification_id", id).Set("before", before).Set("limit", filter.Limit))
            : new Call(ListAll, parameters => parameters.Set("before", before).Set("limit", filter.Limit));
        return await database.ReadAsync(call, Read, cancellationToken).ConfigureAwait(false);
    }

    private static AuditEntry Read(Fields fields) => new()
    {
        Id = fields.Id(),
        At = fields.Time(),
        Actor = fields.Text(),
        Action = fields.Text(),
        IdentificationId = fields.IdOrNull(),
        Count = fields.Number(),
        Filter = fields.TextOrNull(),
    };
}
