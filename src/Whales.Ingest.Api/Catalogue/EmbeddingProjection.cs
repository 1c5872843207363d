using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Whales.Contracts;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>Puts answers into the database, many in one commit, and then has workers told. While the database is away it keeps trying.</summary>
internal sealed class EmbeddingProjection : IAsyncDisposable
{
    // A worker of another version of the model answered: it is asked again when it may have been replaced.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(10);

    private readonly WriteCoalescer<EmbeddingResult, bool> _results;
    private readonly CatalogueStore _catalogue;
    private readonly Persistently _persistently;
    private readonly CatalogueSignals _signals;

    public EmbeddingProjection(EmbeddingStore store, CatalogueStore catalogue, Persistently persistently, CatalogueSignals signals, TimeProvider clock)
    {
        (_catalogue, _persistently, _signals) = (catalogue, persistently, signals);
        _results = new WriteCoalescer<EmbeddingResult, bool>(
            results => store.CompleteAsync(results, clock.GetUtcNow() + AskAgainAfter, CancellationToken.None), maxList: 64);
    }

    public async Task ApplyAsync(EmbeddingResult result, CancellationToken cancellationToken)
    {
        var changed = await _persistently.RunAsync(
            async ct => await _results.AddAsync(await CheckedAsync(result, ct), ct), cancellationToken);
        if (changed && result.Embedding is not null)
            _signals.Changed.Set();
    }

    public ValueTask DisposeAsync() => _results.DisposeAsync();

    // One vector that is none would make every worker refuse the catalogue.
    private async Task<EmbeddingResult> CheckedAsync(EmbeddingResult result, CancellationToken cancellationToken)
    {
        if (result.Embedding is not { } embedding)
            return result;
        var head = (await _catalogue.HeadsAsync(cancellationToken)).Find(head => head.Model == result.Model);
        if (head is null || head.ModelVersion != result.ModelVersion || (IsDirection(embedding) && (head.Dimensions is null || embedding.Length == head.Dimensions * sizeof(ushort))))
            return result;
        return result with
        {
            Embedding = null,
            ErrorCode = FailureCodes.InferenceError,
            ErrorMessage = "The worker's embedding is no direction, or has another number of values than the catalogue.",
        };
    }

    private static bool IsDirection(byte[] embedding)
    {
        var values = new float[embedding.Length / sizeof(ushort)];
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(embedding), values);
        return TensorPrimitives.Norm<float>(values) is > 0.5f and < 2;
    }
}
