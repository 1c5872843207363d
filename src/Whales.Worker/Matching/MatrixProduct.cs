using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Whales.Worker.Matching;

/// <summary>
/// Dot products of catalogue rows with query vectors. Each product is summed in one fixed order, whatever else is computed beside it,
/// so that a photo's score does not depend on its batch.
/// </summary>
/// <remarks>
/// Rows are padded with zeros to a multiple of 16 values and their number to a multiple of 8: no loop has a remainder.
/// Four rows times four queries stay in registers: eight loads feed sixteen multiplications of 16 values each.
/// </remarks>
internal static class MatrixProduct
{
    /// <summary>The number of rows given to <see cref="Multiply"/> must be a multiple of it.</summary>
    public const int RowBlock = 8;

    private const int Lane = 16;
    private const int CacheLine = 64;

    public static int PaddedDimensions(int dimensions) => (dimensions + Lane - 1) / Lane * Lane;

    /// <summary>Zeros for so many rows and those up to a full block, beginning on a cache line.</summary>
    public static (float[] Values, int Start) AllocateRows(int rows, int stride)
    {
        var padded = (long)(rows + RowBlock - 1) / RowBlock * RowBlock * stride;
        var values = GC.AllocateArray<float>(checked((int)padded + CacheLine / sizeof(float)), pinned: true);
        var past = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(values, 0) % CacheLine);
        return (values, past == 0 ? 0 : (CacheLine - past) / sizeof(float));
    }

    /// <summary>Writes the product of row r and query q to <c>scores[q * scoreStride + r]</c>.</summary>
    public static void Multiply(ReadOnlySpan<float> rows, int rowCount, ReadOnlySpan<float> queries, int queryCount, int stride, Span<float> scores, int scoreStride)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(stride % Lane, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rowCount % RowBlock, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, rowCount * stride);
        ArgumentOutOfRangeException.ThrowIfLessThan(queries.Length, queryCount * stride);
        ArgumentOutOfRangeException.ThrowIfLessThan(scores.Length, (queryCount - 1) * scoreStride + rowCount);

        ref var firstRow = ref MemoryMarshal.GetReference(rows);
        ref var firstQuery = ref MemoryMarshal.GetReference(queries);
        ref var firstScore = ref MemoryMarshal.GetReference(scores);
        var query = 0;
        for (; query + 4 <= queryCount; query += 4)
            for (var row = 0; row < rowCount; row += 4)
                FourByFour(
                    ref Unsafe.Add(ref firstRow, row * stride), ref Unsafe.Add(ref firstQuery, query * stride), stride,
                    ref Unsafe.Add(ref firstScore, query * scoreStride + row), scoreStride);
        for (; query < queryCount; query++)
            for (var row = 0; row < rowCount; row += 8)
                EightByOne(
                    ref Unsafe.Add(ref firstRow, row * stride), ref Unsafe.Add(ref firstQuery, query * stride), stride,
                    ref Unsafe.Add(ref firstScore, query * scoreStride + row));
    }

    private static void FourByFour(ref float row, ref float query, int stride, ref float score, int scoreStride)
    {
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        for (var k = 0; k < stride; k += Lane)
        {
            var (q0, q1, q2, q3) = (Load(ref query, k), Load(ref query, k + stride), Load(ref query, k + 2 * stride), Load(ref query, k + 3 * stride));
            var r = Load(ref row, k);
            (s00, s01, s02, s03) = (Add(r, q0, s00), Add(r, q1, s01), Add(r, q2, s02), Add(r, q3, s03));
            r = Load(ref row, k + stride);
            (s10, s11, s12, s13) = (Add(r, q0, s10), Add(r, q1, s11), Add(r, q2, s12), Add(r, q3, s13));
            r = Load(ref row, k + 2 * stride);
            (s20, s21, s22, s23) = (Add(r, q0, s20), Add(r, q1, s21), Add(r, q2, s22), Add(r, q3, s23));
            r = Load(ref row, k + 3 * stride);
            (s30, s31, s32, s33) = (Add(r, q0, s30), Add(r, q1, s31), Add(r, q2, s32), Add(r, q3, s33));
        }

        Store(ref score, s00, s10, s20, s30);
        Store(ref Unsafe.Add(ref score, scoreStride), s01, s11, s21, s31);
        Store(ref Unsafe.Add(ref score, 2 * scoreStride), s02, s12, s22, s32);
        Store(ref Unsafe.Add(ref score, 3 * scoreStride), s03, s13, s23, s33);
    }

    private static void EightByOne(ref float row, ref float query, int stride, ref float score)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (var k = 0; k < stride; k += Lane)
        {
            var q = Load(ref query, k);
            s0 = Add(Load(ref row, k), q, s0);
            s1 = Add(Load(ref row, k + stride), q, s1);
            s2 = Add(Load(ref row, k + 2 * stride), q, s2);
            s3 = Add(Load(ref row, k + 3 * stride), q, s3);
            s4 = Add(Load(ref row, k + 4 * stride), q, s4);
            s5 = Add(Load(ref row, k + 5 * stride), q, s5);
            s6 = Add(Load(ref row, k + 6 * stride), q, s6);
            s7 = Add(Load(ref row, k + 7 * stride), q, s7);
        }

        Store(ref score, s0, s1, s2, s3);
        Store(ref Unsafe.Add(ref score, 4), s4, s5, s6, s7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(ref float from, int offset) => Vector512.LoadUnsafe(ref from, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<float> a, Vector512<float> b, Vector512<float> sum) => Vector512.FusedMultiplyAdd(a, b, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref float to, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        to = Vector512.Sum(a);
        Unsafe.Add(ref to, 1) = Vector512.Sum(b);
        Unsafe.Add(ref to, 2) = Vector512.Sum(c);
        Unsafe.Add(ref to, 3) = Vector512.Sum(d);
    }
}
