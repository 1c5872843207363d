using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Whales.Notifier.Silences;

/// <summary>
/// Alertmanager's HTTP API, version 2: what fires, what is silenced, make a silence, end it. Every failure is an
/// <see cref="AlertmanagerException"/> with a reason that can be told to the person who waits.
/// </summary>
internal sealed class AlertmanagerClient(HttpClient http, IOptions<AlertmanagerOptions> options)
{
    private const int MaxBody = 4000;
    private const int MaxDetail = 150;

    // Members unknown to us are ignored; what a newer version leaves out has a default.
    private static readonly JsonSerializerOptions Json = new();

    private readonly AlertmanagerOptions _options = options.Value;
    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder()
        .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Value.Timeout })
        // Only what never arrived is tried again: a silence made twice would be two.
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(exception => exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError),
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(100),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .Build();

    /// <summary>Alerts that fire now, also silenced and inhibited ones.</summary>
    public async Task<IReadOnlyList<ListedAlert>> AlertsAsync(CancellationToken cancellation) =>
        await SendAsync<List<ListedAlert>>(HttpMethod.Get, "api/v2/alerts", null, cancellation) ?? [];

    /// <summary>The same alerts by group and receiver.</summary>
    public async Task<IReadOnlyList<ListedGroup>> GroupsAsync(CancellationToken cancellation) =>
        await SendAsync<List<ListedGroup>>(HttpMethod.Get, "api/v2/alerts/groups", null, cancellation) ?? [];

    /// <summary>When it was started.</summary>
    public async Task<DateTimeOffset> UpSinceAsync(CancellationToken cancellation) =>
        (await SendAsync<ServerStatus>(HttpMethod.Get, "api/v2/status", null, cancellation))?.StartedAt ?? throw new AlertmanagerException(AlertmanagerFailure.Refused, "no uptime");

    /// <summary>Silences that hold now or will.</summary>
    public async Task<IReadOnlyList<Silence>> SilencesAsync(CancellationToken cancellation)
    {
        var all = await SendAsync<List<Silence>>(HttpMethod.Get, "api/v2/silences", null, cancellation) ?? [];
        return [.. all.Where(silence => silence.Status.State != "expired").OrderBy(silence => silence.EndsAt)];
    }

    /// <returns>The id of the silence.</returns>
    public async Task<string> SilenceAsync(NewSilence silence, CancellationToken cancellation)
    {
        var made = await SendAsync<SilenceMade>(HttpMethod.Post, "api/v2/silences", silence, cancellation);
        return made?.SilenceId is { Length: > 0 } id ? id : throw new AlertmanagerException(AlertmanagerFailure.Refused, "no silence id");
    }

    /// <summary>Ends a silence. One that ended already, or never was, is no error.</summary>
    public async Task EndSilenceAsync(string id, CancellationToken cancellation)
    {
        try
        {
            await SendAsync<object>(HttpMethod.Delete, $"api/v2/silence/{Uri.EscapeDataString(id)}", null, cancellation);
        }
        catch (AlertmanagerException exception) when (exception.Failure == AlertmanagerFailure.Refused && (exception.Detail.Contains("already expired", StringComparison.Ordinal) || exception.Detail.Contains("not found", StringComparison.Ordinal)))
        {
        }
    }

    private async Task<T?> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellation)
        where T : class
    {
        if (_options.Url is not { } url)
            throw new AlertmanagerException(AlertmanagerFailure.NotConfigured);
        var address = new Uri(url.ToString().TrimEnd('/') + "/" + path);
        try
        {
            return await _pipeline.ExecuteAsync(async token => await SendOnceAsync<T>(method, address, body, token), cancellation);
        }
        catch (TimeoutRejectedException exception)
        {
            throw new AlertmanagerException(AlertmanagerFailure.TooSlow, "", exception);
        }
        catch (HttpRequestException exception)
        {
            throw new AlertmanagerException(AlertmanagerFailure.Unreachable, exception.HttpRequestError.ToString(), exception);
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            throw new AlertmanagerException(AlertmanagerFailure.Refused, "an answer that cannot be read", exception);
        }
    }

    private async Task<T?> SendOnceAsync<T>(HttpMethod method, Uri address, object? body, CancellationToken cancellation)
        where T : class
    {
        using var request = new HttpRequestMessage(method, address);
        if (body is not null)
        {
            // With a length: Alertmanager takes no chunked body.
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Json));
            request.Content.Headers.ContentType = new("application/json");
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new AlertmanagerException(AlertmanagerFailure.Refused, Said(answer.StatusCode, bytes));
        return bytes.Length == 0 || typeof(T) == typeof(object) ? null : JsonSerializer.Deserialize<T>(bytes, Json);
    }

    /// <summary>Some of its errors are JSON text, some an object with a message, some neither.</summary>
    private static string Said(HttpStatusCode status, byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, MaxBody)));
        try
        {
            using var document = JsonDocument.Parse(text);
            text = document.RootElement switch
            {
                { ValueKind: JsonValueKind.String } said => said.GetString() ?? "",
                { ValueKind: JsonValueKind.Object } said when said.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String => message.GetString() ?? "",
                _ => text,
            };
        }
        catch (JsonException)
        {
        }

        text = text.Trim();
        text = text.Length > MaxDetail ? text[..MaxDetail] : text;
        return text.Length > 0 ? $"{text} ({(int)status})" : $"{(int)status}";
    }

    /// <summary>Its "uptime" is the time since which it is up.</summary>
    private sealed record ServerStatus([property: JsonPropertyName("uptime")] DateTimeOffset? StartedAt);

    private sealed record SilenceMade([property: JsonPropertyName("silenceID")] string SilenceId);
}
