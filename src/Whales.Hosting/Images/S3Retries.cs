using System.Net;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Whales.Hosting.Images;

/// <summary>Tries again what may pass by itself: a broken connection, a busy server, bytes that were changed on the way.</summary>
internal static partial class S3Retries
{
    private static readonly string[] Passing = ["SlowDown", "RequestTimeout", "BadDigest", "XAmzContentSHA256Mismatch", "InternalError", "ServiceUnavailable"];

    public static ResiliencePipeline Build(S3Options options, ILogger logger)
    {
        var pipeline = new ResiliencePipelineBuilder();
        if (options.Retries > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(5),
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is { } exception && !arguments.Context.CancellationToken.IsCancellationRequested && MayPass(exception)),
                OnRetry = arguments =>
                {
                    TryingAgain(logger, arguments.AttemptNumber + 1, arguments.Outcome.Exception?.Message);
                    return ValueTask.CompletedTask;
                },
            });
        }
        return pipeline.AddTimeout(options.AttemptTimeout).Build();
    }

    private static bool MayPass(Exception exception) => exception switch
    {
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout } => true,
        AmazonServiceException { ErrorCode: { } code } when Passing.Contains(code) => true,
        // Refusals: no such bucket, no right. Without a status the answer never came.
        AmazonServiceException service => service.StatusCode == 0,
        IOException or HttpRequestException or TimeoutRejectedException or AmazonClientException or OperationCanceledException => true,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "S3 failed, try {Attempt}: {Reason}")]
    private static partial void TryingAgain(ILogger logger, int attempt, string? reason);
}
