namespace Whales.Worker.Matching;

/// <summary>
/// Some thousand rows of a catalogue. A change makes new blocks only of what it touches and shares the others, so that no change needs the
/// memory of a second catalogue.
/// </summary>
internal sealed class CatalogueBlock
{
    /// <summary>Rows of a full block: with 512 values a row, 8 MB.</summary>
    public const int Capacity = 4096;

    /// <summary>The owner of a row that is no longer part of the catalogue.</summary>
    public const int Nobody = -1;

    private readonly float[] _values;
    private readonly int _start;

    public CatalogueBlock(float[] values, int start, Guid[] rows, int[] owners)
    {
        (_values, _start, Rows, Owners) = (values, start, rows, owners);
        Live = owners.Count(owner => owner != Nobody);
    }

    /// <summary>The id of each row.</summary>
    public Guid[] Rows { get; }

    /// <summary>The individual of each row, by its index in the catalogue, or <see cref="Nobody"/>.</summary>
    public int[] Owners { get; }

    /// <summary>Rows that have an owner.</summary>
    public int Live { get; }

    /// <summary>The rows, and zero rows up to a multiple of the product's block.</summary>
    public ReadOnlySpan<float> Matrix => _values.AsSpan(_start);

    /// <summary>The same rows and values with other owners.</summary>
    public CatalogueBlock WithOwners(int[] owners) => new(_values, _start, Rows, owners);
}
