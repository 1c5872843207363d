using System.ComponentModel.DataAnnotations;

namespace Whales.Hosting.Images;

/// <summary>Section <c>ImageStore</c>: where photos lie.</summary>
public sealed class ImageStoreOptions
{
    public const string Section = "ImageStore";

    /// <summary>What holds the photos: <c>folder</c> (default) or <c>s3</c>, see <see cref="S3Options"/>.</summary>
    [Required]
    [RegularExpression("^(?i:folder|s3)\\z", ErrorMessage = "ImageStore:Kind must be folder or s3.")]
    public string Kind { get; set; } = "folder";

    /// <summary>
    /// The folder of kind <c>folder</c>, the same one for the API and its workers. Relative to the content root; made when missing.
    /// Default <c>data/images</c>.
    /// </summary>
    [Required(ErrorMessage = "ImageStore:Folder must name a folder.")]
    public string Folder { get; set; } = "data/images";
}
