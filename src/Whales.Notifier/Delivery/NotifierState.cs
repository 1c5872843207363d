using MassTransit;
using Whales.Hosting.Messaging;
using Whales.Notifier.Alerts;
using Whales.Notifier.Commands;
using Whales.Notifier.Heartbeat;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Delivery;

/// <summary>What the notifier can say of itself.</summary>
internal sealed class NotifierState(NotifierStore store, ChatBook chats, IServiceProvider services, TimeProvider clock) : INotifierState
{
    public async Task<NotifierStatus> StatusAsync(CancellationToken cancellation)
    {
        var (backlog, seen) = await store.RunAsync(session => (CardTable.Backlog(session), Facts.Get<HeartbeatFacts>(session, Facts.Heartbeat)?.LastSeen));
        var oldest = backlog.Count == 0 ? (TimeSpan?)null : clock.GetUtcNow() - backlog.Min(level => level.Oldest);
        return new NotifierStatus(
            seen, backlog.Sum(level => level.Events), oldest, [.. chats.All.Where(chat => chat.Broken is not null).Select(chat => chat.Chat.Name)], BrokerConnected());
    }

    public async Task<IReadOnlyList<AlertmanagerPayload>> FiringAsync(CancellationToken cancellation)
    {
        var open = await store.RunAsync(ThreadTable.Open);
        // Several chats may be told of one group.
        return [.. open.Where(thread => thread.Doc.Group is not null).DistinctBy(thread => thread.Key).Select(thread => thread.Doc.Group!)];
    }

    private bool? BrokerConnected() =>
        services.GetService<QueueAddresses>() is { InMemory: false } && services.GetService<IBusControl>() is { } bus
            ? bus.CheckHealth().Status == BusHealthStatus.Healthy
            : null;
}
