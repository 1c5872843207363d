namespace Whales.Notifier.Alerts;

/// <summary>Labels and annotations that the rules in monitoring/ and this program agree on.</summary>
internal static class AlertLabels
{
    public const string AlertName = "alertname";
    public const string Severity = "severity";
    public const string Component = "component";
    public const string Model = "model";
    public const string Instance = "instance";
    public const string Queue = "queue";

    public const string Summary = "summary";
    public const string Description = "description";
    public const string RunbookUrl = "runbook_url";

    /// <summary>Either the uid of a dashboard or a whole address.</summary>
    public const string Dashboard = "dashboard";

    /// <summary>The value that made the alert fire, for people. Rules may set it; the summary has it otherwise.</summary>
    public const string Value = "value";
}
