using System.Numerics.Tensors;

namespace Whales.Worker.Matching;

/// <summary>
/// The known animals' photos as unit vectors. It never changes: a new catalogue is a new object, so that a batch that runs
/// keeps the one it began with.
/// </summary>
internal sealed class Catalogue
{
    private readonly float[] _values;
    private readonly int _start;

    /// <summary>Copies the rows, brought to length 1, grouped by individual in order of first appearance.</summary>
    /// <param name="version">Short name of exactly this content.</param>
    /// <param name="values">Rows one after the other.</param>
    /// <param name="dimensions">Values of a row.</param>
    /// <param name="owners">The individual of each row.</param>
    /// <exception cref="InvalidDataException">A row has a value that is no number, or only zeros; the message names the row, from 0.</exception>
    public Catalogue(string version, ReadOnlySpan<float> values, int dimensions, IReadOnlyList<Individual> owners)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, dimensions * owners.Count);
        (Version, Dimensions, Rows) = (version, dimensions, owners.Count);
        Stride = MatrixProduct.PaddedDimensions(dimensions);
        (_values, _start) = MatrixProduct.AllocateRows(Rows, Stride);

        var numbers = new Dictionary<string, int>();
        var individuals = new List<Individual>();
        foreach (var owner in owners)
            if (numbers.TryAdd(owner.Id, individuals.Count))
                individuals.Add(owner);
        Individuals = individuals;

        // Rows of one animal stand together, so that the best of them is found in one pass with nothing to remember.
        var order = Enumerable.Range(0, Rows).OrderBy(row => numbers[owners[row].Id]).ToArray();
        RowOwners = [.. order.Select(row => numbers[owners[row].Id])];
        for (var i = 0; i < Rows; i++)
        {
            var row = values.Slice(order[i] * dimensions, dimensions);
            var norm = TensorPrimitives.Norm(row);
            if (!float.IsFinite(norm))
                throw new InvalidDataException($"row {order[i]} has a value that is no finite number.");
            if (norm < 1e-6f)
                throw new InvalidDataException($"row {order[i]} has only zeros.");
            TensorPrimitives.Divide(row, norm, _values.AsSpan(_start + i * Stride));
        }
    }

    public string Version { get; }

    /// <summary>Values of one embedding.</summary>
    public int Dimensions { get; }

    /// <summary>Photos.</summary>
    public int Rows { get; }

    public IReadOnlyList<Individual> Individuals { get; }

    /// <summary>Floats from one row to the next; those past <see cref="Dimensions"/> are zero.</summary>
    internal int Stride { get; }

    /// <summary>The index in <see cref="Individuals"/> of each row; never falling.</summary>
    internal int[] RowOwners { get; }

    /// <summary>All rows, and zero rows up to a multiple of the product's block.</summary>
    internal ReadOnlySpan<float> Matrix => _values.AsSpan(_start);
}
