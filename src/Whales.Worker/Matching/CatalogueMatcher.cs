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
        var queries = ArrayPool<float>.Shared.Rent(photos * catalogue.Stride);
        var scores = ArrayPool<float>.Shared.Rent(photos * RowsAtOnce);
        var best = ArrayPool<Best>.Shared.Rent(photos);
        try
        {
            for (var photo = 0; photo < photos; photo++)
                best[photo] = new Best
                {
                    IsNumber = Normalise(outputs.Slice(photo * catalogue.Dimensions, catalogue.Dimensions), queries.AsSpan(photo * catalogue.Stride, catalogue.Stride)),
                    Score = float.NegativeInfinity,
                };

            for (var row = 0; row < catalogue.Rows; row += RowsAtOnce)
            {
                var rows = Math.Min(RowsAtOnce, catalogue.Rows - row);
                var padded = (rows + MatrixProduct.RowBlock - 1) / MatrixProduct.RowBlock * MatrixProduct.RowBlock;
                MatrixProduct.Multiply(catalogue.Matrix[(row * catalogue.Stride)..], padded, queries, photos, catalogue.Stride, scores, RowsAtOnce);
                for (var photo = 0; photo < photos; photo++)
                    best[photo].Fold(catalogue.RowOwners.AsSpan(row, rows), scores.AsSpan(photo * RowsAtOnce, rows));
            }

            for (var photo = 0; photo < photos; photo++)
                rankings[photo] = new Ranking(catalogue.Version, best[photo].IsNumber ? best[photo].Finish().ToCandidates(catalogue.Individuals) : null);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(queries);
            ArrayPool<float>.Shared.Return(scores);
            ArrayPool<Best>.Shared.Return(best);
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

    /// <summary>One photo's way through the rows, which come grouped by individual.</summary>
    private struct Best
    {
        private TopFive _top;
        private int _individual;

        public bool IsNumber { get; init; }

        /// <summary>Of the individual that the rows are at.</summary>
        public float Score { get; set; }

        public void Fold(ReadOnlySpan<int> owners, ReadOnlySpan<float> scores)
        {
            for (var i = 0; i < owners.Length; i++)
            {
                if (owners[i] != _individual)
                {
                    Take();
                    (_individual, Score) = (owners[i], float.NegativeInfinity);
                }

                Score = Math.Max(Score, scores[i]);
            }
        }

        public TopFive Finish()
        {
            Take();
            return _top;
        }

        // Rounding may carry a cosine past 1.
        private void Take() => _top.Add(_individual, Math.Clamp(Score, -1, 1));
    }
}
