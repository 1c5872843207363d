using System.ComponentModel.DataAnnotations;

namespace Whales.Ingest.Api.Storage;

/// <summary>Section <c>Storage</c>: the job table. With <c>ConnectionStrings:Whales</c> it lies in that PostgreSQL database, else in a SQLite file.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>The connection string of this name chooses PostgreSQL.</summary>
    public const string ConnectionName = "Whales";

    /// <summary>The SQLite file, relative to the content root; made when missing. Default <c>data/whales.db</c>.</summary>
    [Required(ErrorMessage = "Storage:SqliteFile must name a file.")]
    public string SqliteFile { get; set; } = "data/whales.db";
}
