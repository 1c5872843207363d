using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>Queued rows of one model and lane.</summary>
internal readonly record struct LaneCount(string Model, Lane Lane, int Count);

/// <summary>A row's place in its line: what is queued earlier stands before it.</summary>
internal readonly record struct LaneMark(DateTimeOffset QueuedAt, Guid Id) : IComparable<LaneMark>
{
    public int CompareTo(LaneMark other) => (QueuedAt, Id).CompareTo((other.QueuedAt, other.Id));
}

/// <summary>The lines of waiting photos, as the job table has them. Each question is answered from an index alone.</summary>
internal sealed class LaneStore(StoreDatabase database)
{
    private static readonly Statement Count = new(
        "select model, lane, count(*) from identifications where status = 'queued' group by model, lane");

    // The condition on status is the index's own, word for word.
    private static readonly Statement Finished = new("""
        select model, lane, count(*) from identifications
        where status in ('succeeded', 'failed') and completed_at > @after and completed_at <= @until
        group by model, lane
        """);

    private static readonly Statement Marks = new("""
        select queued_at, id from
            (select queued_at, id, row_number() over (order by queued_at, id) - 1 as place
            from identifications where status = 'queued' and model = @model and lane = @lane) as line
        where place % @step = 0 order by queued_at, id
        """);

    /// <summary>Queued rows for each model and lane that has any.</summary>
    public async Task<IReadOnlyList<LaneCount>> CountAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(new Call(Count, _ => { }), ReadCount, cancellationToken).ConfigureAwait(false);

    /// <summary>Rows that a worker finished after <paramref name="after"/> and up to <paramref name="until"/>.</summary>
    public async Task<IReadOnlyList<LaneCount>> CountFinishedAsync(DateTimeOffset after, DateTimeOffset until, CancellationToken cancellationToken) =>
        await database.ReadAsync(new Call(Finished, parameters => parameters.Set("after", after).Set("until", until)), ReadCount, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>The first row of a line and each <paramref name="step"/>-th one after it.</summary>
    public async Task<IReadOnlyList<LaneMark>> MarksAsync(string model, Lane lane, int step, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            new Call(Marks, parameters => parameters.Set("model", model).Set("lane", RowText.Of(lane)).Set("step", step)),
            fields => new LaneMark(fields.Time(), fields.Id()),
            cancellationToken).ConfigureAwait(false);

    private static LaneCount ReadCount(Fields fields) => new(fields.Text(), RowText.Lane(fields.Text()), (int)fields.Number());
}
