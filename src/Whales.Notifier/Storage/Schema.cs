namespace Whales.Notifier.Storage;

/// <summary>
/// The tables, in SQLite's words (<see cref="PostgresDatabase.Translate"/>). Times are Unix milliseconds. A later version adds statements
/// at the end that may run again.
/// </summary>
internal static class Schema
{
    public static IReadOnlyList<string> Statements { get; } =
    [
        // What was taken from a webhook, by its content: the second of a pair of Alertmanagers says the same again.
        """
        create table if not exists seen (
            key text primary key,
            at integer not null) without rowid
        """,
        "create index if not exists seen_at on seen (at)",
        // A message in a chat: to be sent while message_id is null, to be edited when version is above delivered.
        """
        create table if not exists cards (
            id integer primary key autoincrement,
            chat text not null,
            kind text not null,
            severity integer not null,
            version integer not null,
            delivered integer not null,
            due_at integer not null,
            waiting_since integer not null,
            waiting_events integer not null,
            created_at integer not null,
            grown_at integer not null,
            closed_at integer,
            sent_at integer,
            sent_chat integer,
            message_id integer,
            parent integer,
            button_id text,
            state text not null,
            notice text,
            sent_text text)
        """,
        "create index if not exists cards_pending on cards (chat, severity, waiting_since) where version > delivered",
        "create index if not exists cards_recent on cards (chat, grown_at)",
        "create unique index if not exists cards_button on cards (button_id) where button_id is not null",
        "create index if not exists cards_closed on cards (closed_at) where closed_at is not null",
        // What a card tells: one group of alerts, or failures of one kind, from its beginning to its end.
        """
        create table if not exists threads (
            id integer primary key autoincrement,
            chat text not null,
            key text not null,
            card integer not null,
            severity integer not null,
            opened_at integer not null,
            changed_at integer not null,
            closed_at integer,
            doc text not null)
        """,
        "create unique index if not exists threads_open on threads (chat, key) where closed_at is null",
        "create index if not exists threads_card on threads (card)",
        "create index if not exists threads_recent on threads (chat, opened_at)",
        "create index if not exists threads_of_key on threads (chat, key, opened_at)",
        "create index if not exists threads_open_key on threads (key) where closed_at is null",
        // Small facts: the heartbeat, the offset of updates, where a chat moved to.
        "create table if not exists facts (name text primary key, value text not null) without rowid",
        // Buttons and commands that were answered, by Telegram's number.
        "create table if not exists updates (id integer primary key, at integer not null)",
    ];
}
