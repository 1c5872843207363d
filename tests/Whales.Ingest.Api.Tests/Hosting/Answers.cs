using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Whales.Contracts;

namespace Whales.Ingest.Api.Tests.Hosting;

/// <summary>Reading answers.</summary>
public static class Answers
{
    public static async Task<T> JsonAsync<T>(this HttpResponseMessage response, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!;
    }

    public static Task<Identification> AcceptedAsync(this HttpResponseMessage response) => response.JsonAsync<Identification>(HttpStatusCode.Accepted);

    /// <summary>A complete problem+json with this status and code; returns its detail.</summary>
    public static async Task<string> ProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.RootElement.GetProperty("title").GetString()!);
        return problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString()! : "";
    }
}
