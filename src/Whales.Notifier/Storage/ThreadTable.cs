using System.Data.Common;
using Whales.Notifier.Alerts;

namespace Whales.Notifier.Storage;

/// <summary>Reading and writing threads. For use inside a transaction of <see cref="NotifierStore"/>.</summary>
internal static class ThreadTable
{
    private const string Columns = "id, chat, key, card, severity, opened_at, changed_at, closed_at, doc";

    public static void Insert(StoreSession session, CardThread thread) => session.Execute(
        "insert into threads (chat, key, card, severity, opened_at, changed_at, closed_at, doc) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        thread.Chat, thread.Key, thread.Card, (long)thread.Severity, thread.OpenedAt, thread.ChangedAt, thread.ClosedAt, StoreSession.ToJson(thread.Doc));

    public static void Update(StoreSession session, CardThread thread) => session.Execute(
        "update threads set key = $2, severity = $3, changed_at = $4, closed_at = $5, doc = $6 where id = $1",
        thread.Id, thread.Key, (long)thread.Severity, thread.ChangedAt, thread.ClosedAt, StoreSession.ToJson(thread.Doc));

    public static CardThread? Find(StoreSession session, long id) => session.Query($"select {Columns} from threads where id = $1", Read, id).FirstOrDefault();

    public static CardThread? FindOpen(StoreSession session, string chat, string key) =>
        session.Query($"select {Columns} from threads where chat = $1 and key = $2 and closed_at is null", Read, chat, key).FirstOrDefault();

    /// <summary>The newest of that key, open or not.</summary>
    public static CardThread? FindLast(StoreSession session, string chat, string key) =>
        session.Query($"select {Columns} from threads where chat = $1 and key = $2 order by opened_at desc, id desc limit 1", Read, chat, key).FirstOrDefault();

    public static List<CardThread> OfCard(StoreSession session, long card) =>
        session.Query($"select {Columns} from threads where card = $1 order by id", Read, card);

    public static long CountOpenOfCard(StoreSession session, long card) =>
        session.Scalar<long>("select count(*) from threads where card = $1 and closed_at is null", card);

    /// <summary>How many began in the chat since then.</summary>
    public static long CountBegun(StoreSession session, string chat, DateTimeOffset since) =>
        session.Scalar<long>("select count(*) from threads where chat = $1 and opened_at >= $2", chat, since);

    public static List<CardThread> Open(StoreSession session) => session.Query($"select {Columns} from threads where closed_at is null order by id", Read);

    /// <summary>Critical ones that are open since then or longer.</summary>
    public static List<CardThread> OpenCriticalSince(StoreSession session, DateTimeOffset since) =>
        session.Query($"select {Columns} from threads where closed_at is null and severity = 0 and opened_at <= $1 order by id", Read, since);

    /// <summary>Those that went on at some moment of that time, oldest first.</summary>
    public static List<CardThread> Between(StoreSession session, DateTimeOffset from, DateTimeOffset to) =>
        session.Query($"select {Columns} from threads where opened_at <= $2 and (closed_at is null or closed_at >= $1) order by opened_at, id", Read, from, to);

    /// <summary>The open groups of alerts of a chat.</summary>
    public static List<CardThread> OpenOfChat(StoreSession session, string chat) =>
        session.Query($"select {Columns} from threads where chat = $1 and closed_at is null order by id", Read, chat).FindAll(thread => thread.Doc.Group is not null);

    /// <summary>The open ones of that key, in whichever chats.</summary>
    public static List<CardThread> OpenOfKey(StoreSession session, string key) =>
        session.Query($"select {Columns} from threads where key = $1 and closed_at is null order by id", Read, key);

    /// <summary>Those that began in the chat in that time.</summary>
    public static List<CardThread> Begun(StoreSession session, string chat, DateTimeOffset from, DateTimeOffset to) =>
        session.Query($"select {Columns} from threads where chat = $1 and opened_at >= $2 and opened_at < $3 order by id", Read, chat, from, to);

    public static IReadOnlyList<(Severity Severity, long Count)> CountOpen(StoreSession session) => session.Query(
        "select severity, count(distinct key) from threads where closed_at is null group by severity", row => ((Severity)row.GetInt32(0), row.GetInt64(1)));

    private static CardThread Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Chat = row.GetString(1),
        Key = row.GetString(2),
        Card = row.GetInt64(3),
        Severity = (Severity)row.GetInt32(4),
        OpenedAt = row.Time(5),
        ChangedAt = row.Time(6),
        ClosedAt = row.TimeOrNull(7),
        Doc = StoreSession.FromJson<ThreadDoc>(row.GetString(8)),
    };
}
