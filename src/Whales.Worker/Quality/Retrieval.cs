using System.Numerics.Tensors;

namespace Whales.Worker.Quality;

/// <summary>How well the changed pictures of one kind find the catalogue picture of their animal among those of all animals.</summary>
/// <param name="Pictures">How many were tried.</param>
/// <param name="Top1">How many had their animal first.</param>
/// <param name="Top5">How many had it among the first five.</param>
/// <param name="MeanReciprocalRank">Mean of 1 / its place.</param>
internal sealed record Retrieval(int Pictures, int Top1, int Top5, double MeanReciprocalRank)
{
    /// <summary>By kind.</summary>
    /// <param name="pictures">All pictures of a set.</param>
    /// <param name="embeddings">Theirs, of length 1.</param>
    public static SortedDictionary<string, Retrieval> Of(IReadOnlyList<SetPicture> pictures, IReadOnlyList<float[]> embeddings)
    {
        var all = pictures.Zip(embeddings).ToList();
        var catalogue = all.Where(pair => pair.First.IsCatalogue).ToList();
        return new(
            all.Where(pair => !pair.First.IsCatalogue).GroupBy(pair => pair.First.Kind, pair => Place(pair.First, pair.Second, catalogue)).ToDictionary(kind => kind.Key, Of),
            StringComparer.Ordinal);
    }

    public override string ToString() => string.Create(null, $"{Top1} first and {Top5} in five of {Pictures}, mean reciprocal rank {MeanReciprocalRank:F3}");

    private static Retrieval Of(IEnumerable<int> places)
    {
        var all = places.ToList();
        return new(all.Count, all.Count(place => place == 1), all.Count(place => place <= 5), Math.Round(all.Average(place => 1.0 / place), 4));
    }

    // Who is just as like it stands before it: a network to which all are the same finds nobody.
    private static int Place(SetPicture picture, float[] embedding, List<(SetPicture Picture, float[] Embedding)> catalogue)
    {
        var own = TensorPrimitives.Dot<float>(embedding, catalogue.Single(one => one.Picture.Animal == picture.Animal).Embedding);
        return catalogue.Count(one => one.Picture.Animal == picture.Animal || !(TensorPrimitives.Dot<float>(embedding, one.Embedding) < own));
    }
}
