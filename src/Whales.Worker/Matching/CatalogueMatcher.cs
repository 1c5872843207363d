using System.Buffers;
using System.Numerics.Tensors;

namespace Whales.Worker.Matching;

/// <summary>Compares embeddings with the catalogue by cosine; an individual is as close as its closest photo.</summary>
internal sealed class CatalogueMatcher(Catalogue catalogue) : IMatcher
{
    // As many rows as stay in the processor's second cache (512 floats each) while all photos of a batch pass over them.
    private const int RowsAtOnce = 64;

    private volatile Catalogue _catalogue = catalogue;

    public int Dimensions => _catalogue.Dimensions;

    public string CatalogueVersion => _catalogue.Version;

    /// <summary>The catalogue in use. A batch that has begun ends with the one it began with.</summary>
    /// <exception cref="ArgumentException">The new one's embeddings have another number of values.</exception>
    public Catalogue Catalogue
    {
        get => _catalogue;
        set => _catalogue = value.Dimensions == _catalogue.Dimensions
            ? value
            : throw new ArgumentException($"The catalogue has embeddings of {value.Dimensions} values, the model gives {_catalogue.Dimensions}.", nameof(value));
    }

    public void Match(ReadOnlySpan<float> outputs, Span<Ranking> rankings)
    {
        var catalogue = _catalogue;
        var photos = rankings.Length;
        var individuals = catalogue.Individuals.Count;
        var queries = ArrayPool<float>.Shared.Rent(photos * catalogue.Stride);
        var scores = ArrayPool<float>.Shared.Rent(photos * RowsAtOnce);
        // The best photo of each individual, for each query: rows of one animal may stand in any block.
        var best = ArrayPool<float>.Shared.Rent(photos * individuals);
        var areNumbers = ArrayPool<bool>.Shared.Rent(photos);
        try
        {
            for (var photo = 0; photo < photos; photo++)
                areNumbers[photo] = Normalise(outputs.Slice(photo * catalogue.Dimensions, catalogue.Dimensions), queries.AsSpan(photo * catalogue.Stride, catalogue.Stride));
            best.AsSpan(0, photos * individuals).Fill(float.NegativeInfinity);
            foreach (var block in catalogue.Blocks)
            {
                for (var row = 0; row < block.Rows.Length; row += RowsAtOnce)
                {
                    var rows = Math.Min(RowsAtOnce, block.Rows.Length - row);
                    var padded = (rows + MatrixProduct.RowBlock - 1) / MatrixProduct.RowBlock * MatrixProduct.RowBlock;
                    MatrixProduct.Multiply(block.Matrix[(row * catalogue.Stride)..], padded, queries, photos, catalogue.Stride, scores, RowsAtOnce);
                    for (var photo = 0; photo < photos; photo++)
                        Fold(block.Owners.AsSpan(row, rows), scores.AsSpan(photo * RowsAtOnce, rows), best.AsSpan(photo * individuals, individuals));
                }
            }

            for (var photo = 0; photo < photos; photo++)
                rankings[photo] = new Ranking(catalogue.Version, areNumbers[photo] ? Top(best.AsSpan(photo * individuals, individuals)).ToCandidates(catalogue.Individuals) : null);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(queries);
            ArrayPool<float>.Shared.Return(scores);
            ArrayPool<float>.Shared.Return(best);
            ArrayPool<bool>.Shared.Return(areNumbers);
        }
    }

    // False, and zeros, when the output is no direction at all.
    private static bool Normalise(ReadOnlySpan<float> output, Span<float> query)
    {
        query.Clear();
        var norm = TensorPrimitives.Norm(output);
        if (!float.IsFinite(norm) || norm < 1e-12f)
            return false;
        TensorPrimitives.Divide(output, norm, query);
        return true;
    }

    private static void Fold(ReadOnlySpan<int> owners, ReadOnlySpan<float> scores, Span<float> best)
    {
        for (var i = 0; i < owners.Length; i++)
        {
            if (owners[i] != CatalogueBlock.Nobody && scores[i] > best[owners[i]])
                best[owners[i]] = scores[i];
        }
    }

    private static TopFive Top(ReadOnlySpan<float> best)
    {
        var top = new TopFive();
        for (var individual = 0; individual < best.Length; individual++)
        {
            // Rounding may carry a cosine past 1; an individual without a row is nobody's candidate.
            if (best[individual] > float.NegativeInfinity)
                top.Add(individual, Math.Clamp(best[individual], -1, 1));
        }

        return top;
    }
}
