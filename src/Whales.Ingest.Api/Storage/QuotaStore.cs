namespace Whales.Ingest.Api.Storage;

/// <summary>How many photos each key has sent on a day.</summary>
internal sealed class QuotaStore(StoreDatabase database)
{
    private static readonly Statement Add = new("""
        insert into photo_counts (owner, day, photos) values (@owner, @day, @photos)
        on conflict (owner, day) do update set photos = photo_counts.photos + excluded.photos
        returning photos
        """);

    private static readonly Statement ForgetBefore = new("delete from photo_counts where day < @day");

    /// <param name="owner">The key's name.</param>
    /// <param name="day">Days since 1970, UTC.</param>
    /// <param name="photos">How many more; 0 only asks.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many in all, other replicas' included.</returns>
    public async Task<long> AddAsync(string owner, long day, long photos, CancellationToken cancellationToken) =>
        (await database.ChangeAsync(
            new Call(Add, parameters => parameters.Set("owner", owner).Set("day", day).Set("photos", photos)),
            fields => fields.Number(), Durability.Relaxed, cancellationToken).ConfigureAwait(false))[0];

    public Task ForgetBeforeAsync(long day, CancellationToken cancellationToken) =>
        database.ExecuteAsync([new Call(ForgetBefore, parameters => parameters.Set("day", day))], Durability.Relaxed, cancellationToken);
}
