using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Metrics;

namespace Whales.Worker.Telemetry;

/// <summary>The queues of this worker's models: what lies in them, how fast this worker empties them, how long that will take.</summary>
public sealed class QueueMetrics
{
    private static readonly KeyValuePair<string, object?> Ready = new("state", "ready");
    private static readonly KeyValuePair<string, object?> Held = new("state", "unacked");

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(string Model, Lane Lane), LaneSeries> _series = new();

    public QueueMetrics(IMeterFactory factory, TimeProvider time)
    {
        _time = time;
        var meter = factory.Create(MeterNames.Worker);
        meter.CreateObservableGauge(
            "whales.queue.messages",
            () => _series.Values.SelectMany(static s => new[]
            {
                new Measurement<double>(s.Ready, [.. s.Tags, Ready]), new Measurement<double>(s.Held, [.. s.Tags, Held]),
            }),
            "{message}",
            "Messages in the lane's queue: ready for any worker, and held by this one.");
        meter.CreateObservableGauge(
            "whales.queue.drain_rate", () => _series.Values.Select(static s => new Measurement<double>(s.Rate.PerSecond(), s.Tags)), null,
            "Photos of the lane that this worker got done with, a second, in the last minute.");
        meter.CreateObservableGauge(
            "whales.queue.expected_drain", () => _series.Values.Select(static s => new Measurement<double>(s.ExpectedSeconds(), s.Tags)), "s",
            "Until the lane's queue is empty if nothing more comes, all its workers as fast as this one.");
    }

    /// <summary>Models whose queues are watched.</summary>
    public IReadOnlyList<string> Models => [.. _series.Keys.Select(key => key.Model).Distinct()];

    /// <summary>The model is to be served: what lies in its queues is told from now on, also while it is not loaded.</summary>
    public void Declare(string model) => Add(model, double.NaN);

    /// <summary>The model's queues are open.</summary>
    /// <param name="model">The model.</param>
    /// <param name="secondsPerPhoto">By its warm-up; stands in for a rate before the first photos.</param>
    public void Serve(string model, double secondsPerPhoto) => Add(model, secondsPerPhoto);

    /// <summary>A photo was taken from its queue; <see cref="Done"/> must follow once.</summary>
    public void Took(string model, Lane lane) => Find(model, lane)?.Hold(1);

    /// <summary>This worker is done with it.</summary>
    public void Done(string model, Lane lane)
    {
        if (Find(model, lane) is not { } series)
            return;
        series.Hold(-1);
        series.Rate.Add();
    }

    /// <summary>What was last heard of the queues.</summary>
    public void Heard(IEnumerable<QueueDepth> depths)
    {
        foreach (var depth in depths)
            Find(depth.Model, depth.Lane)?.Heard(depth);
    }

    private void Add(string model, double secondsPerPhoto)
    {
        foreach (var lane in Enum.GetValues<Lane>())
            _series.GetOrAdd((model, lane), static (key, time) => new LaneSeries(key.Model, key.Lane, time), _time).SecondsPerPhoto = secondsPerPhoto;
    }

    private LaneSeries? Find(string model, Lane lane) => _series.GetValueOrDefault((model, lane));

    private sealed class LaneSeries(string model, Lane lane, TimeProvider time)
    {
        private int _held;
        private QueueDepth _depth;

        public KeyValuePair<string, object?>[] Tags { get; } = [new("model", model), new("lane", lane == Lane.Bulk ? "bulk" : "interactive")];

        public SlidingRate Rate { get; } = new(time);

        /// <summary>NaN while the model is not loaded: nobody can say how long its photos will wait, and the page leaves the series out.</summary>
        public double SecondsPerPhoto { get; set; }

        public int Held => Math.Max(0, Volatile.Read(ref _held));

        public long Ready => Math.Max(0, _depth.HeldIncluded ? _depth.Messages - Held : _depth.Messages);

        public void Hold(int change) => Interlocked.Add(ref _held, change);

        public void Heard(QueueDepth depth) => _depth = depth;

        public double ExpectedSeconds()
        {
            var waiting = Ready + Held;
            if (waiting == 0)
                return 0;
            var rate = Rate.PerSecond();
            return waiting / ((rate > 0 ? rate : 1 / SecondsPerPhoto) * Math.Max(1, _depth.Consumers));
        }
    }
}
