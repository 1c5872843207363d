namespace Whales.Notifier.Storage;

/// <summary>What people pressed and wrote, and was answered. For use inside a transaction of <see cref="NotifierStore"/>.</summary>
internal static class UpdateTable
{
    // Telegram forgets what it could not deliver after a day.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    public static bool Has(StoreSession session, long id) => session.Scalar<long>("select count(*) from updates where id = $1", id) > 0;

    public static void Add(StoreSession session, long id, DateTimeOffset now)
    {
        session.Execute("delete from updates where at < $1", now - Kept);
        session.Execute("insert into updates (id, at) values ($1, $2) on conflict do nothing", id, now);
    }
}
