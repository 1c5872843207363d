using System.Net;
using System.Net.Http.Headers;

namespace Whales.Ingest.Api.Tests.Batches;

/// <summary>A ZIP whose second half comes when the test says so.</summary>
internal sealed class SlowContent : HttpContent
{
    private readonly byte[] _zip;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SlowContent(byte[] zip)
    {
        _zip = zip;
        Headers.ContentType = new MediaTypeHeaderValue("application/zip");
    }

    /// <summary>The first half was sent.</summary>
    public Task Begun => _begun.Task;

    public void Finish() => _finish.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_zip.AsMemory(0, _zip.Length / 2), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        _begun.TrySetResult();
        await _finish.Task.WaitAsync(cancellationToken);
        await stream.WriteAsync(_zip.AsMemory(_zip.Length / 2), cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _zip.Length;
        return true;
    }
}
