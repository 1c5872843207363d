using System.Net;
using System.Net.Sockets;
using System.Text;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Identifications;

/// <summary>What goes over the wire badly: too much, too little, too slowly.</summary>
public sealed class UploadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_100MegabytePhoto_IsTooLargeAndTheClientReadsWhy(bool chunked)
    {
        await using var server = await IngestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Content(TestPhotos.Jpeg(length: 100_000_000)) };
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await server.Client.SendAsync(request);

        Assert.Contains("50,000,000", await response.ProblemAsync(413, ErrorCodes.TooLarge), StringComparison.Ordinal);
        Assert.Empty(server.StoredFiles());
        Assert.Empty(await server.RowsAsync());
        // The server goes on as before.
        Assert.Equal(IdentificationStatus.Queued, (await server.PostAsync()).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_OneByteTooMany_IsTooLarge(bool chunked)
    {
        await using var server = await IngestServer.StartAsync(new() { ["Ingest:MaxPhotoBytes"] = "200000" });
        foreach (var (length, expected) in new[] { (200_000, HttpStatusCode.Accepted), (200_001, HttpStatusCode.RequestEntityTooLarge) })
        {
            foreach (var content in new HttpContent[] { TestPhotos.Content(TestPhotos.Jpeg(length: length)), TestPhotos.Form(TestPhotos.Jpeg(length: length)) })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = content };
                request.Headers.TransferEncodingChunked = chunked;
                using var response = await server.Client.SendAsync(request);
                Assert.Equal(expected, response.StatusCode);
            }
        }
        Assert.Equal(2, server.StoredFiles().Count);
    }

    [Fact]
    public async Task Submit_FormWithMegabytesBesidesThePhoto_IsTooLarge()
    {
        await using var server = await IngestServer.StartAsync(new() { ["Ingest:MaxPhotoBytes"] = "200000" });
        using var form = TestPhotos.Form(TestPhotos.Jpeg());
        form.Add(TestPhotos.Content(new byte[5_000_000]), "extra");

        using var response = await server.Client.PostAsync(IngestServer.Path, form);

        await response.ProblemAsync(413, ErrorCodes.TooLarge);
        Assert.Empty(server.StoredFiles());
    }

    [Fact]
    public async Task Submit_TooLargeWithExpectContinue_IsRefusedBeforeTheBody()
    {
        await using var server = await IngestServer.StartAsync();
        using var socket = await ConnectAsync(server);

        await SendAsync(socket, "POST /v1/identifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 99000000\r\nExpect: 100-continue\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413", await ReadUntilAsync(socket, ErrorCodes.TooLarge), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_ClientStopsInMidUpload_LeavesNothing(bool reset)
    {
        await using var server = await IngestServer.StartAsync();
        using (var socket = await ConnectAsync(server))
        {
            await SendAsync(socket, "POST /v1/identifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 3000000\r\n\r\n");
            await socket.SendAsync(TestPhotos.Jpeg(length: 1_000_000));
            await UntilAsync(() => server.StoredFiles().Count == 1);
            if (reset)
                socket.LingerState = new LingerOption(true, 0);
        }

        await UntilAsync(() => server.StoredFiles().Count == 0);
        Assert.Empty(await server.RowsAsync());
    }

    [Fact]
    public async Task Submit_KeyOfABrokenUpload_IsFreeAgain()
    {
        await using var server = await IngestServer.StartAsync();
        using (var socket = await ConnectAsync(server))
        {
            await SendAsync(socket, "POST /v1/identifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 3000000\r\nIdempotency-Key: broken\r\n\r\n");
            await socket.SendAsync(TestPhotos.Jpeg(length: 1_000_000));
            await UntilAsync(() => server.StoredFiles().Count == 1);
            using var meanwhile = await PostAsync(server, "broken");
            await meanwhile.ProblemAsync(409, ErrorCodes.IdempotencyInProgress);
            Assert.NotNull(meanwhile.Headers.RetryAfter);
        }

        await UntilAsync(() => server.StoredFiles().Count == 0);
        HttpStatusCode status;
        do
        {
            using var again = await PostAsync(server, "broken");
            status = again.StatusCode;
        }
        while (status == HttpStatusCode.Conflict);
        Assert.Equal(HttpStatusCode.Accepted, status);
    }

    [Fact]
    public async Task Submit_BodyThatNeverEnds_IsGivenUp()
    {
        await using var server = await IngestServer.StartAsync(new() { ["Ingest:UploadTimeout"] = "00:00:01" });
        using var socket = await ConnectAsync(server);

        await SendAsync(socket, "POST /v1/identifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 3000000\r\n\r\n");
        await socket.SendAsync(TestPhotos.Jpeg(length: 500_000));

        Assert.StartsWith("HTTP/1.1 408", await ReadUntilAsync(socket, ErrorCodes.RequestTimeout), StringComparison.Ordinal);
        Assert.Empty(server.StoredFiles());
    }

    private static async Task<HttpResponseMessage> PostAsync(IngestServer server, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Content(TestPhotos.Jpeg()) };
        request.Headers.Add("Idempotency-Key", key);
        return await server.Client.SendAsync(request);
    }

    private static async Task<Socket> ConnectAsync(IngestServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        return socket;
    }

    private static Task<int> SendAsync(Socket socket, string text) => socket.SendAsync(Encoding.ASCII.GetBytes(text));

    private static async Task<string> ReadUntilAsync(Socket socket, string expected)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(expected, StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, patience.Token);
            Assert.True(read > 0, $"The server closed after: {text}");
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        return text.ToString();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
            await Task.Delay(10, patience.Token);
    }
}
