namespace Whales.Ingest.Api.Storage;

/// <summary>Work that one replica does for all: who holds the lease does it, and a holder that dies loses it in time.</summary>
internal sealed class LeaseStore(StoreDatabase database)
{
    private static readonly Statement Take = new("""
        insert into leases (name, holder, until) values (@name, @holder, @until)
        on conflict (name) do update set holder = excluded.holder, until = excluded.until
        where leases.holder = excluded.holder or leases.until <= @now
        returning holder
        """);

    private static readonly Statement Release = new("delete from leases where name = @name and holder = @holder");

    private readonly string _holder = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():n}";

    /// <summary>True when this process has the lease until <paramref name="until"/>, also when it had it before.</summary>
    public async Task<bool> TryTakeAsync(string name, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
        (await database.ChangeAsync(
            new Call(Take, parameters => parameters.Set("name", name).Set("holder", _holder).Set("until", until).Set("now", now)),
            fields => fields.Text(), Durability.Relaxed, cancellationToken).ConfigureAwait(false)).Count > 0;

    public Task ReleaseAsync(string name, CancellationToken cancellationToken) => database.ExecuteAsync(
        [new Call(Release, parameters => parameters.Set("name", name).Set("holder", _holder))], Durability.Relaxed, cancellationToken);
}
