namespace Whales.Hosting.Models;

/// <summary>Section <c>Models</c>: which models there are and which of them this host serves.</summary>
public sealed class ModelsOptions
{
    public const string SectionName = "Models";

    /// <summary>The folder that has one folder per model; relative to the working directory. Default <c>models</c>.</summary>
    public string Folder { get; set; } = "models";

    /// <summary>The model that a request without <c>model</c> gets. Default: see <see cref="ModelFolders.DefaultName"/>.</summary>
    public string? Default { get; set; }

    /// <summary>Names of the models that this host serves. Default: empty, which means all in the folder.</summary>
    public IList<string> Serve { get; } = [];

    /// <summary>True when this host is to serve <paramref name="model"/>.</summary>
    public bool Serves(string model) => Serve.Count == 0 || Serve.Contains(model);
}
