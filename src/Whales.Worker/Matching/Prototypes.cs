using System.Numerics.Tensors;

namespace Whales.Worker.Matching;

/// <summary>
/// The mean direction of each individual's photos (the prototypes of Snell, Swersky and Zemel, 2017, of unit vectors). An individual with a single photo has
/// none: it would be that photo.
/// </summary>
internal sealed class Prototypes
{
    private readonly float[] _values;
    private readonly int _start;

    private Prototypes(float[] values, int start, int[] owners) => (_values, _start, Owners) = (values, start, owners);

    /// <summary>The individual of each row, by its index in the catalogue.</summary>
    public int[] Owners { get; }

    /// <summary>The rows, as long and as far apart as the catalogue's, and zero rows up to a multiple of the product's block.</summary>
    public ReadOnlySpan<float> Matrix => _values.AsSpan(_start);

    /// <summary>Reads the whole catalogue once.</summary>
    public static Prototypes Of(Catalogue catalogue)
    {
        var photos = new int[catalogue.Individuals.Count];
        foreach (var owner in catalogue.Blocks.SelectMany(block => block.Owners))
        {
            if (owner != CatalogueBlock.Nobody)
                photos[owner]++;
        }

        var owners = Enumerable.Range(0, photos.Length).Where(owner => photos[owner] > 1).ToArray();
        var rowOf = new int[photos.Length];
        Array.Fill(rowOf, -1);
        for (var row = 0; row < owners.Length; row++)
            rowOf[owners[row]] = row;

        var stride = catalogue.Stride;
        var (values, start) = MatrixProduct.AllocateRows(owners.Length, stride);
        Span<float> Row(int row) => values.AsSpan(start + (row * stride), stride);
        foreach (var block in catalogue.Blocks)
        {
            for (var i = 0; i < block.Owners.Length; i++)
            {
                if (block.Owners[i] != CatalogueBlock.Nobody && rowOf[block.Owners[i]] is >= 0 and var row)
                    TensorPrimitives.Add(Row(row), block.Matrix.Slice(i * stride, stride), Row(row));
            }
        }

        for (var row = 0; row < owners.Length; row++)
        {
            // Photos that cancel each other out have no direction in common: their prototype is like nothing.
            var norm = TensorPrimitives.Norm<float>(Row(row));
            if (norm > 1e-6f)
                TensorPrimitives.Divide(Row(row), norm, Row(row));
            else
                Row(row).Clear();
        }

        return new Prototypes(values, start, owners);
    }
}
