using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Whales.Imaging;
using Whales.Worker.Models;

namespace Whales.Worker.Quality;

/// <summary>Runs a model over a set of pictures, each the whole way that a photo goes in a host.</summary>
internal static class QualityMeasurement
{
    /// <summary>Of so many animals the record has the answers.</summary>
    private const int RecordedAnimals = 5;

    /// <exception cref="UnreadableImageException">A picture is no photo.</exception>
    /// <exception cref="InferenceException">The network failed on a picture.</exception>
    public static async Task<QualityRecord> MeasureAsync(IdentificationModel model, PictureSet set, CancellationToken cancellationToken)
    {
        var recorded = set.Pictures.Select(picture => picture.Animal).Distinct().Take(RecordedAnimals).ToHashSet();
        var spec = model.Manifest.Input.ToTensorSpec();
        var embeddings = new float[set.Pictures.Count][];
        var answers = new RecordedAnswer?[set.Pictures.Count];
        var busy = new ParallelOptions { MaxDegreeOfParallelism = model.Sessions * model.BatchSize, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, set.Pictures.Count, busy, async (i, ct) =>
        {
            var picture = set.Pictures[i];
            using var tensor = model.RentTensor();
            PhotoDecoder.Decode(await File.ReadAllBytesAsync(picture.File, ct), region: null, spec, tensor.Values);
            var embedding = (await model.EmbedAsync(tensor, ct)).Embedding;
            embeddings[i] = Expand(embedding);
            if (recorded.Contains(picture.Animal))
                answers[i] = Answer(await model.PredictAsync(tensor, cancellationToken: ct), embedding);
        });

        var answered = set.Pictures.Zip(answers).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First.Name, pair => pair.Second!);
        return new QualityRecord { Retrieval = Retrieval.Of(set.Pictures, embeddings), Answers = new(answered, StringComparer.Ordinal) };
    }

    /// <summary>Values that are stored as float16.</summary>
    public static float[] Expand(byte[] embedding)
    {
        var halves = MemoryMarshal.Cast<byte, Half>(embedding);
        var values = new float[halves.Length];
        TensorPrimitives.ConvertToSingle(halves, values);
        return values;
    }

    private static RecordedAnswer Answer(Prediction prediction, byte[] embedding) => new()
    {
        Score = prediction.Candidates.Count == 0 ? null : MathF.Round(prediction.Candidates[0].Score, 5),
        Cetacean = prediction.CetaceanScore is { } score ? MathF.Round(score, 5) : null,
        Embedding = embedding,
    };
}
