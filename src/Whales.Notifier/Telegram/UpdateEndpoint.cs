using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Security;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Telegram;

/// <summary>
/// Where Telegram posts updates, with <c>Telegram:WebhookUrl</c>. 200 once an update is answered, or was before; with anything else
/// Telegram sends it again. Any of several notifiers may take them.
/// </summary>
internal static class UpdateEndpoint
{
    public const string Path = "/telegram/updates";

    public static void MapUpdates(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost(Path, (HttpContext context, UpdateIntake intake) => intake.TakeAsync(context)).ExcludeFromDescription().RequiresNoKey().HasItsOwnLimit();
}

/// <summary>Takes one update.</summary>
internal sealed partial class UpdateIntake(
    UpdateHandler updates, IOptions<TelegramOptions> options, IOptions<NotifierOptions> limits, IHostApplicationLifetime lifetime, ILogger<UpdateIntake> log)
{
    private const string Header = "X-Telegram-Bot-Api-Secret-Token";

    private readonly NotifierOptions _limits = limits.Value;
    private readonly byte[] _secret = Hash(options.Value.WebhookSecret ?? throw new InvalidOperationException("There is no Telegram:WebhookSecret."));
    private int _running;

    public async Task<Results<Ok, ProblemHttpResult>> TakeAsync(HttpContext context)
    {
        if (!CryptographicOperations.FixedTimeEquals(Hash(context.Request.Headers[Header].ToString()), _secret))
        {
            LogStranger();
            return Problem(StatusCodes.Status401Unauthorized, ErrorCodes.Unauthorized, "Telegram's secret is missing or wrong.");
        }

        try
        {
            if (Interlocked.Increment(ref _running) > _limits.MaxConcurrentWebhooks)
                return Problem(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "Too many updates at once.");
            if (await ReadAsync(context) is not { } update)
                return Problem(StatusCodes.Status400BadRequest, ErrorCodes.MalformedRequest, "This is no update of Telegram's.");
            await updates.HandleAsync(update, lifetime.ApplicationStopping);
            return TypedResults.Ok();
        }
        catch (Exception exception) when (StoreFaults.IsOfStore(exception) && exception is not BadHttpRequestException)
        {
            LogStore(exception);
            return Problem(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "The update cannot be noted now.");
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<RawUpdate?> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = _limits.MaxWebhookBytes;
        try
        {
            var update = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, cancellationToken: context.RequestAborted);
            return update.ValueKind == JsonValueKind.Object && update.TryGetProperty("update_id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number)
                ? new RawUpdate(number, update)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ProblemHttpResult Problem(int status, string code, string detail) =>
        TypedResults.Problem(new ProblemDetails { Status = status, Detail = detail, Extensions = { ["code"] = code } });

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Somebody posted an update without Telegram's secret; it is refused.")]
    private partial void LogStranger();

    [LoggerMessage(Level = LogLevel.Error, Message = "An update could not be noted; Telegram will send it again.")]
    private partial void LogStore(Exception exception);
}
