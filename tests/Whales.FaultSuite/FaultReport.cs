using System.Globalization;

namespace Whales.FaultSuite;

/// <summary>What one fault did.</summary>
internal sealed record FaultReport
{
    private static readonly string[] Columns = ["accepted", "refused", "finished", "lost", "failed", "contradictory", "doubled", "recovery s"];

    public required string Fault { get; init; }

    /// <summary>Photos answered with 202.</summary>
    public required int Accepted { get; init; }

    /// <summary>Requests that were refused or not answered while the fault lasted.</summary>
    public required int Refused { get; init; }

    /// <summary>Accepted photos of which every API shows a final state.</summary>
    public required int Finished { get; init; }

    /// <summary>Accepted photos of which an API shows no final state after three minutes: must be 0.</summary>
    public required int Lost { get; init; }

    /// <summary>Accepted photos that failed for a reason that is not the fault itself: must be 0.</summary>
    public required int Failed { get; init; }

    /// <summary>Photos with two different final states, or another animal than is on them: must be 0.</summary>
    public required int Contradictory { get; init; }

    /// <summary>Photos that were answered twice by workers; the second answer changed nothing.</summary>
    public required int Doubled { get; init; }

    /// <summary>From the end of the fault (what was dead runs again) until every API had accepted a photo and shown its result.</summary>
    public required double RecoverySeconds { get; init; }

    public bool KeptItsPromises => Lost == 0 && Failed == 0 && Contradictory == 0 && double.IsFinite(RecoverySeconds);

    public static void WriteHead(TextWriter output) =>
        output.WriteLine($"{"fault",-20}{string.Concat(Columns.Select(column => $"{column,14}"))}");

    public void Write(TextWriter output)
    {
        var numbers = new[] { Accepted, Refused, Finished, Lost, Failed, Contradictory, Doubled }.Select(number => $"{number,14}");
        var recovery = RecoverySeconds.ToString("0.0", CultureInfo.InvariantCulture);
        output.WriteLine($"{Fault,-20}{string.Concat(numbers)}{recovery,14}{(KeptItsPromises ? "" : "  <- broken")}");
        output.Flush();
    }
}
