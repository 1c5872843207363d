namespace Whales.Ingest.Api.Telemetry;

/// <summary>What retention removes; the label <c>kind</c>.</summary>
public enum RetentionKind
{
    /// <summary>An identification with all that belongs to it.</summary>
    Row,

    /// <summary>Only the photo.</summary>
    Photo,

    /// <summary>A batch whose photos are gone.</summary>
    Batch,

    DeadLetter,

    /// <summary>An entry of the audit.</summary>
    Audit,
}
