using System.Globalization;
using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Delivery;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Daily;

/// <summary>
/// Tells each chat that wants it the day, at its hour in its time zone, once: which day was told last lies in the store, written together
/// with the message.
/// </summary>
internal sealed partial class DailyDigest(
    NotifierStore store, ChatBook chats, Cards cards, DayFigures figures, Wakeup wakeup, Leadership leadership, NotifierMetrics metrics, IOptions<DailyOptions> options,
    TimeProvider clock, ILogger<DailyDigest> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <summary>Tells the days that are due.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var due = new List<ChatState>();
        foreach (var chat in chats.All.Where(chat => chat.Chat.DailyAt is not null))
        {
            if (await store.RunAsync(session => IsDue(session, chat, now)))
                due.Add(chat);
        }

        if (due.Count == 0)
            return;
        var day = await figures.GatherAsync(cancellation);
        foreach (var chat in due)
        {
            if (!await store.RunAsync(session => Tell(session, chat, day, now)))
                continue;
            metrics.EventCame(Words.Source.Daily, Severity.None);
            LogTold(chat.Chat.Name);
        }

        wakeup.Signal();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (chats.All.All(chat => chat.Chat.DailyAt is null))
            return;
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            await leadership.AcquireAsync(stoppingToken);
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>
    /// By the chat's own clock and calendar, so that a day of 23 or 25 hours is told once as well. A chat that is new, or was told of no day
    /// for too long, waits for its next hour.
    /// </summary>
    private bool IsDue(StoreSession session, ChatState chat, DateTimeOffset now)
    {
        var (day, late) = Latest(chat, now);
        var told = Facts.Get<string>(session, Fact(chat));
        if (told is not null && string.CompareOrdinal(told, day) >= 0)
            return false;
        if (told is not null && late <= options.Value.AtMostLate)
            return true;
        Facts.Set(session, Fact(chat), day);
        return false;
    }

    private bool Tell(StoreSession session, ChatState chat, Figures day, DateTimeOffset now)
    {
        if (!IsDue(session, chat, now))
            return false;
        var from = now - OneDay;
        cards.ForNotice(
            session, chat.Chat.Name,
            new DailySummary
            {
                From = from,
                To = now,
                Models = day.Models,
                Waiting = day.Waiting,
                DeadLetters = day.DeadLetters,
                Alerts = [.. ThreadTable.Begun(session, chat.Chat.Name, from, now).SelectMany(Composer.Entries)],
            },
            Severity.None, events: 1);
        Facts.Set(session, Fact(chat), Latest(chat, now).Day);
        return true;
    }

    /// <summary>The calendar day whose hour came last, and how long ago that was by the clock on the wall.</summary>
    private static (string Day, TimeSpan Late) Latest(ChatState chat, DateTimeOffset now)
    {
        var local = TimeZoneInfo.ConvertTime(now, chat.Chat.Reader.TimeZone).DateTime;
        var today = local.Date + chat.Chat.DailyAt!.Value.ToTimeSpan();
        var last = today <= local ? today : today - OneDay;
        return (last.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), local - last);
    }

    private static string Fact(ChatState chat) => $"daily:{chat.Chat.Name}";

    [LoggerMessage(Level = LogLevel.Information, Message = "Chat {Chat} is told the day.")]
    private partial void LogTold(string chat);

    [LoggerMessage(Level = LogLevel.Error, Message = "The day could not be told; it is tried again.")]
    private partial void LogFailed(Exception exception);
}
