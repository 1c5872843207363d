namespace Whales.Notifier.Storage;

/// <summary>Small facts that outlive the process.</summary>
internal static class Facts
{
    public const string UpdatesOffset = "updates_offset";
    public const string Heartbeat = "heartbeat";

    public static string OfChat(string name) => $"chat:{name}";

    public static T? Get<T>(StoreSession session, string name)
        where T : class =>
        session.Scalar<string>("select value from facts where name = $1", name) is { } json ? StoreSession.FromJson<T>(json) : null;

    public static void Set<T>(StoreSession session, string name, T value) =>
        session.Execute("insert into facts (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", name, StoreSession.ToJson(value));
}
