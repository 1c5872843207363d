using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Timeout;
using Whales.Contracts;

namespace Whales.Notifier.Commands;

/// <summary>Asks the ingest API for its models: who serves them and what waits.</summary>
internal sealed partial class ModelsClient(HttpClient http, IOptions<CommandOptions> options, ILogger<ModelsClient> log)
{
    private const long MaxAnswer = 1_000_000;

    private readonly CommandOptions _options = options.Value;
    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder()
        .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Value.Timeout })
        .Build();

    public bool IsConfigured => _options.ApiUrl is not null;

    /// <returns>Null when the API did not answer, or not what it should.</returns>
    public async Task<IReadOnlyList<ModelInfo>?> ModelsAsync(CancellationToken cancellation)
    {
        if (_options.ApiUrl is not { } url)
            return null;
        try
        {
            return await _pipeline.ExecuteAsync(async token => await AskAsync(new Uri(url.ToString().TrimEnd('/') + "/v1/models"), token), cancellation);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException or JsonException or IOException)
        {
            LogNoAnswer(url, exception.Message);
            return null;
        }
    }

    private async Task<IReadOnlyList<ModelInfo>?> AskAsync(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (_options.ApiKey is { Length: > 0 } key)
            request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        if (answer.Content.Headers.ContentLength > MaxAnswer)
            throw new HttpRequestException("The answer is too long.");
        return await answer.Content.ReadFromJsonAsync<List<ModelInfo>>(JsonSerializerOptions.Web, cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "The API at {Address} did not tell its models: {Reason}")]
    private partial void LogNoAnswer(Uri address, string reason);
}
