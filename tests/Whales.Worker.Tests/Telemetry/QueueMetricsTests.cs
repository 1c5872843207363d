using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Worker.Telemetry;
using Whales.Worker.Tests.Batching;

namespace Whales.Worker.Tests.Telemetry;

public sealed class QueueMetricsTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly ServiceProvider _services;
    private readonly QueueMetrics _metrics;

    public QueueMetricsTests()
    {
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _metrics = new QueueMetrics(_services.GetRequiredService<IMeterFactory>(), _clock);
        _metrics.Serve("fast", secondsPerPhoto: 0.1);
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Gauges_NothingWaits_AreThereAtZero()
    {
        Assert.Equal(0, Read("whales.queue.messages", "bulk", "ready"));
        Assert.Equal(0, Read("whales.queue.messages", "interactive", "unacked"));
        Assert.Equal(0, Read("whales.queue.drain_rate", "interactive"));
        Assert.Equal(0, Read("whales.queue.expected_drain", "bulk"));
    }

    [Fact]
    public void Messages_OfABroker_AreItsReadyOnesAndOurHeldOnes()
    {
        _metrics.Heard([new QueueDepth("fast", Lane.Bulk, 100, Consumers: 2, HeldIncluded: false)]);
        _metrics.Took("fast", Lane.Bulk);

        Assert.Equal(100, Read("whales.queue.messages", "bulk", "ready"));
        Assert.Equal(1, Read("whales.queue.messages", "bulk", "unacked"));
        Assert.Equal(0, Read("whales.queue.messages", "interactive", "unacked"));
        // Two workers of 0.1 s a photo.
        Assert.Equal(101 / 20.0, Read("whales.queue.expected_drain", "bulk"), 6);
    }

    [Fact]
    public void Messages_OfTheJobTable_AreWithoutTheHeldOnes()
    {
        _metrics.Took("fast", Lane.Interactive);
        _metrics.Heard([new QueueDepth("fast", Lane.Interactive, 5, Consumers: 1, HeldIncluded: true)]);

        Assert.Equal(4, Read("whales.queue.messages", "interactive", "ready"));
        Assert.Equal(1, Read("whales.queue.messages", "interactive", "unacked"));
    }

    [Fact]
    public void DrainRate_PhotosAreDone_IsThatOfTheLastMinute()
    {
        _metrics.Heard([new QueueDepth("fast", Lane.Bulk, 80, Consumers: 1, HeldIncluded: false)]);
        for (var i = 0; i < 120; i++)
        {
            _metrics.Took("fast", Lane.Bulk);
            _metrics.Done("fast", Lane.Bulk);
            _clock.Advance(TimeSpan.FromSeconds(0.25));
        }

        Assert.Equal(4, Read("whales.queue.drain_rate", "bulk"), 0.2);
        Assert.Equal(20, Read("whales.queue.expected_drain", "bulk"), 1.0);
        _clock.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(0, Read("whales.queue.drain_rate", "bulk"));
    }

    [Fact]
    public void Took_ModelThatIsNotServedHere_IsIgnored()
    {
        _metrics.Took("other", Lane.Bulk);
        _metrics.Done("other", Lane.Bulk);

        Assert.Equal(["fast"], _metrics.Models);
    }

    [Fact]
    public void Declare_ModelIsNotLoadedYet_ItsQueuesAreToldAndItsTimeIsNot()
    {
        _metrics.Declare("slow");
        Assert.Equal(0, Read("whales.queue.expected_drain", "bulk", model: "slow"));

        _metrics.Heard([new QueueDepth("slow", Lane.Bulk, 80, Consumers: 1, HeldIncluded: false)]);

        Assert.Equal(80, Read("whales.queue.messages", "bulk", "ready", model: "slow"));
        Assert.Equal(double.NaN, Read("whales.queue.expected_drain", "bulk", model: "slow"));
        _metrics.Serve("slow", secondsPerPhoto: 0.1);
        Assert.Equal(8, Read("whales.queue.expected_drain", "bulk", model: "slow"), 0.01);
    }

    private double Read(string instrument, string lane, string? state = null, string model = "fast")
    {
        double? read = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (found, self) =>
        {
            if (found.Name == instrument && found.Meter.Scope == _services.GetRequiredService<IMeterFactory>())
                self.EnableMeasurementEvents(found);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            var all = tags.ToArray();
            if (all.Contains(new("model", model)) && all.Contains(new("lane", lane)) && (state is null || all.Contains(new("state", state))))
                read = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return read ?? throw new InvalidOperationException($"There is no {instrument} of {lane} {state}.");
    }
}
