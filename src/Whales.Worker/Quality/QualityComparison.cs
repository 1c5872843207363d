using System.Globalization;
using System.Numerics.Tensors;

namespace Whales.Worker.Quality;

/// <summary>Says what moved between a record and a measurement on the same pictures.</summary>
/// <remarks>
/// Other processors, batches and versions of a decoder add up differently: models/README.md says how much that was found to move, and what
/// changes the limits below see.
/// </remarks>
internal static class QualityComparison
{
    /// <summary>The least cosine of a recorded embedding with the measured one.</summary>
    public const float LeastCosine = 0.999f;

    /// <summary>The most that a score may differ.</summary>
    public const float MostScore = 0.005f;

    /// <summary>Of each kind so many pictures may find their animal at another place: two animals may be as like as the last digit.</summary>
    public const int MostPictures = 1;

    /// <returns>A sentence for each thing that moved; none when all is as it was.</returns>
    public static IReadOnlyList<string> Moved(QualityRecord recorded, QualityRecord measured)
    {
        if (!recorded.Retrieval.Keys.SequenceEqual(measured.Retrieval.Keys) || !recorded.Answers.Keys.SequenceEqual(measured.Answers.Keys)
            || recorded.Retrieval.Any(kind => kind.Value.Pictures != measured.Retrieval[kind.Key].Pictures))
            return ["The pictures are not those that were recorded."];
        List<string?> findings =
        [
            .. recorded.Retrieval.Select(kind => Retrieval(kind.Key, kind.Value, measured.Retrieval[kind.Key])),
            Embeddings(recorded, measured),
            Scores("best score", recorded, measured, answer => answer.Score),
            Scores("gate's score", recorded, measured, answer => answer.Cetacean),
        ];
        return [.. findings.OfType<string>()];
    }

    /// <summary>The cosine of each recorded embedding with the measured one; both are of the same pictures.</summary>
    public static IEnumerable<(string Picture, float Cosine)> Cosines(QualityRecord recorded, QualityRecord measured) =>
        recorded.Answers.Select(answer => (answer.Key, Cosine(answer.Value.Embedding, measured.Answers[answer.Key].Embedding)));

    private static string? Retrieval(string kind, Retrieval recorded, Retrieval measured) =>
        Math.Abs(recorded.Top1 - measured.Top1) > MostPictures || Math.Abs(recorded.Top5 - measured.Top5) > MostPictures
            // One picture moves the mean by at most this.
            || Math.Abs(recorded.MeanReciprocalRank - measured.MeanReciprocalRank) > (double)MostPictures / recorded.Pictures
            ? $"Retrieval moved, kind '{kind}': {measured}; recorded: {recorded}."
            : null;

    private static string? Embeddings(QualityRecord recorded, QualityRecord measured)
    {
        var moved = Cosines(recorded, measured).Where(pair => !(pair.Cosine >= LeastCosine)).OrderBy(pair => pair.Cosine).ToList();
        return moved.Count == 0
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"Embeddings moved, {moved.Count} of {recorded.Answers.Count}: that of {moved[0].Picture} has a cosine of {moved[0].Cosine:F5} with the recorded one; at least {LeastCosine} is expected.");
    }

    private static string? Scores(string what, QualityRecord recorded, QualityRecord measured, Func<RecordedAnswer, float?> score)
    {
        var pairs = recorded.Answers.Select(answer => (Picture: answer.Key, Recorded: score(answer.Value), Measured: score(measured.Answers[answer.Key])));
        var moved = pairs.OrderByDescending(Distance).First();
        return Distance(moved) > MostScore
            ? $"The {what} moved, most for {moved.Picture}: {Text(moved.Measured)}; recorded: {Text(moved.Recorded)}."
            : null;

        // A score that came or went moved farthest.
        static float Distance((string, float? Recorded, float? Measured) pair) => (pair.Recorded, pair.Measured) switch
        {
            ({ } before, { } now) => Math.Abs(before - now),
            (null, null) => 0,
            _ => float.PositiveInfinity,
        };
    }

    /// <summary>-1, the least alike, for embeddings of unequal length.</summary>
    private static float Cosine(byte[] a, byte[] b) =>
        a.Length == b.Length && a.Length > 0 ? TensorPrimitives.CosineSimilarity<float>(QualityMeasurement.Expand(a), QualityMeasurement.Expand(b)) : -1;

    private static string Text(float? score) => score?.ToString("F4", CultureInfo.InvariantCulture) ?? "none";
}
