using Whales.Contracts;

namespace Whales.Ingest.Api.Operations;

/// <summary>Puts an unreadable message back into its queue, as it was.</summary>
public interface IDeadLetterSender
{
    /// <summary>Returns once the broker has confirmed it.</summary>
    /// <exception cref="InvalidOperationException">There is no broker here.</exception>
    Task SendAsync(DeadLetter letter, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
}
