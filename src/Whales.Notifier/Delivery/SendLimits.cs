using Microsoft.Extensions.Options;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Delivery;

/// <summary>
/// Telegram's limits, kept so that it need not complain: one message a second in a chat, counted from the end of the one before; so
/// many a minute in a group; so many a second in all. When it does complain, its word is kept too. Not for several threads at once.
/// </summary>
internal sealed class SendLimits(IOptions<TelegramOptions> options)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly TelegramOptions _options = options.Value;
    private readonly Dictionary<long, PerChat> _chats = [];
    private readonly Queue<DateTimeOffset> _all = new();

    /// <summary>Takes the right to one call, or says how long it takes until there is one.</summary>
    /// <returns>Zero: taken.</returns>
    public TimeSpan TryTake(long chat, DateTimeOffset now)
    {
        var state = Of(chat);
        var wait = Longest(state.HeldUntil - now, state.Last + _options.ChatInterval - now);
        // A negative id is a group's or channel's.
        if (chat < 0)
            wait = Longest(wait, Until(state.Minute, _options.GroupPerMinute, Minute, now));
        wait = Longest(wait, Until(_all, _options.PerSecond, Second, now));
        if (wait > TimeSpan.Zero)
            return wait;
        state.Last = now;
        state.Minute.Enqueue(now);
        _all.Enqueue(now);
        return TimeSpan.Zero;
    }

    /// <summary>The call has ended: what follows keeps its distance from here, however long it took.</summary>
    public void Ended(long chat, DateTimeOffset now) => Of(chat).Last = now;

    /// <summary>Telegram asked to be left alone in this chat.</summary>
    public void Hold(long chat, DateTimeOffset until)
    {
        var state = Of(chat);
        if (until > state.HeldUntil)
            state.HeldUntil = until;
    }

    private PerChat Of(long chat)
    {
        if (!_chats.TryGetValue(chat, out var state))
            _chats.Add(chat, state = new PerChat());
        return state;
    }

    private static TimeSpan Until(Queue<DateTimeOffset> calls, int most, TimeSpan within, DateTimeOffset now)
    {
        while (calls.TryPeek(out var oldest) && oldest + within <= now)
            calls.Dequeue();
        return calls.Count < most ? TimeSpan.Zero : calls.Peek() + within - now;
    }

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed class PerChat
    {
        public DateTimeOffset HeldUntil { get; set; }

        public DateTimeOffset Last { get; set; }

        public Queue<DateTimeOffset> Minute { get; } = new();
    }
}
