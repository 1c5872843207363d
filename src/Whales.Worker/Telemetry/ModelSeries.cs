using System.Diagnostics.Metrics;

namespace Whales.Worker.Telemetry;

/// <summary>One model's tags, made once, and the state behind its gauges.</summary>
internal sealed class ModelSeries
{
    public const string UnknownProvider = "other";

    private readonly Lock _gate = new();
    private readonly List<KeyValuePair<string, object?>[]> _pastInfos = [];
    private KeyValuePair<string, object?>[]? _info;
    private long _lastSuccess;

    public ModelSeries(string model, TimeProvider time)
    {
        Tag = new("model", model);
        ProviderTag = new("execution_provider", UnknownProvider);
        Inference = new SlidingMean(time);
        Errors = new SlidingMean(time);
    }

    public KeyValuePair<string, object?> Tag { get; }

    /// <summary>Of the loaded model; <see cref="UnknownProvider"/> before the first load.</summary>
    public KeyValuePair<string, object?> ProviderTag { get; private set; }

    public SlidingMean Inference { get; }

    public SlidingMean Errors { get; }

    public bool IsLoaded { get; private set; }

    /// <summary>Of the last load that succeeded.</summary>
    public double LoadSeconds { get; private set; }

    /// <summary>One measurement a severity; none before they are known.</summary>
    public IReadOnlyList<Measurement<double>> Thresholds { get; private set; } = [];

    /// <summary>Unix time in milliseconds; 0 before the first success.</summary>
    public long LastSuccess
    {
        get => Volatile.Read(ref _lastSuccess);
        set => Volatile.Write(ref _lastSuccess, value);
    }

    public void Loaded(LoadedModel loaded, string provider)
    {
        KeyValuePair<string, object?>[] info =
        [
            Tag, new("version", loaded.Version), new("sha256", loaded.Sha256.Length > 8 ? loaded.Sha256[..8] : loaded.Sha256),
            new("execution_provider", provider), new("input", loaded.Input), new("precision", loaded.Precision),
        ];
        lock (_gate)
        {
            Retire();
            _pastInfos.RemoveAll(past => past.AsSpan().SequenceEqual(info));
            _info = info;
            ProviderTag = new("execution_provider", provider);
            LoadSeconds = loaded.LoadSeconds;
            IsLoaded = true;
        }
    }

    public void SetThresholds(double warningSeconds, double criticalSeconds) => Thresholds =
    [
        new(warningSeconds, Tag, new("severity", "warning")),
        new(criticalSeconds, Tag, new("severity", "critical")),
    ];

    public void Unloaded()
    {
        lock (_gate)
        {
            Retire();
            IsLoaded = false;
        }
    }

    /// <summary>1 for what runs, and NaN (which the metrics page leaves out) for what ran before: the SDK would go on repeating its 1.</summary>
    public IEnumerable<Measurement<double>> Info()
    {
        lock (_gate)
        {
            var all = _pastInfos.Select(past => new Measurement<double>(double.NaN, past));
            return _info is null ? [.. all] : [.. all, new Measurement<double>(1, _info)];
        }
    }

    private void Retire()
    {
        if (_info is not null)
            _pastInfos.Add(_info);
        _info = null;
    }
}
