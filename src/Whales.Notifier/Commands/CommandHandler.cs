namespace Whales.Notifier.Commands;

/// <summary>Answers commands and pressed buttons. One call at a time is not required; what it does is safe to repeat.</summary>
internal sealed class CommandHandler(TimeProvider time)
{
    public Task<IReadOnlyList<Reply>> HandleAsync(IncomingUpdate update, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(update);
        cancellation.ThrowIfCancellationRequested();
        _ = time;
        return Task.FromResult<IReadOnlyList<Reply>>([]);
    }
}
