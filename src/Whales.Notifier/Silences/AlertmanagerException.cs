namespace Whales.Notifier.Silences;

/// <summary>Why Alertmanager did not do it. Each has its words in both languages.</summary>
internal enum AlertmanagerFailure
{
    NotConfigured,
    Unreachable,
    TooSlow,
    Refused,
}

/// <param name="failure">Of which kind.</param>
/// <param name="detail">What Alertmanager said; empty when it said nothing.</param>
/// <param name="inner">What was caught.</param>
internal sealed class AlertmanagerException(AlertmanagerFailure failure, string detail = "", Exception? inner = null)
    : Exception($"Alertmanager: {failure}. {detail}", inner)
{
    public AlertmanagerFailure Failure => failure;

    public string Detail => detail;
}
