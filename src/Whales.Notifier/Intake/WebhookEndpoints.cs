using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Security;
using Whales.Notifier.Alerts;
using Whales.Notifier.Heartbeat;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Intake;

/// <summary>
/// Where Alertmanager posts. 202 once the event is durable; 503 when it cannot be, because Alertmanager tries again after a 5xx and never
/// after a 4xx; 4xx only for what will never be good.
/// </summary>
internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder endpoints)
    {
        // In Standalone the API's description is about photos, and Alertmanager has the webhook's own token, no key of the API. Nor may the
        // API's limits hold: what is answered 429 or 413 is lost, since Alertmanager does not send it again.
        endpoints.MapPost("/webhook", (HttpContext context, WebhookIntake intake) => intake.TakeAsync(context, WebhookRoute.Default)).ExcludeFromDescription().RequiresNoKey().HasItsOwnLimit();
        endpoints.MapPost("/webhook/alertmanager/{route}", (HttpContext context, string route, WebhookIntake intake) => intake.TakeAsync(context, route)).ExcludeFromDescription().RequiresNoKey().HasItsOwnLimit();
    }
}

/// <summary>Takes one webhook.</summary>
internal sealed partial class WebhookIntake(
    AlertIntake alerts, HeartbeatMonitor heartbeat, NotifierMetrics metrics, IOptions<NotifierOptions> options, ILogger<WebhookIntake> log)
{
    private const string Bearer = "Bearer ";

    private readonly NotifierOptions _options = options.Value;
    private readonly byte[]? _token = string.IsNullOrWhiteSpace(options.Value.WebhookToken) ? null : Hash(options.Value.WebhookToken.Trim());
    private int _running;

    public async Task<Results<Accepted, ProblemHttpResult>> TakeAsync(HttpContext context, string route)
    {
        metrics.WebhookCame();
        if (!IsAllowed(context.Request))
        {
            metrics.WebhookAnswered(Words.Unauthorized);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problem(StatusCodes.Status401Unauthorized, "unauthorized", "The webhook's bearer token is missing or wrong.");
        }

        try
        {
            if (Interlocked.Increment(ref _running) > _options.MaxConcurrentWebhooks)
                return Overloaded(context, "Too many webhooks at once.");
            return await TakeAllowedAsync(context, route);
        }
        catch (Exception exception) when (StoreFaults.IsOfStore(exception) && exception is not BadHttpRequestException)
        {
            LogNotKept(exception);
            return Overloaded(context, "The event cannot be kept now.");
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<Results<Accepted, ProblemHttpResult>> TakeAllowedAsync(HttpContext context, string route)
    {
        if (await ReadAsync(context.Request) is not { } body)
        {
            metrics.WebhookAnswered(Words.Invalid);
            return Problem(StatusCodes.Status413PayloadTooLarge, ErrorCodes.TooLarge, $"The body is larger than {_options.MaxWebhookBytes} bytes.");
        }

        var parsed = AlertmanagerPayloadParser.Parse(body);
        if (!parsed.IsValid)
        {
            metrics.WebhookAnswered(Words.Invalid);
            LogInvalid(string.Join(' ', parsed.Problems));
            return Problem(StatusCodes.Status400BadRequest, ErrorCodes.MalformedRequest, string.Join(' ', parsed.Problems));
        }

        if (IsHeartbeat(route, parsed.Payload))
        {
            await heartbeat.SeenAsync();
            metrics.WebhookAnswered(Words.Accepted);
            return TypedResults.Accepted((string?)null);
        }

        if (!WebhookRoute.All.Contains(route, StringComparer.OrdinalIgnoreCase))
        {
            // A typing error in alertmanager.yml must not cost an alert.
            LogUnknownRoute(route);
            route = WebhookRoute.Default;
        }

        var taken = await alerts.AcceptAsync(route.ToLowerInvariant(), parsed.Payload);
        if (taken == Taken.Overloaded)
            return Overloaded(context, $"More than {_options.MaxBacklog} messages wait to be delivered.");
        metrics.WebhookAnswered(taken == Taken.Duplicate ? Words.Duplicate : Words.Accepted);
        LogTaken(parsed.Payload.GroupKey, route, parsed.Payload.Alerts.Count, taken);
        return TypedResults.Accepted((string?)null);
    }

    private static bool IsHeartbeat(string route, AlertmanagerPayload payload) =>
        payload.Status == AlertStatus.Firing
        && (route.Equals(WebhookRoute.Watchdog, StringComparison.OrdinalIgnoreCase) || payload.Alerts.All(alert => alert.Name == HeartbeatMonitor.AlertName));

    private bool IsAllowed(HttpRequest request)
    {
        if (_token is null)
            return true;
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(Hash(header[Bearer.Length..].Trim()), _token);
    }

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request)
    {
        // Counted here; a host's general limit may be lower, and would cut off who is to be told that it is too much.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (request.ContentLength > _options.MaxWebhookBytes)
            return null;
        using var body = new MemoryStream((int)(request.ContentLength ?? 4096));
        var buffer = new byte[16 * 1024];
        while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted) is var read and > 0)
        {
            if (body.Length + read > _options.MaxWebhookBytes)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private ProblemHttpResult Overloaded(HttpContext context, string why)
    {
        metrics.WebhookAnswered(Words.Overloaded);
        context.Response.Headers.RetryAfter = "1";
        return Problem(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, why);
    }

    private static ProblemHttpResult Problem(int status, string code, string detail) =>
        TypedResults.Problem(new ProblemDetails { Status = status, Detail = detail, Extensions = { ["code"] = code } });

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    [LoggerMessage(Level = LogLevel.Debug, Message = "Webhook for group {Group} on route {Route}, {Alerts} alerts: {Taken}.")]
    private partial void LogTaken(string group, string route, int alerts, Taken taken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A webhook's body is not Alertmanager's: {Problems}")]
    private partial void LogInvalid(string problems);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no route '{Route}'; its alerts go where default goes.")]
    private partial void LogUnknownRoute(string route);

    [LoggerMessage(Level = LogLevel.Error, Message = "A webhook could not be kept; Alertmanager will try again.")]
    private partial void LogNotKept(Exception exception);
}
