using Microsoft.Extensions.Options;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Delivery;

/// <summary>
/// Telegram's limits, kept so that it need not complain: one message a second in a chat, counted from the end of the one before; so
/// many a minute in a group; so many a second in all. When it does complain, its word is kept too. Times are counted, not read off the
/// clock on the wall: that may be set. Not for several threads at once.
/// </summary>
internal sealed class SendLimits(IOptions<TelegramOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly TelegramOptions _options = options.Value;
    private readonly Dictionary<long, PerChat> _chats = [];
    private readonly Queue<TimeSpan> _all = new();
    private readonly long _started = clock.GetTimestamp();

    /// <summary>Since this began.</summary>
    private TimeSpan Now => clock.GetElapsedTime(_started);

    /// <summary>Takes the right to one call, or says how long it takes until there is one.</summary>
    /// <returns>Zero: taken.</returns>
    public TimeSpan TryTake(long chat)
    {
        var now = Now;
        var state = Of(chat);
        var wait = Longest(state.HeldUntil - now, state.Last + _options.ChatInterval - now ?? TimeSpan.Zero);
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
    public void Ended(long chat) => Of(chat).Last = Now;

    /// <summary>This chat is to be left alone for so long, because Telegram asked for it, or we have a reason.</summary>
    public void Hold(long chat, TimeSpan wait)
    {
        var state = Of(chat);
        state.HeldUntil = Longest(state.HeldUntil, Now + wait);
    }

    private PerChat Of(long chat)
    {
        if (!_chats.TryGetValue(chat, out var state))
            _chats.Add(chat, state = new PerChat());
        return state;
    }

    private static TimeSpan Until(Queue<TimeSpan> calls, int most, TimeSpan within, TimeSpan now)
    {
        while (calls.TryPeek(out var oldest) && oldest + within <= now)
            calls.Dequeue();
        return calls.Count < most ? TimeSpan.Zero : calls.Peek() + within - now;
    }

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed class PerChat
    {
        public TimeSpan HeldUntil { get; set; }

        public TimeSpan? Last { get; set; }

        public Queue<TimeSpan> Minute { get; } = new();
    }
}
