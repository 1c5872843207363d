using Whales.Hosting.Catalogue;

namespace Whales.Worker.Matching;

/// <summary>
/// The known animals' photos as unit vectors. It never changes: a new catalogue is a new object, so that a batch that runs
/// keeps the one it began with.
/// </summary>
internal sealed class Catalogue
{
    internal Catalogue(string version, int dimensions, IReadOnlyList<KnownIndividual> individuals, CatalogueBlock[] blocks)
    {
        (Version, Dimensions, Individuals, Blocks) = (version, dimensions, individuals, blocks);
        Stride = MatrixProduct.PaddedDimensions(dimensions);
        Rows = blocks.Sum(block => block.Live);
    }

    /// <summary>A catalogue of these rows, brought to length 1.</summary>
    /// <param name="version">Short name of exactly this content.</param>
    /// <param name="values">Rows one after the other.</param>
    /// <param name="dimensions">Values of a row.</param>
    /// <param name="owners">The individual of each row.</param>
    /// <exception cref="InvalidDataException">A row has a value that is no number, or only zeros; the message names the row, from 0.</exception>
    public static Catalogue Of(string version, ReadOnlySpan<float> values, int dimensions, IReadOnlyList<KnownIndividual> owners)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, dimensions * owners.Count);
        var builder = new CatalogueBuilder(dimensions);
        for (var row = 0; row < owners.Count; row++)
            builder.Add(Guid.NewGuid(), builder.Number(owners[row]), values.Slice(row * dimensions, dimensions), row);
        return builder.Build(version);
    }

    public string Version { get; }

    /// <summary>Values of one embedding.</summary>
    public int Dimensions { get; }

    /// <summary>Photos.</summary>
    public int Rows { get; }

    /// <summary>Those that have been part of it since it was last made from its base; some may have no row left.</summary>
    public IReadOnlyList<KnownIndividual> Individuals { get; }

    /// <summary>Floats from one row to the next; those past <see cref="Dimensions"/> are zero.</summary>
    internal int Stride { get; }

    internal CatalogueBlock[] Blocks { get; }

    /// <summary>Individuals that have a row.</summary>
    public int CountIndividuals() =>
        Blocks.SelectMany(block => block.Owners).Where(owner => owner != CatalogueBlock.Nobody).Distinct().Count();

    /// <summary>The same content under the name of a newer version.</summary>
    public Catalogue Renamed(string version) => new(version, Dimensions, Individuals, Blocks);
}
