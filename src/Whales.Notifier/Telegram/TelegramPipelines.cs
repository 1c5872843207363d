using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Whales.Notifier.Telegram;

/// <summary>
/// How calls are guarded. Whoever asks gets a <see cref="CallResult"/> or a <see cref="TimeoutRejectedException"/> or
/// <see cref="BrokenCircuitException"/>. A message is not sent again here: the dispatcher does so, after noting it durably.
/// </summary>
internal sealed class TelegramPipelines
{
    private const int Retries = 2;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(300);

    public TelegramPipelines(IOptions<TelegramOptions> options, TimeProvider clock)
    {
        var timeout = options.Value.RequestTimeout;
        Sends = Builder().AddCircuitBreaker(Breaker()).AddTimeout(timeout).Build();
        Repeatable = Builder().AddRetry(Retry()).AddTimeout(timeout).Build();
        // Telegram holds the answer back until there is an update.
        Polls = Builder().AddTimeout(options.Value.PollTimeout + timeout).Build();

        ResiliencePipelineBuilder<CallResult> Builder() => new() { TimeProvider = clock };
    }

    /// <summary>New messages and edits: the circuit opens when Telegram is away.</summary>
    public ResiliencePipeline<CallResult> Sends { get; }

    /// <summary>Calls that may be repeated at will.</summary>
    public ResiliencePipeline<CallResult> Repeatable { get; }

    public ResiliencePipeline<CallResult> Polls { get; }

    private static CircuitBreakerStrategyOptions<CallResult> Breaker() => new()
    {
        FailureRatio = 0.9,
        MinimumThroughput = 5,
        SamplingDuration = TimeSpan.FromSeconds(30),
        BreakDuration = TimeSpan.FromSeconds(5),
        ShouldHandle = static arguments => ValueTask.FromResult(IsOutage(arguments.Outcome)),
    };

    private static RetryStrategyOptions<CallResult> Retry() => new()
    {
        MaxRetryAttempts = Retries,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = FirstPause,
        ShouldHandle = static arguments => ValueTask.FromResult(IsOutage(arguments.Outcome)),
    };

    private static bool IsOutage(Outcome<CallResult> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException || outcome.Result is { Failure.Reason: FailureReason.Server };
}

/// <summary>What a call brought, before it is read: the body of a success, or why there is none.</summary>
internal sealed record CallResult(byte[] Body, TelegramFailure? Failure);
