using System.Buffers;
using System.Globalization;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Errors;

/// <summary>
/// Writes a refusal, then reads what is left of the body. Most clients send everything before they look for an answer:
/// closing the connection under them would give them a reset in place of the reason.
/// </summary>
internal sealed class RefusalResult(RequestRefusedException refusal) : IResult
{
    private const long MostToDrain = 256L * 1024 * 1024;
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(20);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        CountsRefusals.Count(httpContext, refusal.Code);
        if (refusal.RetryAfter is { } after)
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            httpContext.Response.Headers.WWWAuthenticate = $"ApiKey header=\"{ApiKeys.Header}\"";
        var drain = ShouldDrain(httpContext.Request);
        if (!drain && httpContext.Request.ContentLength > MostToDrain)
            httpContext.Response.Headers.Connection = "close";

        await Problems.From(refusal).ExecuteAsync(httpContext);
        if (!drain)
            return;
        await httpContext.Response.CompleteAsync();
        await DrainAsync(httpContext);
    }

    // A client that asked first (Expect: 100-continue) sends nothing after a refusal.
    private static bool ShouldDrain(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && request.ContentLength is null or > 0 and <= MostToDrain
        && request.Headers.Expect.Count == 0;

    private static async Task DrainAsync(HttpContext http)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        timeout.CancelAfter(LongestDrain);
        try
        {
            long drained = 0;
            while (drained < MostToDrain)
            {
                var read = await http.Request.Body.ReadAsync(buffer, timeout.Token);
                if (read == 0)
                    return;
                drained += read;
            }
            http.Abort();
        }
        catch (Exception e) when (e is IOException or BadHttpRequestException or OperationCanceledException)
        {
            // The answer is out; what becomes of the connection is the server's business.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
