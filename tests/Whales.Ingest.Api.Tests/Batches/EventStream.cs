using System.Globalization;
using System.Net;
using System.Text.Json;
using Whales.Contracts;

namespace Whales.Ingest.Api.Tests.Batches;

/// <summary>A client of server-sent events.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventStream(HttpResponseMessage response, StreamReader reader)
    {
        _response = response;
        _reader = reader;
    }

    /// <summary>Comments seen so far.</summary>
    public int Comments { get; private set; }

    public static async Task<EventStream> OpenAsync(HttpClient client, Guid batch, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{BatchServer.Path}/{batch}/events");
        if (lastEventId is { } id)
            request.Headers.Add("Last-Event-ID", id.ToString(CultureInfo.InvariantCulture));
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<(long Id, Batch Batch)?> NextAsync()
    {
        long? id = null;
        Batch? batch = null;
        while (await _reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(':'))
                Comments++;
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                batch = JsonSerializer.Deserialize<Batch>(line.AsSpan(6), JsonSerializerOptions.Web);
            else if (line.Length == 0 && id is { } known && batch is not null)
                return (known, batch);
        }

        return null;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}
