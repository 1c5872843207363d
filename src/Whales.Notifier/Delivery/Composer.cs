using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Delivery;

/// <summary>What a card says, from what it tells of.</summary>
internal static class Composer
{
    /// <returns>Null when it has nothing to say any more.</returns>
    public static Notice? Compose(Card card, IReadOnlyList<CardThread> threads) => card.Kind switch
    {
        CardKind.Notice => card.Notice,
        _ when threads.Count == 0 => null,
        CardKind.Failures => threads[0].Doc.Failures,
        CardKind.Digest => ADigest(card, threads),
        _ when threads.Count == 1 => AGroup(threads[0]) with { State = card.State with { Escalation = threads[0].Doc.Escalation }, ButtonId = card.ButtonId },
        _ => new AlertBundle { Groups = [.. threads.Select(AGroup)], State = card.State, ButtonId = card.ButtonId },
    };

    private static AlertNotice AGroup(CardThread thread) => new()
    {
        Group = thread.Doc.Group!,
        Previously = thread.Doc.Shown,
        State = new AlertState { Escalation = thread.Doc.Escalation },
    };

    private static Digest ADigest(Card card, IReadOnlyList<CardThread> threads) => new()
    {
        Since = card.CreatedAt,
        Until = card.ClosedAt,
        Entries = [.. threads.SelectMany(Entries)],
    };

    /// <summary>A line or more of a digest for each thread.</summary>
    public static IEnumerable<DigestEntry> Entries(CardThread thread) => thread.Doc switch
    {
        { Group: { } group } => DigestEntry.Of(group),
        { Failures: { } failures } =>
            [new DigestEntry(thread.Severity, thread.ClosedAt is null ? AlertStatus.Firing : AlertStatus.Resolved, failures.Type.ToString(), failures.Model, failures.Count)],
        _ => [],
    };
}
