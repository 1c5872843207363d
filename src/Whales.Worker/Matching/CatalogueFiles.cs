using System.Security.Cryptography;
using Whales.Hosting.Catalogue;
using Whales.Hosting.Models;
using Whales.Worker.Models;

namespace Whales.Worker.Matching;

/// <summary>What a model folder says about the animals: <c>catalogue.npy</c> with <c>catalogue.csv</c>, or <c>labels.csv</c>.</summary>
internal static class CatalogueFiles
{
    public const string Embeddings = "catalogue.npy";
    public const string Individuals = "catalogue.csv";
    public const string Labels = "labels.csv";

    /// <param name="folder">Of the model.</param>
    /// <param name="task">Which of the files it has.</param>
    /// <param name="prototypeShare">See <see cref="ModelMatch.PrototypeShare"/>.</param>
    /// <exception cref="ModelLoadException">A file is missing or cannot be used.</exception>
    public static IMatcher Read(string folder, ModelTask task, float prototypeShare = 0) =>
        task == ModelTask.Embedding ? new CatalogueMatcher(ReadCatalogue(folder), prototypeShare) : ReadLabels(folder);

    private static Catalogue ReadCatalogue(string folder)
    {
        var (npy, csv) = (Path.Combine(folder, Embeddings), Path.Combine(folder, Individuals));
        var (values, rows, dimensions) = Try(() => NpyFile.ReadMatrix(npy));
        var owners = Try(() => IndividualTable.Read(csv));
        if (owners.Count != rows)
            throw new ModelLoadException($"{csv}: names {owners.Count} rows, {Embeddings} has {rows}.");
        try
        {
            return Catalogue.Of(Version(npy, csv), values, dimensions, owners);
        }
        catch (InvalidDataException e)
        {
            throw new ModelLoadException($"{npy}: {e.Message}", e);
        }
    }

    private static LabelMatcher ReadLabels(string folder)
    {
        var csv = Path.Combine(folder, Labels);
        var labels = Try(() => IndividualTable.Read(csv));
        if (labels.Count == 0)
            throw new ModelLoadException($"{csv}: has no labels.");
        var twice = labels.GroupBy(label => label.Id).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? new LabelMatcher(Version(csv), labels)
            : throw new ModelLoadException($"{csv}: the label '{twice.Key}' is listed twice.");
    }

    private static T Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CatalogueFileException e)
        {
            throw new ModelLoadException(e.Message, e);
        }
    }

    // Twelve digits tell versions apart and still fit a table.
    private static string Version(params string[] files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
            hash.AppendData(File.ReadAllBytes(file));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
