using System.Buffers.Binary;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Whales.Hosting.Catalogue;

/// <summary>Reads NumPy's <c>.npy</c>: a matrix of little-endian float16 or float32 in C order, which is what a catalogue is stored as.</summary>
public static partial class NpyFile
{
    /// <summary>The matrix row by row, expanded to float32.</summary>
    /// <exception cref="CatalogueFileException">The file is missing or is no such matrix.</exception>
    public static (float[] Values, int Rows, int Columns) ReadMatrix(string file)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogueFileException($"{file}: {(e is FileNotFoundException ? "is missing." : $"cannot be read: {e.Message}")}", e);
        }

        return Parse(file, bytes);
    }

    private static (float[] Values, int Rows, int Columns) Parse(string file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || bytes[0] != 0x93 || !bytes[1..].StartsWith("NUMPY"u8))
            throw new CatalogueFileException($"{file}: is no .npy file.");
        // Version 1 has a header length of two bytes, versions 2 and 3 of four.
        var (start, length) = bytes[6] == 1
            ? (10, BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]))
            : (12, BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
        if (start + length > bytes.Length)
            throw new CatalogueFileException($"{file}: ends within its header.");
        var header = Encoding.UTF8.GetString(bytes.Slice(start, (int)length));
        var data = bytes[(start + (int)length)..];

        var type = TypePattern().Match(header).Groups[1].Value;
        if (type is not ("<f2" or "<f4"))
            throw new CatalogueFileException($"{file}: has values of type '{type}'; float16 ('<f2') or float32 ('<f4') is needed.");
        if (!header.Contains("'fortran_order': False", StringComparison.Ordinal))
            throw new CatalogueFileException($"{file}: is in Fortran order; save it in C order.");
        var shape = ShapePattern().Match(header);
        if (!shape.Success || !int.TryParse(shape.Groups[1].Value, CultureInfo.InvariantCulture, out var rows) || !int.TryParse(shape.Groups[2].Value, CultureInfo.InvariantCulture, out var columns))
            throw new CatalogueFileException($"{file}: is no matrix [rows, dims]; its header is {header.Trim()}");
        if (rows == 0 || columns == 0)
            throw new CatalogueFileException($"{file}: is empty: [{rows}, {columns}].");
        var size = type == "<f2" ? 2 : 4;
        if (data.Length != (long)rows * columns * size)
            throw new CatalogueFileException($"{file}: has {data.Length} bytes of values, [{rows}, {columns}] of {type} needs {(long)rows * columns * size}.");

        var values = GC.AllocateUninitializedArray<float>(rows * columns);
        if (size == 2)
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(data), values);
        else
            MemoryMarshal.Cast<byte, float>(data).CopyTo(values);
        return (values, rows, columns);
    }

    [GeneratedRegex("'descr': '([^']*)'")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"'shape': \((\d+), (\d+)\)")]
    private static partial Regex ShapePattern();
}
