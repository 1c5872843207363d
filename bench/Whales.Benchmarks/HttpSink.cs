using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Whales.Testing;

namespace Whales.Benchmarks;

/// <summary>The raw limit of what comes in by HTTP: Kestrel in a process of its own, which reads the body, forgets it and answers 202.</summary>
internal static class HttpSink
{
    public const string Command = "http-sink";

    /// <summary>The child's side: serves until it is killed.</summary>
    public static async Task ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(async context =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
            while (await context.Request.Body.ReadAsync(buffer) > 0)
            {
            }

            ArrayPool<byte>.Shared.Return(buffer);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Task.Delay(Timeout.Infinite);
    }

    /// <summary>Starts one.</summary>
    public static async Task<(ChildProcess Process, Uri Url)> StartAsync()
    {
        var process = ChildProcess.Start(["dotnet", typeof(HttpSink).Assembly.Location, Command]);
        var url = await Eventually.GetAsync(
            () => Task.FromResult(process.Output.FirstOrDefault(line => line.StartsWith("http:", StringComparison.Ordinal))), line => line is not null, TimeSpan.FromSeconds(30), "the sink listens");
        return (process, new Uri(url!));
    }
}
