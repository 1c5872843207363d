using System.Data.Common;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Storage;

/// <summary>Reading and writing cards. For use inside a transaction of <see cref="NotifierStore"/>.</summary>
internal static class CardTable
{
    private const string Columns =
        "id, chat, kind, severity, version, delivered, due_at, waiting_since, waiting_events, created_at, grown_at, closed_at, sent_at, sent_chat, message_id, parent, button_id, state, notice, sent_text";

    public static Card Insert(StoreSession session, Card card)
    {
        var id = session.Scalar<long>(
            """
            insert into cards (chat, kind, severity, version, delivered, due_at, waiting_since, waiting_events, created_at, grown_at, closed_at, sent_at, sent_chat, message_id, parent, button_id, state, notice, sent_text)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) returning id
            """,
            card.Chat, card.Kind.ToString(), (long)card.Severity, card.Version, card.Delivered, card.DueAt, card.WaitingSince, card.WaitingEvents, card.CreatedAt,
            card.GrownAt, card.ClosedAt, card.SentAt, card.SentChat, card.MessageId, card.Parent, card.ButtonId, StoreSession.ToJson(card.State), NoticeJson(card), card.SentText);
        return card with { Id = id };
    }

    public static void Update(StoreSession session, Card card) => session.Execute(
        """
        update cards set kind = $2, severity = $3, version = $4, delivered = $5, due_at = $6, waiting_since = $7, waiting_events = $8, grown_at = $9, closed_at = $10,
            sent_at = $11, sent_chat = $12, message_id = $13, button_id = $14, state = $15, notice = $16, sent_text = $17 where id = $1
        """,
        card.Id, card.Kind.ToString(), (long)card.Severity, card.Version, card.Delivered, card.DueAt, card.WaitingSince, card.WaitingEvents, card.GrownAt, card.ClosedAt,
        card.SentAt, card.SentChat, card.MessageId, card.ButtonId, StoreSession.ToJson(card.State), NoticeJson(card), card.SentText);

    public static Card? Find(StoreSession session, long id) =>
        session.Query($"select {Columns} from cards where id = $1", Read, id).FirstOrDefault();

    public static Card? FindByButton(StoreSession session, string button) =>
        session.Query($"select {Columns} from cards where button_id = $1", Read, button).FirstOrDefault();

    /// <summary>The chat's card to deliver next: critical first, then who waits longest.</summary>
    public static Card? NextDue(StoreSession session, string chat, DateTimeOffset now) =>
        session.Query($"select {Columns} from cards where version > delivered and chat = $1 and due_at <= $2 order by severity, waiting_since, id limit 1", Read, chat, now)
            .FirstOrDefault();

    /// <summary>When the next card of the chat becomes due.</summary>
    public static DateTimeOffset? NextDueAt(StoreSession session, string chat) =>
        session.Scalar<long?>("select min(due_at) from cards where version > delivered and chat = $1", chat) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    /// <summary>The chat's newest card of that kind that grew since then.</summary>
    public static Card? FindGrowing(StoreSession session, string chat, CardKind kind, DateTimeOffset since) =>
        session.Query($"select {Columns} from cards where chat = $1 and kind = $2 and grown_at >= $3 order by grown_at desc, id desc limit 1", Read, chat, kind.ToString(), since)
            .FirstOrDefault();

    /// <summary>Messages with alerts or failures that nobody has seen yet.</summary>
    public static long CountUnsent(StoreSession session, string chat) =>
        session.Scalar<long>("select count(*) from cards where version > delivered and chat = $1 and message_id is null and notice is null", chat);

    public static Card? FindUnsentDigest(StoreSession session, string chat) =>
        session.Query($"select {Columns} from cards where version > delivered and chat = $1 and message_id is null and kind = 'Digest' order by id desc limit 1", Read, chat).FirstOrDefault();

    public static long CountPending(StoreSession session) => session.Scalar<long>("select count(*) from cards where version > delivered");

    public static IReadOnlyList<(Severity Severity, int Events, DateTimeOffset Oldest)> Backlog(StoreSession session) => session.Query(
        "select severity, cast(sum(waiting_events) as bigint), min(waiting_since) from cards where version > delivered group by severity",
        row => ((Severity)row.GetInt32(0), row.GetInt32(1), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2))));

    /// <summary>Notices that were made in that time, oldest first.</summary>
    public static List<Card> NoticesBetween(StoreSession session, DateTimeOffset from, DateTimeOffset to) =>
        session.Query($"select {Columns} from cards where notice is not null and created_at between $1 and $2 order by created_at, id", Read, from, to);

    /// <summary>Removes what ended before then, threads included.</summary>
    public static int RemoveClosed(StoreSession session, DateTimeOffset before)
    {
        session.Execute("delete from threads where card in (select id from cards where closed_at < $1 and version <= delivered)", before);
        return session.Execute("delete from cards where closed_at < $1 and version <= delivered", before);
    }

    // By its base, so that the kind of notice is written too.
    private static string? NoticeJson(Card card) => card.Notice is null ? null : StoreSession.ToJson<Notice>(card.Notice);

    private static Card Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Chat = row.GetString(1),
        Kind = Enum.Parse<CardKind>(row.GetString(2)),
        Severity = (Severity)row.GetInt32(3),
        Version = row.GetInt64(4),
        Delivered = row.GetInt64(5),
        DueAt = row.Time(6),
        WaitingSince = row.Time(7),
        WaitingEvents = row.GetInt32(8),
        CreatedAt = row.Time(9),
        GrownAt = row.Time(10),
        ClosedAt = row.TimeOrNull(11),
        SentAt = row.TimeOrNull(12),
        SentChat = row.LongOrNull(13),
        MessageId = row.LongOrNull(14),
        Parent = row.LongOrNull(15),
        ButtonId = row.TextOrNull(16),
        State = StoreSession.FromJson<AlertState>(row.GetString(17)),
        Notice = row.TextOrNull(18) is { } notice ? StoreSession.FromJson<Notice>(notice) : null,
        SentText = row.TextOrNull(19),
    };
}

internal static class RowReading
{
    public static DateTimeOffset Time(this DbDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static long? LongOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
