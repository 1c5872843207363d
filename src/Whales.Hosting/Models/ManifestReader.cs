using System.Text.Json;
using Whales.Contracts;
using Whales.Imaging;

namespace Whales.Hosting.Models;

/// <summary>Reads <c>model.json</c> strictly: what is missing, unknown, of another kind or out of range is an error that names the property.</summary>
public static class ManifestReader
{
    public const string FileName = "model.json";

    /// <exception cref="ManifestException">The manifest is missing or cannot be used.</exception>
    public static ModelManifest Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return Read(new ManifestObject(file, "", document.RootElement), FolderName(folder));
        }
        catch (JsonException e)
        {
            throw new ManifestException(file, null, $"is no JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ManifestException(file, null, "is missing.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException(file, null, $"cannot be read: {e.Message}", e);
        }
    }

    private static string FolderName(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private static ModelManifest Read(ManifestObject root, string folderName)
    {
        var manifest = new ModelManifest
        {
            Name = root.Text("name", 64),
            Version = root.Text("version", 64),
            Tier = root.Text("tier", 32),
            Task = root.Choice<ModelTask>("task"),
            Input = Input(root.Object("input")),
            Output = Output(root.Object("output")),
            Batch = Batch(root.Object("batch")),
            Thresholds = Thresholds(root.Object("thresholds")),
            Match = Match(root.OptionalObject("match")),
            Sha256 = root.Text("sha256", 64),
            Licence = root.Text("licence", 500),
            Source = root.Text("source", 1000),
            Quality = root.Raw("quality"),
        };
        root.NothingElse();
        Check(root, manifest, folderName);
        return manifest;
    }

    private static ModelInput Input(ManifestObject input)
    {
        var read = new ModelInput
        {
            Name = input.Text("name", 200),
            Width = input.Integer("width", 1, 4096),
            Height = input.Integer("height", 1, 4096),
            Layout = input.Choice<TensorLayout>("layout"),
            Mean = input.Numbers("mean", 3, -1, 1),
            Std = input.Numbers("std", 3, 1e-6, 10),
            Resize = input.Choice<ResizeMode>("resize"),
        };
        input.NothingElse();
        return read;
    }

    private static ModelOutput Output(ManifestObject output)
    {
        var read = new ModelOutput { Name = output.Text("name", 200), Cetacean = output.OptionalText("cetacean", 200) };
        output.NothingElse();
        return read;
    }

    private static ModelBatch Batch(ManifestObject batch)
    {
        var read = new ModelBatch { Max = batch.Integer("max", 1, 256), MaxDelayMs = batch.Integer("maxDelayMs", 0, 10_000) };
        batch.NothingElse();
        return read;
    }

    private static ModelThresholds Thresholds(ManifestObject thresholds)
    {
        var read = new ModelThresholds
        {
            Match = (float)thresholds.Number("match", -1, 1),
            Cetacean = (float?)thresholds.OptionalNumber("cetacean", 0, 1),
            WarningSeconds = thresholds.Number("warningSeconds", 0.001, 86_400),
            CriticalSeconds = thresholds.Number("criticalSeconds", 0.001, 86_400),
            InferenceWarningSeconds = thresholds.OptionalNumber("inferenceWarningSeconds", 0.001, 3_600) ?? 5,
            InferenceCriticalSeconds = thresholds.OptionalNumber("inferenceCriticalSeconds", 0.001, 3_600) ?? 10,
        };
        thresholds.NothingElse();
        return read;
    }

    private static ModelMatch Match(ManifestObject? match)
    {
        if (match is null)
            return new ModelMatch();
        var read = new ModelMatch { PrototypeShare = (float)match.Number("prototypeShare", 0, 1) };
        match.NothingElse();
        return read;
    }

    private static void Check(ManifestObject root, ModelManifest manifest, string folderName)
    {
        if (!Names.IsModel(manifest.Name))
            throw root.Wrong("name", $"'{manifest.Name}' is no model name: 1 to 64 characters of a-z, 0-9 and _.");
        if (manifest.Name != folderName)
            throw root.Wrong("name", $"'{manifest.Name}' is not the name of its folder, '{folderName}'.");
        if (manifest.Sha256.Length != 64 || !manifest.Sha256.All(char.IsAsciiHexDigitLower))
            throw root.Wrong("sha256", "must be 64 lower-case hexadecimal digits.");
        if (manifest.Thresholds.CriticalSeconds < manifest.Thresholds.WarningSeconds)
            throw root.Wrong("thresholds.criticalSeconds", "is less than thresholds.warningSeconds.");
        if (manifest.Thresholds.InferenceCriticalSeconds < manifest.Thresholds.InferenceWarningSeconds)
            throw root.Wrong("thresholds.inferenceCriticalSeconds", "is less than thresholds.inferenceWarningSeconds (10 and 5 where they are not given).");
        if (manifest.Output.Cetacean is null != manifest.Thresholds.Cetacean is null)
            throw root.Wrong("thresholds.cetacean", "and output.cetacean go together: give both or neither.");
        if (manifest.Task == ModelTask.Classification && manifest.Thresholds.Match < 0)
            throw root.Wrong("thresholds.match", "is a probability for a classification model: 0 to 1.");
        if (manifest.Task == ModelTask.Classification && manifest.Match.PrototypeShare > 0)
            throw root.Wrong("match.prototypeShare", "is for embeddings: a classification model compares with no photos.");
    }
}
