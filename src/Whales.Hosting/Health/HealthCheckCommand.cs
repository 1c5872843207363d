using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace Whales.Hosting.Health;

/// <summary>
/// <c>--healthcheck</c>: asks the host that runs beside it whether it lives. For container platforms, whose images here have no curl.
/// </summary>
internal static class HealthCheckCommand
{
    public const string Switch = "--healthcheck";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="configuration">Where the host that is asked has its addresses from: the same environment.</param>
    /// <param name="port">The port when no address is set.</param>
    /// <param name="output">Gets a line when the answer is no.</param>
    /// <returns>0 when /health/live answers 200; else 1.</returns>
    public static async Task<int> RunAsync(IConfiguration configuration, int port, TextWriter output)
    {
        var address = new Uri(Address(configuration[WebHostDefaults.ServerUrlsKey], configuration["http_ports"], port), "/health/live");
        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
            using var response = await client.GetAsync(address);
            if (response.IsSuccessStatusCode)
                return 0;
            await output.WriteLineAsync($"{address} answered {(int)response.StatusCode}.");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            await output.WriteLineAsync($"{address}: {exception.Message}");
        }

        return 1;
    }

    // "http://*:8000" and "http://0.0.0.0:8000" listen everywhere; here is one of the places.
    private static Uri Address(string? urls, string? ports, int port)
    {
        var first = urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault()
            ?? (ports?.Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() is { } only ? $"http://*:{only}" : $"http://127.0.0.1:{port}");
        foreach (var anywhere in new[] { "*", "+", "0.0.0.0", "[::]" })
            first = first.Replace($"://{anywhere}", "://127.0.0.1", StringComparison.Ordinal);
        return new Uri(first);
    }
}
