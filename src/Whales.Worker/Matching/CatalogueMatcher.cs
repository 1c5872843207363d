using System.Buffers;
using System.Numerics.Tensors;

namespace Whales.Worker.Matching;

/// <summary>
/// Compares embeddings with the catalogue by cosine. An individual is as close as its closest photo or, with a share of its prototype, as both
/// together (docs/decisions/0023-prototypes.md).
/// </summary>
/// <param name="catalogue">To begin with.</param>
/// <param name="prototypeShare">How much of a score is the cosine to the individual's prototype, 0 to 1.</param>
internal sealed class CatalogueMatcher(Catalogue catalogue, float prototypeShare = 0) : IMatcher
{
    // As many rows as stay in the processor's second cache (512 floats each) while all photos of a batch pass over them.
    private const int RowsAtOnce = 64;

    private volatile Known _known = new(catalogue, prototypeShare);

    public int Dimensions => _known.Catalogue.Dimensions;

    public string CatalogueVersion => _known.Catalogue.Version;

    /// <summary>The catalogue in use. A batch that has begun ends with the one it began with.</summary>
    /// <exception cref="ArgumentException">The new one's embeddings have another number of values.</exception>
    public Catalogue Catalogue
    {
        get => _known.Catalogue;
        set => _known = value.Dimensions == Dimensions
            ? new Known(value, prototypeShare)
            : throw new ArgumentException($"The catalogue has embeddings of {value.Dimensions} values, the model gives {Dimensions}.", nameof(value));
    }

    public void Match(ReadOnlySpan<float> outputs, Span<Ranking> rankings)
    {
        var known = _known;
        var catalogue = known.Catalogue;
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
                Compare(block.Matrix, block.Owners, prototypes: false);
            // After all blocks: an individual's closest photo is known only then.
            if (known.Prototypes is { } prototypes)
                Compare(prototypes.Matrix, prototypes.Owners, prototypes: true);

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

        void Compare(ReadOnlySpan<float> matrix, int[] owners, bool prototypes)
        {
            for (var row = 0; row < owners.Length; row += RowsAtOnce)
            {
                var rows = Math.Min(RowsAtOnce, owners.Length - row);
                var padded = (rows + MatrixProduct.RowBlock - 1) / MatrixProduct.RowBlock * MatrixProduct.RowBlock;
                MatrixProduct.Multiply(matrix[(row * catalogue.Stride)..], padded, queries, photos, catalogue.Stride, scores, RowsAtOnce);
                for (var photo = 0; photo < photos; photo++)
                {
                    var cosines = scores.AsSpan(photo * RowsAtOnce, rows);
                    var bestOfPhoto = best.AsSpan(photo * individuals, individuals);
                    if (prototypes)
                        Blend(owners.AsSpan(row, rows), cosines, bestOfPhoto);
                    else
                        Fold(owners.AsSpan(row, rows), cosines, bestOfPhoto);
                }
            }
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

    private void Blend(ReadOnlySpan<int> owners, ReadOnlySpan<float> scores, Span<float> best)
    {
        for (var i = 0; i < owners.Length; i++)
            best[owners[i]] += prototypeShare * (scores[i] - best[owners[i]]);
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

    /// <summary>A catalogue and what is made from it, replaced together.</summary>
    private sealed class Known(Catalogue catalogue, float prototypeShare)
    {
        public Catalogue Catalogue => catalogue;

        /// <summary>Null when they do not count.</summary>
        public Prototypes? Prototypes { get; } = prototypeShare > 0 ? Prototypes.Of(catalogue) : null;
    }
}
