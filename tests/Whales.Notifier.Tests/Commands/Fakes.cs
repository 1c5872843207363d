using Whales.Notifier.Alerts;
using Whales.Notifier.Commands;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Tests.Commands;

/// <summary>The ports of the commands, in memory.</summary>
internal sealed class FakePorts : IPressedMessages, IKnownChats, IMutes, INotifierState
{
    public const long OpsChat = -1001;
    public const long RussianChat = -1002;

    public Dictionary<string, PressedMessage> Messages { get; } = [];

    public Dictionary<long, DateTimeOffset?> Muted { get; } = [];

    public NotifierStatus Status { get; set; } = new(null, 0, null, [], null);

    public IReadOnlyList<AlertmanagerPayload> Firing { get; set; } = [];

    public Task<PressedMessage?> FindAsync(string buttonId, CancellationToken cancellation) => Task.FromResult(Messages.GetValueOrDefault(buttonId));

    public Task NoteSilenceAsync(string buttonId, SilenceNote? silence, CancellationToken cancellation)
    {
        Messages[buttonId] = Messages[buttonId] with { State = Messages[buttonId].State with { Silence = silence } };
        return Task.CompletedTask;
    }

    public Task NoteAcknowledgedAsync(string buttonId, Acknowledgement acknowledged, CancellationToken cancellation)
    {
        Messages[buttonId] = Messages[buttonId] with { State = Messages[buttonId].State with { Acknowledged = acknowledged } };
        return Task.CompletedTask;
    }

    public KnownChat? Find(long chatId) => chatId switch
    {
        OpsChat => new KnownChat(OpsChat, "ops", Reader.Default),
        RussianChat => new KnownChat(RussianChat, "дежурные", new Reader(Language.Russian, TimeZoneInfo.FindSystemTimeZoneById("Europe/Moscow"))),
        _ => null,
    };

    public Task<DateTimeOffset?> MutedUntilAsync(long chatId, CancellationToken cancellation) => Task.FromResult(Muted.GetValueOrDefault(chatId));

    public Task MuteAsync(long chatId, DateTimeOffset? until, CancellationToken cancellation)
    {
        Muted[chatId] = until;
        return Task.CompletedTask;
    }

    public Task<NotifierStatus> StatusAsync(CancellationToken cancellation) => Task.FromResult(Status);

    public Task<IReadOnlyList<AlertmanagerPayload>> FiringAsync(CancellationToken cancellation) => Task.FromResult(Firing);
}

/// <summary>A clock that tests set.</summary>
internal sealed class SetTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.UtcTicks;
}
