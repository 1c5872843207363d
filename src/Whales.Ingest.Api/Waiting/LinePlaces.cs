using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Waiting;

/// <summary>Who stood where in a line at one moment: each <paramref name="Step"/>-th row of it, the first one included.</summary>
internal sealed record LinePlaces(long At, int Step, IReadOnlyList<LaneMark> Marks)
{
    private const int MostMarks = 1000;

    /// <summary>Marks close enough for a line of so many: exact up to a thousand rows, and to a thousandth of the line beyond.</summary>
    public static int StepFor(int waiting) => Math.Max(1, (waiting + MostMarks - 1) / MostMarks);

    /// <summary>How many stood before this row; null when it stands behind all that the marks can tell of.</summary>
    public int? Before(LaneMark row)
    {
        var (low, high) = (0, Marks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Marks[middle].CompareTo(row) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == Marks.Count)
            return null;
        // On a mark, before the first one, or somewhere between two.
        return Marks[low] == row || low == 0 ? low * Step : (low * Step) - (Step / 2);
    }
}
