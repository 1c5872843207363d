using System.Security.Cryptography;
using Whales.Hosting.Models;
using Whales.Worker.Matching;

namespace Whales.Worker.Models;

/// <summary>The checks of a model folder that need no network.</summary>
internal static class ModelFiles
{
    public static ModelManifest ReadManifest(string folder)
    {
        try
        {
            return ManifestReader.Read(folder);
        }
        catch (ManifestException e)
        {
            throw new ModelLoadException(e.Message, e);
        }
    }

    /// <returns>The hash of the network, which is the manifest's.</returns>
    public static async Task<string> CheckHashAsync(string folder, ModelManifest manifest, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, Network.FileName);
        string hash;
        try
        {
            await using var stream = File.OpenRead(file);
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"{file}: {(e is FileNotFoundException ? "is missing." : $"cannot be read: {e.Message}")}", e);
        }

        return hash == manifest.Sha256
            ? hash
            : throw new ModelLoadException($"{file}: its SHA-256 is {hash}, the manifest says {manifest.Sha256}. The file is damaged or belongs to another version.");
    }

    public static void CheckDimensions(string folder, Network network, IMatcher matcher)
    {
        if (network.Dimensions != matcher.Dimensions)
            throw new ModelLoadException($"{folder}: the network gives {network.Dimensions} values for a photo, {(matcher is LabelMatcher ? CatalogueFiles.Labels : CatalogueFiles.Embeddings)} has {matcher.Dimensions}.");
    }
}
