using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>
/// Where each catalogue photo stands with each model: queued, then embedded or failed. It is the outbox of <see cref="EmbedPhoto"/> as the
/// job table is that of identifications: leased, sent, noted as sent; what has no answer is sent again.
/// </summary>
internal sealed class EmbeddingStore(StoreDatabase database)
{
    private readonly EmbeddingSql _sql = new(database);

    /// <summary>Queues the photos that the model has not seen, or has seen as another version.</summary>
    /// <returns>How many.</returns>
    public async Task<int> EnsureQueuedAsync(CatalogueModel model, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Call On(Statement statement) => new(statement, parameters => parameters.Set("model", model.Name).Set("model_version", model.Version).Set("now", now));
        return (await database.ExecuteAsync([On(_sql.QueueUnseen), On(_sql.QueueOutdated)], Durability.Synced, cancellationToken).ConfigureAwait(false)).Sum();
    }

    /// <summary>Leases unsent photos of the model, oldest first; fewer when that would make more than <paramref name="window"/> under way.</summary>
    public async Task<List<EmbeddingTask>> LeaseUnsentAsync(
        CatalogueModel model, int window, int limit, DateTimeOffset now, DateTimeOffset leaseUntil, CancellationToken cancellationToken)
    {
        var underWay = (await database.ReadAsync(
            new Call(_sql.CountUnderWay, parameters => parameters.Set("model", model.Name)), fields => (int)fields.Number(), cancellationToken).ConfigureAwait(false))[0];
        var room = Math.Min(limit, window - underWay);
        if (room <= 0)
            return [];
        return await database.ChangeAsync(
            new Call(_sql.LeaseUnsent, parameters => parameters.Set("model", model.Name).Set("model_version", model.Version)
                .Set("now", now).Set("leased_until", leaseUntil).Set("limit", room)),
            fields => new EmbeddingTask(
                fields.Id(), model.Name, model.Version, (int)fields.Number(), fields.Time(), fields.Text(), RowJson.Read(fields.TextOrNull(), RowJson.Default.Region), leaseUntil),
            Durability.Relaxed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes what the broker has confirmed. Losing such a note only costs a second, harmless send.</summary>
    public Task MarkSentAsync(IEnumerable<EmbeddingTask> sent, DateTimeOffset now, CancellationToken cancellationToken) => database.ExecuteAsync(
        [
            .. sent.OrderBy(task => task.PhotoId).Select(task => new Call(_sql.MarkSent, parameters => parameters
                .Set("photo_id", task.PhotoId).Set("model", task.Model).Set("attempt", task.Attempt).Set("leased_until", task.LeasedUntil).Set("now", now))),
        ],
        Durability.Relaxed, cancellationToken);

    /// <summary>Makes queued photos of the model that were sent before <paramref name="sentBefore"/> unsent again, and ends their leases.</summary>
    /// <returns>How many.</returns>
    public async Task<int> MarkUnsentAsync(string model, DateTimeOffset sentBefore, CancellationToken cancellationToken) => (await database.ExecuteAsync(
        [new Call(_sql.MarkUnsent, parameters => parameters.Set("model", model).Set("sent_before", sentBefore))],
        Durability.Relaxed, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>
    /// Takes answers: an embedding of the wanted version becomes part of the catalogue, one of another version (a worker that is older or newer)
    /// is asked for again from <paramref name="askAgainAt"/> on. An answer to what is no longer queued changes nothing.
    /// </summary>
    /// <returns>For each answer, whether it changed something.</returns>
    public async Task<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<EmbeddingResult> results, DateTimeOffset askAgainAt, CancellationToken cancellationToken)
    {
        var calls = new List<Call>();
        var first = new int[results.Count];
        // In the order of the ids, so that two lists with the same photos cannot wait for each other.
        foreach (var i in Enumerable.Range(0, results.Count).OrderBy(i => results[i].PhotoId))
        {
            first[i] = calls.Count;
            calls.AddRange(results[i].Embedding is { } embedding ? Embedded(results[i], embedding, askAgainAt) : [Failed(results[i])]);
        }

        var counts = await database.ExecuteAsync(calls, Durability.Synced, cancellationToken).ConfigureAwait(false);
        return [.. first.Select(call => counts[call] > 0)];
    }

    public Task<List<EmbeddingStateCount>> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        new Call(_sql.Count, _ => { }),
        fields => new EmbeddingStateCount(fields.Text(), EmbeddingText.Status(fields.Text()), (int)fields.Number()),
        cancellationToken);

    private Call[] Embedded(EmbeddingResult result, byte[] embedding, DateTimeOffset askAgainAt)
    {
        Call On(Statement statement, Action<Parameters> more) => new(statement, parameters =>
        {
            parameters.Set("photo_id", result.PhotoId).Set("model", result.Model).Set("model_version", result.ModelVersion);
            more(parameters);
        });
        return
        [
            On(_sql.AddRow, parameters => parameters.Set("row_id", Guid.CreateVersion7(result.At)).Set("embedding", embedding)),
            On(_sql.MarkEmbedded, parameters => parameters.Set("at", result.At)),
            On(_sql.AskAgain, parameters => parameters.Set("leased_until", askAgainAt)),
        ];
    }

    private Call Failed(EmbeddingResult result) => new(_sql.MarkFailed, parameters => parameters
        .Set("photo_id", result.PhotoId).Set("model", result.Model).Set("attempt", result.Attempt).Set("at", result.At)
        .Set("error_code", result.ErrorCode).Set("error_message", result.ErrorMessage));
}
