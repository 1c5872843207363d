using Whales.Contracts;

namespace Whales.Hosting.Messaging;

/// <summary>How many photos wait for workers. A worker asks its broker; where the bus is in memory the job table knows.</summary>
public interface IQueueDepth
{
    /// <summary>All lanes of these models.</summary>
    Task<IReadOnlyList<QueueDepth>> ReadAsync(IReadOnlyList<string> models, CancellationToken cancellationToken);
}

/// <param name="Model">The model.</param>
/// <param name="Lane">Its lane.</param>
/// <param name="Messages">Messages ready for any worker; with <paramref name="HeldIncluded"/> those that workers hold as well.</param>
/// <param name="Consumers">Workers that take from this queue.</param>
/// <param name="HeldIncluded">Whether <paramref name="Messages"/> has what workers hold.</param>
public readonly record struct QueueDepth(string Model, Lane Lane, long Messages, int Consumers, bool HeldIncluded);
