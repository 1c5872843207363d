using Microsoft.Extensions.DependencyInjection;
using Whales.Hosting.Metrics;

namespace Whales.Hosting.Tests.Metrics;

public sealed class StoreMetricsTests : IDisposable
{
    private const string Count = "whales_store_operation_duration_seconds_count";

    private readonly ServiceProvider _services = new ServiceCollection().AddWhalesMetrics().BuildServiceProvider();
    private readonly MetricsPage _page;
    private readonly StoreMetrics.StoreTimer _timer;

    public StoreMetricsTests()
    {
        _page = _services.GetRequiredService<MetricsPage>();
        _timer = _services.GetRequiredService<StoreMetrics>().Of("images", "read", "commit");
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Of_Operations_AreThereBeforeTheFirst()
    {
        Assert.Contains($"{Count}{{operation=\"commit\",outcome=\"failed\",store=\"images\"}} 0\n", _page.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Measure_ResultAndFailure_AreCountedApart()
    {
        Assert.Equal(7, await _timer.MeasureAsync("read", () => Task.FromResult(7)));
        await Assert.ThrowsAsync<IOException>(() => _timer.MeasureAsync<int>("read", () => throw new IOException()));

        Assert.Contains($"{Count}{{operation=\"read\",outcome=\"ok\",store=\"images\"}} 1\n", _page.Read(), StringComparison.Ordinal);
        Assert.Contains($"{Count}{{operation=\"read\",outcome=\"failed\",store=\"images\"}} 1\n", _page.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Measure_WhoeverAskedGaveUp_IsNotCounted()
    {
        await Assert.ThrowsAsync<OperationCanceledException>(() => _timer.MeasureAsync<int>("read", () => throw new OperationCanceledException()));

        Assert.Contains($"{Count}{{operation=\"read\",outcome=\"failed\",store=\"images\"}} 0\n", _page.Read(), StringComparison.Ordinal);
    }
}
