using System.Numerics;

namespace Whales.Worker.Models;

/// <summary>Which sizes of batches are tried and run.</summary>
internal static class BatchSizes
{
    /// <summary>1, 2, 4, 8, ... and <paramref name="max"/> itself.</summary>
    public static List<int> Candidates(int max)
    {
        var sizes = new List<int>();
        for (var size = 1; size < max; size *= 2)
            sizes.Add(size);
        sizes.Add(max);
        return sizes;
    }

    /// <summary>
    /// The size that <paramref name="photos"/> run as. A GPU prepares itself for each size anew, so it gets few sizes and some empty
    /// rows; a CPU would only compute the empty rows.
    /// </summary>
    public static int Padded(int photos, int max, bool pads) =>
        pads ? Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)photos), max) : photos;

    /// <summary>Every size that batches of up to <paramref name="max"/> photos run as.</summary>
    public static IEnumerable<int> Used(int max, bool pads) => pads ? Candidates(max) : Enumerable.Range(1, max);
}
