using System.ComponentModel.DataAnnotations;

namespace Whales.Worker.Identification;

/// <summary>Where a worker notes which photos it has in hand, to know after its own death which of them may have caused it. Section <c>Starts</c>.</summary>
public sealed class StartsOptions
{
    public const string SectionName = "Starts";

    /// <summary>
    /// The folder, on a local disk that outlives the process; made when missing. Workers on one machine may share it: each has a file of its
    /// own. Default <c>data/starts</c>.
    /// </summary>
    [Required(ErrorMessage = "Starts:Folder must name a folder.")]
    public string Folder { get; set; } = "data/starts";
}
