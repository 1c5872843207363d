using System.ComponentModel.DataAnnotations;

namespace Whales.Ingest.Api.Operations;

/// <summary>How long things are kept. Nothing that waits for its result is ever removed. Section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    public const string SectionName = "Retention";

    /// <summary>Photos, from the end of their identification; its row and result stay. 1 minute to 10,000 days; default 90 days; empty: for ever.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "10000.00:00:00")]
    public TimeSpan? Photos { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Finished identifications with all that belongs to them, the photo too. 1 minute to 10,000 days; default 365 days; empty: for ever.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "10000.00:00:00")]
    public TimeSpan? Identifications { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Entries of the audit. 1 minute to 10,000 days; default 730 days; empty: for ever.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "10000.00:00:00")]
    public TimeSpan? Audit { get; set; } = TimeSpan.FromDays(730);

    /// <summary>Dead letters. 1 minute to 10,000 days; default 90 days; empty: for ever.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "10000.00:00:00")]
    public TimeSpan? DeadLetters { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How often it is looked for what is too old: 1 second to 1 day; default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Rows of one transaction, between which other writers have their turn: 1 to 10,000; default 200.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 200;
}
