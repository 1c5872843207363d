using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Whales.Hosting.Catalogue;

namespace Whales.Worker.Matching;

/// <summary>Makes a catalogue from segments, or the next one from the one in use and what has changed.</summary>
internal sealed class CatalogueBuilder
{
    private readonly int _dimensions;
    private readonly int _stride;
    private readonly List<KnownIndividual> _individuals;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<CatalogueBlock> _blocks;
    private readonly List<int> _segment = [];
    private Guid[] _rows = [];
    private int[] _owners = [];
    private float[] _values = [];
    private int _start;
    private int _filled;

    public CatalogueBuilder(int dimensions)
    {
        (_dimensions, _stride, _individuals, _blocks) = (dimensions, MatrixProduct.PaddedDimensions(dimensions), [], []);
    }

    /// <summary>Begins with what <paramref name="from"/> has; it stays as it is.</summary>
    public CatalogueBuilder(Catalogue from)
    {
        (_dimensions, _stride, _individuals, _blocks) = (from.Dimensions, from.Stride, [.. from.Individuals], [.. from.Blocks]);
        for (var i = 0; i < _individuals.Count; i++)
            _numbers.Add(_individuals[i].Id, i);
    }

    /// <summary>Owners of the next chunks count from its individuals.</summary>
    public void BeginSegment() => _segment.Clear();

    /// <exception cref="InvalidDataException">A row has no owner, or is no direction.</exception>
    public void Apply(SegmentChunk chunk)
    {
        foreach (var individual in chunk.Individuals)
            _segment.Add(Number(individual));
        // Rows that are there already come again: the same segment, or one that was merged with it.
        var gone = chunk.Removed.Concat(chunk.Rows).ToHashSet();
        if (_blocks.Count > 0 || _filled > 0)
            Remove(gone);
        var values = MemoryMarshal.Cast<byte, Half>(chunk.Values.Span);
        Span<float> row = new float[_dimensions];
        for (var i = 0; i < chunk.Rows.Count; i++)
        {
            if ((uint)chunk.Owners[i] >= (uint)_segment.Count)
                throw new InvalidDataException($"row {i} belongs to no individual.");
            TensorPrimitives.ConvertToSingle(values.Slice(i * _dimensions, _dimensions), row);
            Add(chunk.Rows[i], _segment[chunk.Owners[i]], row, i);
        }
    }

    public int Number(KnownIndividual individual)
    {
        if (_numbers.TryGetValue(individual.Id, out var number))
        {
            _individuals[number] = individual;
            return number;
        }

        _numbers.Add(individual.Id, _individuals.Count);
        _individuals.Add(individual);
        return _individuals.Count - 1;
    }

    /// <param name="id">Of the row.</param>
    /// <param name="owner">The index of its individual.</param>
    /// <param name="row">Any length but 0; it is brought to length 1.</param>
    /// <param name="position">How messages name the row.</param>
    /// <exception cref="InvalidDataException">The row has a value that is no number, or only zeros.</exception>
    public void Add(Guid id, int owner, ReadOnlySpan<float> row, int position)
    {
        var norm = TensorPrimitives.Norm(row);
        if (!float.IsFinite(norm))
            throw new InvalidDataException($"row {position} has a value that is no finite number.");
        if (norm < 1e-6f)
            throw new InvalidDataException($"row {position} has only zeros.");
        if (_filled == _rows.Length)
            OpenBlock();
        TensorPrimitives.Divide(row, norm, _values.AsSpan(_start + (_filled * _stride)));
        (_rows[_filled], _owners[_filled]) = (id, owner);
        _filled++;
    }

    public Catalogue Build(string version)
    {
        CloseBlock();
        return new Catalogue(version, _dimensions, [.. _individuals], [.. _blocks]);
    }

    private void Remove(HashSet<Guid> gone)
    {
        if (gone.Count == 0)
            return;
        CloseBlock();
        for (var i = _blocks.Count - 1; i >= 0; i--)
        {
            var block = _blocks[i];
            int[]? owners = null;
            for (var row = 0; row < block.Rows.Length; row++)
            {
                if (block.Owners[row] != CatalogueBlock.Nobody && gone.Contains(block.Rows[row]))
                    (owners ??= [.. block.Owners])[row] = CatalogueBlock.Nobody;
            }

            if (owners is null)
                continue;
            var left = block.WithOwners(owners);
            if (left.Live == 0)
                _blocks.RemoveAt(i);
            else
                _blocks[i] = left.Live * 2 < left.Rows.Length ? Compact(left) : left;
        }
    }

    // The last block, when it has room, is copied and filled up: a thousand small changes do not make a thousand small blocks.
    private void OpenBlock()
    {
        CloseBlock();
        (_rows, _owners, _filled) = (new Guid[CatalogueBlock.Capacity], new int[CatalogueBlock.Capacity], 0);
        (_values, _start) = MatrixProduct.AllocateRows(CatalogueBlock.Capacity, _stride);
        if (_blocks.Count == 0 || _blocks[^1].Live == CatalogueBlock.Capacity)
            return;
        _filled = Copy(_blocks[^1], _rows, _owners, _values.AsSpan(_start));
        _blocks.RemoveAt(_blocks.Count - 1);
    }

    private void CloseBlock()
    {
        if (_filled > 0)
            _blocks.Add(new CatalogueBlock(_values, _start, _rows[.._filled], _owners[.._filled]));
        (_rows, _owners, _values, _filled) = ([], [], [], 0);
    }

    private CatalogueBlock Compact(CatalogueBlock block)
    {
        var (rows, owners) = (new Guid[block.Live], new int[block.Live]);
        var (values, start) = MatrixProduct.AllocateRows(block.Live, _stride);
        Copy(block, rows, owners, values.AsSpan(start));
        return new CatalogueBlock(values, start, rows, owners);
    }

    private int Copy(CatalogueBlock from, Guid[] rows, int[] owners, Span<float> values)
    {
        var to = 0;
        for (var row = 0; row < from.Rows.Length; row++)
        {
            if (from.Owners[row] == CatalogueBlock.Nobody)
                continue;
            (rows[to], owners[to]) = (from.Rows[row], from.Owners[row]);
            from.Matrix.Slice(row * _stride, _stride).CopyTo(values[(to * _stride)..]);
            to++;
        }

        return to;
    }
}
