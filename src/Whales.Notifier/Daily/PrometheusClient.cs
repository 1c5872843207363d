using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Timeout;

namespace Whales.Notifier.Daily;

/// <summary>Asks Prometheus for the value of an expression.</summary>
internal sealed partial class PrometheusClient(HttpClient http, IOptions<DailyOptions> options, ILogger<PrometheusClient> log)
{
    private const int MaxAnswer = 1_000_000;

    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder()
        .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Value.Timeout })
        .Build();

    /// <returns>Each series with its labels, without values that are no number; null when Prometheus did not answer, or not what it should.</returns>
    public async Task<IReadOnlyList<Sample>?> QueryAsync(string expression, CancellationToken cancellation)
    {
        if (options.Value.PrometheusUrl is not { } url)
            return null;
        try
        {
            return await _pipeline.ExecuteAsync(async token => await AskAsync(url, expression, token), cancellation);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException or JsonException or IOException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            LogNoAnswer(url, exception.Message);
            return null;
        }
    }

    private async Task<IReadOnlyList<Sample>> AskAsync(Uri url, string expression, CancellationToken cancellation)
    {
        var address = new Uri(url.ToString().TrimEnd('/') + "/api/v1/query?query=" + Uri.EscapeDataString(expression));
        using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        if (answer.Content.Headers.ContentLength > MaxAnswer)
            throw new HttpRequestException("The answer is too long.");
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        return
        [
            .. document.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
                .Select(series => new Sample(
                    series.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString() ?? ""),
                    Number(series.GetProperty("value")[1].GetString())))
                .Where(sample => double.IsFinite(sample.Value)),
        ];
    }

    private static double Number(string? text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    [LoggerMessage(LogLevel.Warning, "Prometheus at {Address} did not answer a question for the day's message: {Reason}")]
    private partial void LogNoAnswer(Uri address, string reason);
}

/// <summary>One series.</summary>
internal sealed record Sample(IReadOnlyDictionary<string, string> Labels, double Value);
