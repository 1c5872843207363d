using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Whales.Testing;

namespace Whales.Hosting.Tests.Images;

/// <summary>Stands between a store and its S3 server, and spoils answers when it is told to.</summary>
internal sealed class S3Faults : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
    private readonly Uri _server;
    private int _requests;

    private S3Faults(WebApplication app, Uri server) => (_app, _server) = (app, server);

    public Uri Url => new(_app.Urls.Single());

    public int Requests => _requests;

    /// <summary>Answers in place of the server; false lets the request through.</summary>
    public Func<HttpContext, int, Task<bool>> Answer { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Takes ETags away, with which the SDK checks by itself.</summary>
    public bool HideETag { get; set; }

    /// <summary>Changes the body of an answer on its way.</summary>
    public Func<byte[], int, byte[]> Change { get; set; } = (bytes, _) => bytes;

    public static async Task<S3Faults> StartAsync(S3Server server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var faults = new S3Faults(app, server.Url);
        app.Run(faults.ForwardAsync);
        await app.StartAsync();
        return faults;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var number = Interlocked.Increment(ref _requests);
        if (await Answer(context, number))
            return;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_server, context.Request.Path + context.Request.QueryString))
        {
            Content = context.Request.ContentLength is null ? null : new ByteArrayContent(body.ToArray()),
        };
        // The host is signed: it stays the one that the store asked for.
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, [.. values]))
                request.Content?.Headers.TryAddWithoutValidation(name, [.. values]);
        }
        using var answer = await _http.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Transfer-Encoding" or "Connection" or "Content-Length") && !(HideETag && header.Key == "ETag")))
            context.Response.Headers[name] = values.ToArray();
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        context.Response.ContentLength = answer.Content.Headers.ContentLength ?? bytes.Length;
        if (context.Request.Method != "HEAD" && bytes.Length > 0)
            await context.Response.Body.WriteAsync(Change(bytes, number));
    }
}
