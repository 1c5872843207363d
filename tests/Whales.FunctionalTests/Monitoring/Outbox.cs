using System.Net.Http.Json;
using System.Text.Json;
using Whales.Testing;

namespace Whales.FunctionalTests.Monitoring;

/// <summary>What a notifier without a bot would have sent.</summary>
internal sealed class Outbox(Uri notifier, string? apiKey = null) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = notifier };

    public void Dispose() => _http.Dispose();

    /// <summary>Waits for a message, or an edit of one, of <paramref name="since"/> or later that has all of these texts.</summary>
    public async Task<string> WaitForAsync(TimeSpan patience, DateTimeOffset since, params string[] texts)
    {
        string? found = null;
        IReadOnlyList<string> all = [];
        await Eventually.UntilAsync(
            async () =>
            {
                all = await ReadAsync(since);
                found = all.FirstOrDefault(message => texts.All(text => message.Contains(text, StringComparison.Ordinal)));
                return found is not null;
            },
            patience, () => $"a message with '{string.Join("', '", texts)}' among {all.Count}:\n{string.Join("\n---\n", all)}");
        return found!;
    }

    private async Task<IReadOnlyList<string>> ReadAsync(DateTimeOffset since)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "debug/outbox");
        if (apiKey is not null)
            request.Headers.Add("X-Api-Key", apiKey);
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var messages = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return [.. messages.EnumerateArray().Where(message => message.GetProperty("at").GetDateTimeOffset() >= since).Select(message => message.GetProperty("html").GetString()!)];
    }
}
