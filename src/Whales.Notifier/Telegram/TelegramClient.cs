using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Whales.Notifier.Commands;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Telegram;

/// <summary>
/// The calls of the Bot API that we make. The token is part of each address, so no address ever leaves this class: not in a failure, not
/// in an exception, and its HttpClient neither logs nor traces (see TelegramRegistration).
/// </summary>
internal sealed class TelegramClient(
    HttpClient http, BotToken token, TelegramPipelines pipelines, IOptions<TelegramOptions> options, NotifierMetrics metrics, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public Task<TelegramAnswer<BotUser>> GetMeAsync(CancellationToken cancellationToken) =>
        CallAsync<BotUser>("getMe", [], pipelines.Repeatable, cancellationToken);

    public Task<TelegramAnswer<JsonElement>> GetChatAsync(long chat, CancellationToken cancellationToken) =>
        CallAsync<JsonElement>("getChat", new JsonObject { ["chat_id"] = chat }, pipelines.Repeatable, cancellationToken);

    /// <summary>Writes nothing: it fails as a message to that topic would.</summary>
    public Task<TelegramAnswer<JsonElement>> SendTypingAsync(long chat, int? topic, CancellationToken cancellationToken) =>
        CallAsync<JsonElement>("sendChatAction", new JsonObject { ["chat_id"] = chat, ["message_thread_id"] = topic, ["action"] = "typing" }, pipelines.Repeatable, cancellationToken);

    /// <param name="body">As the Bot API has it; see OutgoingMessage.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been sent.</param>
    public Task<TelegramAnswer<SentMessage>> SendMessageAsync(JsonObject body, CancellationToken cancellationToken) =>
        CallAsync<SentMessage>("sendMessage", body, pipelines.Sends, cancellationToken);

    public Task<TelegramAnswer<JsonElement>> EditMessageAsync(JsonObject body, CancellationToken cancellationToken) =>
        CallAsync<JsonElement>("editMessageText", body, pipelines.Sends, cancellationToken);

    public Task<TelegramAnswer<JsonElement>> AnswerCallbackAsync(string callback, string? text, bool alert, CancellationToken cancellationToken) =>
        CallAsync<JsonElement>(
            "answerCallbackQuery", new JsonObject { ["callback_query_id"] = callback, ["text"] = text, ["show_alert"] = alert }, pipelines.Repeatable, cancellationToken);

    /// <summary>What people see when they type a slash.</summary>
    /// <param name="commands">In the language.</param>
    /// <param name="language">ISO 639-1; null: for everybody whose language has none of its own.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<TelegramAnswer<JsonElement>> SetMyCommandsAsync(IEnumerable<BotCommand> commands, string? language, CancellationToken cancellationToken) => CallAsync<JsonElement>(
        "setMyCommands",
        new JsonObject
        {
            ["commands"] = new JsonArray([.. commands.Select(command => new JsonObject { ["command"] = command.Command, ["description"] = command.Description })]),
            ["language_code"] = language,
        },
        pipelines.Repeatable, cancellationToken);

    /// <summary>Waits up to <see cref="TelegramOptions.PollTimeout"/> for updates from <paramref name="offset"/> on.</summary>
    public async Task<TelegramAnswer<IReadOnlyList<RawUpdate>>> GetUpdatesAsync(long offset, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["offset"] = offset,
            ["timeout"] = (int)options.Value.PollTimeout.TotalSeconds,
            ["allowed_updates"] = AllowedUpdates(),
        };
        var answer = await CallAsync<List<JsonElement>>("getUpdates", body, pipelines.Polls, cancellationToken);
        return answer.Ok
            ? new([.. answer.Value!.Select(update => new RawUpdate(update.GetProperty("update_id").GetInt64(), update))], null)
            : new(null, answer.Failure);
    }

    /// <summary>Telegram posts updates to <paramref name="url"/> from now on, with the secret in a header; what waits there is kept.</summary>
    public Task<TelegramAnswer<JsonElement>> SetWebhookAsync(Uri url, string secret, CancellationToken cancellationToken) => CallAsync<JsonElement>(
        "setWebhook",
        new JsonObject { ["url"] = url.AbsoluteUri, ["secret_token"] = secret, ["allowed_updates"] = AllowedUpdates() },
        pipelines.Repeatable, cancellationToken);

    /// <summary>Telegram posts updates no more; what waits there is kept for getUpdates.</summary>
    public Task<TelegramAnswer<JsonElement>> DeleteWebhookAsync(CancellationToken cancellationToken) =>
        CallAsync<JsonElement>("deleteWebhook", new JsonObject { ["drop_pending_updates"] = false }, pipelines.Repeatable, cancellationToken);

    public Task<TelegramAnswer<WebhookInfo>> GetWebhookInfoAsync(CancellationToken cancellationToken) =>
        CallAsync<WebhookInfo>("getWebhookInfo", [], pipelines.Repeatable, cancellationToken);

    private static JsonArray AllowedUpdates() => new([.. UpdateReader.AllowedUpdates.Select(kind => JsonValue.Create(kind))]);

    private async Task<TelegramAnswer<T>> CallAsync<T>(
        string method, JsonObject body, ResiliencePipeline<CallResult> pipeline, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var result = await GuardedAsync(method, body, pipeline, cancellationToken);
        var failure = result.Failure;
        T? value = default;
        if (failure is null)
            (value, failure) = Read<T>(result.Body);
        metrics.TelegramCalled(method, clock.GetElapsedTime(started), failure);
        return new TelegramAnswer<T>(value, failure);
    }

    private async Task<CallResult> GuardedAsync(string method, JsonObject body, ResiliencePipeline<CallResult> pipeline, CancellationToken cancellationToken)
    {
        try
        {
            return await pipeline.ExecuteAsync(ct => new ValueTask<CallResult>(PostAsync(method, body, ct)), cancellationToken);
        }
        catch (TimeoutRejectedException)
        {
            return Failed(FailureReason.Timeout, "Telegram did not answer in time.");
        }
        catch (BrokenCircuitException)
        {
            return Failed(FailureReason.CircuitOpen, "Telegram has not answered several times; the next try comes later.");
        }
        catch (HttpRequestException exception)
        {
            // Its own words could hold the address: the kind of error says enough.
            return Failed(FailureReason.Network, $"Telegram cannot be reached ({exception.HttpRequestError}).");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Failed(FailureReason.Network, "The connection to Telegram broke.");
        }
    }

    private async Task<CallResult> PostAsync(string method, JsonObject body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address(method));
        // Null members would be sent as null, which some servers of the Bot API refuse.
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(WithoutNulls(body)));
        request.Content.Headers.ContentType = new("application/json");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK)
            return new CallResult(bytes, null);
        var answer = TryRead<BotApiAnswer<JsonElement>>(bytes);
        return new CallResult(bytes, FailureClassifier.Of(response.StatusCode, answer?.Description, answer?.Parameters, response.Headers.RetryAfter?.Delta));
    }

    private Uri Address(string method) => new($"{options.Value.ApiUrl.AbsoluteUri.TrimEnd('/')}/bot{token.Value}/{method}");

    private static (T? Value, TelegramFailure? Failure) Read<T>(byte[] body)
    {
        var answer = TryRead<BotApiAnswer<T>>(body);
        if (answer is { Ok: true })
            return (answer.Result, null);
        return (default, answer is null
            ? new TelegramFailure(FailureReason.Server, "Telegram's answer could not be read.")
            : FailureClassifier.Of((HttpStatusCode)(answer.ErrorCode == 0 ? 400 : answer.ErrorCode), answer.Description, answer.Parameters, null));
    }

    private static T? TryRead<T>(byte[] body)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject WithoutNulls(JsonObject body) => new(body.Where(member => member.Value is not null).Select(member => new KeyValuePair<string, JsonNode?>(member.Key, member.Value!.DeepClone())));

    private static CallResult Failed(FailureReason reason, string description) => new([], new TelegramFailure(reason, description));
}
