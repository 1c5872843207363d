namespace Whales.Testing.Monitoring;

/// <summary>A rule of monitoring/prometheus/rules: an alert, or a recorded series.</summary>
public sealed record AlertRule
{
    /// <summary>The file, without its folder.</summary>
    public required string File { get; init; }

    /// <summary>The alert's name; null for a recorded series.</summary>
    public string? Alert { get; init; }

    /// <summary>The recorded series' name; null for an alert.</summary>
    public string? Record { get; init; }

    public required string Expression { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    public override string ToString() => $"{File}: {Alert ?? Record}";
}

/// <summary>One query of one panel.</summary>
public sealed record PanelQuery(string Dashboard, string Panel, string Expression)
{
    /// <summary>The query as Grafana would send it, with all models and hosts chosen.</summary>
    public string AsSent => Expression
        .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
        .Replace("${model:regex}", ".*", StringComparison.Ordinal)
        .Replace("$model", ".*", StringComparison.Ordinal)
        .Replace("$instance", ".*", StringComparison.Ordinal);

    public override string ToString() => $"{Dashboard}, {Panel}: {Expression}";
}
