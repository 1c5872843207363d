using Whales.Contracts;
using Whales.Hosting.Messaging;

namespace Whales.Ingest.Api.Waiting;

/// <summary>For a worker in the same process, whose queues nobody else can ask about: what waits by the job table.</summary>
internal sealed class JobTableDepth(WaitingLines lines) : IQueueDepth
{
    public Task<IReadOnlyList<QueueDepth>> ReadAsync(IReadOnlyList<string> models, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<QueueDepth>>(
        [
            .. from model in models
               from lane in Enum.GetValues<Lane>()
               select new QueueDepth(model, lane, lines.Of(model, lane).Waiting, Consumers: 1, HeldIncluded: true),
        ]);
}
