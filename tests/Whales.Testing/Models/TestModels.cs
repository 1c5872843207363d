using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Whales.Testing.Images;

namespace Whales.Testing.Models;

/// <summary>Writes complete model folders of <see cref="TestModel"/>s: a few kilobytes, loaded in milliseconds, predictable answers.</summary>
public static class TestModels
{
    /// <summary>Values of an embedding: red, green, blue and a constant, so that no picture has length zero.</summary>
    public const int Dimensions = 4;

    private const float Constant = 0.25f;

    /// <summary>Who is known: two photos each, one of them darker.</summary>
    public static IReadOnlyList<TestIndividual> Individuals { get; } =
    [
        new("red", "Rosa", 255, 0, 0),
        new("green", "Verde", 0, 255, 0),
        new("blue", "Azul", 0, 0, 255),
        new("yellow", "Sol", 255, 255, 0),
        new("cyan", "Mar", 0, 255, 255),
        new("magenta", "Lila", 255, 0, 255),
    ];

    /// <summary>
    /// Who a model that sees positions knows besides: <see cref="Picture.Quadrants"/> upright (<c>scene-1</c>), and as the pixels lie in a
    /// file of EXIF orientation 2 to 8.
    /// </summary>
    public static IReadOnlyList<string> Scenes { get; } = [.. Enumerable.Range(1, 8).Select(orientation => $"scene-{orientation}")];

    /// <summary>The species of them all.</summary>
    public const string Species = "Balaena testi";

    /// <summary>Writes <c>root/name/</c> with model.json, model.onnx and the catalogue or labels.</summary>
    /// <returns>The model's folder.</returns>
    public static string Write(string root, TestModel? model = null)
    {
        model ??= new TestModel();
        var folder = Path.Combine(root, model.Name);
        Directory.CreateDirectory(folder);
        var network = TestNetwork.Build(model);
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), network);
        File.WriteAllText(Path.Combine(folder, "model.json"), Manifest(model, Convert.ToHexStringLower(SHA256.HashData(network))));
        if (model.IsClassifier)
            WriteLabels(folder);
        else
            WriteCatalogue(folder, model.SeesPositions);
        return folder;
    }

    /// <summary>Fills a tensor of a photo (3 x pixels values, <c>nchw</c>) with one colour, as the decoder would.</summary>
    public static void Paint(Span<float> values, byte red, byte green, byte blue)
    {
        var plane = values.Length / 3;
        values[..plane].Fill(Normalised(red));
        values[plane..(2 * plane)].Fill(Normalised(green));
        values[(2 * plane)..].Fill(Normalised(blue));
    }

    /// <summary>What the network gives for a picture of one colour, not yet brought to length 1.</summary>
    public static float[] Embedding(byte red, byte green, byte blue) => [Normalised(red), Normalised(green), Normalised(blue), Constant];

    // Mean 0.5 and standard deviation 0.5 of the scale 0 to 1.
    private static float Normalised(byte value) => (value / 255f - 0.5f) / 0.5f;

    private static string Manifest(TestModel model, string sha256)
    {
        var manifest = new
        {
            name = model.Name,
            version = model.Version,
            tier = model.Tier,
            task = model.IsClassifier ? "classification" : "embedding",
            input = new { name = "image", width = model.Width, height = model.Height, layout = model.Layout, mean = new[] { 0.5, 0.5, 0.5 }, std = new[] { 0.5, 0.5, 0.5 }, resize = model.Resize },
            output = new { name = "embedding", cetacean = model.HasCetaceanGate ? "cetacean" : null },
            batch = new { max = model.BatchMax, maxDelayMs = model.MaxDelayMs },
            thresholds = new { match = model.Match, cetacean = model.HasCetaceanGate ? 0.5 : (double?)null, warningSeconds = 10, criticalSeconds = 60 },
            sha256,
            licence = "CC0-1.0",
            source = "made by a test",
        };
        return JsonSerializer.Serialize(manifest, JsonOptions);
    }

    private static readonly JsonSerializerOptions JsonOptions = new() { WriteIndented = true, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static void WriteLabels(string folder) =>
        File.WriteAllLines(Path.Combine(folder, "labels.csv"), ["id,name,species", .. Individuals.Select(i => $"{i.Id},{i.Name},{Species}")]);

    private static void WriteCatalogue(string folder, bool seesPositions)
    {
        var lines = new List<string> { "file,individual,name,species" };
        var rows = new List<float[]>();
        foreach (var individual in Individuals)
        {
            lines.Add($"{individual.Id}-1.jpg,{individual.Id},{individual.Name},{Species}");
            rows.Add(EmbeddingOf(individual.Red, individual.Green, individual.Blue));
            lines.Add($"{individual.Id}-2.jpg,{individual.Id},{individual.Name},{Species}");
            rows.Add(EmbeddingOf((byte)(individual.Red * 4 / 5), (byte)(individual.Green * 4 / 5), (byte)(individual.Blue * 4 / 5)));
        }

        for (var orientation = 1; seesPositions && orientation <= Scenes.Count; orientation++)
        {
            lines.Add($"{Scenes[orientation - 1]}.jpg,{Scenes[orientation - 1]},,{Species}");
            var scene = Picture.Quadrants(2, 2).StoredAs(orientation);
            rows.Add(Quarters([scene[0, 0], scene[1, 0], scene[0, 1], scene[1, 1]]));
        }

        File.WriteAllLines(Path.Combine(folder, "catalogue.csv"), lines);
        WriteNpy(Path.Combine(folder, "catalogue.npy"), rows);

        float[] EmbeddingOf(byte red, byte green, byte blue) =>
            seesPositions ? Quarters([.. Enumerable.Repeat((red, green, blue), 4)]) : Embedding(red, green, blue);
    }

    // As the network lays them out: the four reds, the four greens, the four blues, the constant.
    private static float[] Quarters((byte R, byte G, byte B)[] quarters) =>
        [.. quarters.Select(q => Normalised(q.R)), .. quarters.Select(q => Normalised(q.G)), .. quarters.Select(q => Normalised(q.B)), Constant];

    /// <summary>Writes rows as NumPy does: float16, or float32 where asked.</summary>
    public static void WriteNpy(string file, IReadOnlyList<float[]> rows, bool asSingle = false)
    {
        var header = $"{{'descr': '{(asSingle ? "<f4" : "<f2")}', 'fortran_order': False, 'shape': ({rows.Count}, {rows[0].Length}), }}";
        header = header.PadRight((10 + header.Length + 64) / 64 * 64 - 11) + "\n";
        using var writer = new BinaryWriter(File.Create(file));
        writer.Write([0x93, .. "NUMPY"u8, 1, 0]);
        writer.Write((ushort)header.Length);
        writer.Write(Encoding.ASCII.GetBytes(header));
        foreach (var value in rows.SelectMany(row => row))
            if (asSingle)
                writer.Write(value);
            else
                writer.Write((Half)value);
    }
}

/// <summary>A known "animal" and its colour.</summary>
public sealed record TestIndividual(string Id, string Name, byte Red, byte Green, byte Blue);
