namespace Whales.Notifier.Storage;

/// <summary>Small facts that outlive the process.</summary>
internal static class Facts
{
    public const string UpdatesOffset = "updates_offset";
    public const string Heartbeat = "heartbeat";

    public static string OfChat(string name) => $"chat:{name}";

    /// <summary>Of every chat, by its name.</summary>
    public static Dictionary<string, T> OfChats<T>(StoreSession session) =>
        session.Query("select name, value from facts where name like 'chat:%'", row => (row.GetString(0), row.GetString(1)))
            .ToDictionary(fact => fact.Item1[OfChat("").Length..], fact => StoreSession.FromJson<T>(fact.Item2), StringComparer.OrdinalIgnoreCase);

    public static T? Get<T>(StoreSession session, string name)
        where T : class =>
        session.Scalar<string>("select value from facts where name = $1", name) is { } json ? StoreSession.FromJson<T>(json) : null;

    public static void Set<T>(StoreSession session, string name, T value) =>
        session.Execute("insert into facts (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", name, StoreSession.ToJson(value));
}
