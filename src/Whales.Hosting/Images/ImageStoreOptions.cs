using System.ComponentModel.DataAnnotations;

namespace Whales.Hosting.Images;

/// <summary>Section <c>ImageStore</c>: where photos lie.</summary>
public sealed class ImageStoreOptions
{
    public const string Section = "ImageStore";

    /// <summary>What holds the photos: <c>folder</c> (default) is the only kind.</summary>
    [Required]
    [RegularExpression("^folder\\z", ErrorMessage = "ImageStore:Kind must be folder.")]
    public string Kind { get; set; } = "folder";

    /// <summary>
    /// The folder of kind <c>folder</c>, the same one for the API and its workers. Relative to the content root; made when missing.
    /// Default <c>data/images</c>.
    /// </summary>
    [Required(ErrorMessage = "ImageStore:Folder must name a folder.")]
    public string Folder { get; set; } = "data/images";
}
