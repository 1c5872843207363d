using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Whales.Hosting.Resilience;

/// <summary>
/// Work that must be done sooner or later: it is tried again, with growing pauses and jitter, until it succeeds or the host stops.
/// The one place where transient faults of broker and stores are waited out.
/// </summary>
public sealed partial class Persistently(TimeProvider clock, ILogger<Persistently> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private const int AFew = 5;

    private readonly ResiliencePipeline _forever = Build(clock, log, int.MaxValue, Any);

    /// <summary>Tries until it succeeds.</summary>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    /// <exception cref="PermanentFaultException">It will never succeed.</exception>
    public ValueTask RunAsync(Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken) =>
        _forever.ExecuteAsync(work, cancellationToken);

    /// <inheritdoc cref="RunAsync"/>
    public ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken) =>
        _forever.ExecuteAsync(work, cancellationToken);

    /// <summary>Tries a few times, some seconds in all, and then throws what it failed with.</summary>
    public ResiliencePipeline AFewTimes { get; } = Build(clock, log, AFew, Any);

    /// <summary>As <see cref="AFewTimes"/>, for those exceptions only that <paramref name="mayPass"/>; others are thrown at once.</summary>
    public ResiliencePipeline AFewTimesWhen(Func<Exception, bool> mayPass) => Build(clock, log, AFew, mayPass);

    private static bool Any(Exception exception) => true;

    private static ResiliencePipeline Build(TimeProvider clock, ILogger log, int maxRetryAttempts, Func<Exception, bool> mayPass) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = maxRetryAttempts,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstPause,
                MaxDelay = LongestPause,
                // Also a cancellation that nobody here asked for: RabbitMQ's client reports a call that timed out as one.
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is { } exception and not PermanentFaultException && mayPass(exception)
                    && !arguments.Context.CancellationToken.IsCancellationRequested),
                OnRetry = arguments =>
                {
                    // The first failure is news; the rest of an outage is not.
                    if (arguments.AttemptNumber == 0)
                        TryingAgain(log, arguments.Outcome.Exception);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

    [LoggerMessage(Level = LogLevel.Warning, Message = "An operation failed and is tried again.")]
    private static partial void TryingAgain(ILogger logger, Exception? exception);
}
