using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Timeout;
using Whales.Contracts;

namespace Whales.Notifier.Commands;

/// <summary>Asks the ingest API for its models, who serves them and what waits, and for dead letters.</summary>
internal sealed partial class ModelsClient(HttpClient http, IOptions<CommandOptions> options, ILogger<ModelsClient> log)
{
    private const long MaxAnswer = 1_000_000;
    private const int PageSize = 100;
    private const int MaxPages = 20;

    private readonly CommandOptions _options = options.Value;
    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder()
        .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Value.Timeout })
        .Build();

    public bool IsConfigured => _options.ApiUrl is not null;

    /// <returns>Null when the API did not answer, or not what it should.</returns>
    public async Task<IReadOnlyList<ModelInfo>?> ModelsAsync(CancellationToken cancellation) => await AskAsync<List<ModelInfo>>("/v1/models", cancellation);

    /// <summary>How many messages that nobody could read wait for a person; needs a key that may operate.</summary>
    /// <returns>Null when the API did not tell. At least so many, when there are more pages than anybody reads.</returns>
    public async Task<long?> DeadLettersAsync(CancellationToken cancellation)
    {
        var count = 0L;
        string? cursor = null;
        for (var page = 0; page < MaxPages; page++)
        {
            if (await AskAsync<Page<DeadLetter>>($"/v1/dead-letters?limit={PageSize}{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}", cancellation) is not { } letters)
                return null;
            count += letters.Items.Count;
            cursor = letters.NextCursor;
            if (cursor is null)
                break;
        }

        return count;
    }

    private async Task<T?> AskAsync<T>(string path, CancellationToken cancellation)
        where T : class
    {
        if (_options.ApiUrl is not { } url)
            return null;
        try
        {
            return await _pipeline.ExecuteAsync(async token => await AskOnceAsync<T>(new Uri(url.ToString().TrimEnd('/') + path), token), cancellation);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException or JsonException or IOException)
        {
            LogNoAnswer(path.Split('?')[0], url, exception.Message);
            return null;
        }
    }

    private async Task<T?> AskOnceAsync<T>(Uri address, CancellationToken cancellation)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (_options.ApiKey is { Length: > 0 } key)
            request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        if (answer.Content.Headers.ContentLength > MaxAnswer)
            throw new HttpRequestException("The answer is too long.");
        return await answer.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "The API at {Address} did not tell {Path}: {Reason}")]
    private partial void LogNoAnswer(string path, Uri address, string reason);
}
