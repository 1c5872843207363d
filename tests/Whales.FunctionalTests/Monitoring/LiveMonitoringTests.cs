using System.Collections.Concurrent;
using System.Net;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Images;
using Whales.Testing.Monitoring;

namespace Whales.FunctionalTests.Monitoring;

/// <summary>
/// A real Prometheus with our rules on a running system: every panel's query and every selector of every rule has an answer. This finds
/// names and labels that hosts and dashboards do not agree on, which shows nowhere else before an alert fails to fire.
/// </summary>
public sealed class LiveMonitoringTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Standalone_AtWork_AnswersEveryPanelAndRule()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel, new Dictionary<string, string?>
        {
            // With these it is the notifier too.
            ["Notifier__SqliteFile"] = _folder.Path("notifier.db"),
            ["Notifier__WebhookToken"] = NotifierProcess.Token,
        });
        await using var alertmanager = await AlertmanagerServer.StartAsync(AlertmanagerServer.OurRoutesTo(system.Host.Url, NotifierProcess.Token));
        await using var prometheus = await PrometheusServer.StartAsync(
            new Dictionary<string, Uri> { ["api"] = system.Host.Url, ["alertmanager"] = alertmanager.Url }, workers: []);

        await AssertAnsweredAsync("standalone", prometheus, system.Client);
        await AssertPagesAreCleanAsync(system.Host.Url);
    }

    [Fact]
    public async Task Distributed_AtWork_AnswersEveryPanelAndRule()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true);
        var worker = await cluster.StartWorkerAsync();
        await using var notifier = await NotifierProcess.StartAsync(cluster.Broker, _folder.Path("notifier.db"));
        await using var alertmanager = await AlertmanagerServer.StartAsync(AlertmanagerServer.OurRoutesTo(notifier.Url, NotifierProcess.Token));
        await using var prometheus = await PrometheusServer.StartAsync(
            new Dictionary<string, Uri>
            {
                ["api"] = cluster.Api.Url,
                ["notifier"] = notifier.Url,
                ["rabbitmq"] = cluster.PrivateBroker!.MetricsUri!,
                ["alertmanager"] = alertmanager.Url,
            },
            [worker.Url]);

        await AssertAnsweredAsync("distributed", prometheus, cluster.Client);
        await AssertPagesAreCleanAsync(cluster.Api.Url, worker.Url, notifier.Url);
    }

    private static async Task AssertAnsweredAsync(string system, PrometheusServer prometheus, ApiClient client)
    {
        var questions = MonitoringFiles.PanelQueries.Select(query => (What: query.ToString(), Ask: query.AsSent, query.AsSent))
            .Concat(from rule in MonitoringFiles.Rules
                    from selector in PromQl.Selectors(rule.Expression)
                    select (What: $"{rule}: {selector}", Ask: selector, AsSent: selector))
            .Where(question => PromQl.Selectors(question.Ask).All(selector => Unanswered.Why(selector, system) is null))
            .DistinctBy(question => question.Ask)
            .ToDictionary(question => question.Ask, question => question.What);
        Assert.True(questions.Count > 100, $"Only {questions.Count} questions are left: unanswered.tsv leaves out too much.");

        using var stop = new CancellationTokenSource();
        var photos = KeepWorkingAsync(client, stop.Token);
        var open = new ConcurrentDictionary<string, string>(questions);
        try
        {
            await Eventually.UntilAsync(
                async () =>
                {
                    foreach (var question in open.Keys)
                    {
                        if ((await prometheus.QueryAsync(question)).Count > 0)
                            open.TryRemove(question, out _);
                    }

                    return open.IsEmpty || photos.IsCompleted;
                },
                Patience,
                () => $"an answer to {open.Count} of {questions.Count} questions:\n{string.Join('\n', open.Values)}");
        }
        finally
        {
            await stop.CancelAsync();
            await photos;
        }

        Assert.Empty(open);
        Assert.Empty(await prometheus.BrokenRulesAsync());
    }

    /// <summary>Photos of every kind, again and again: rates have no value over what stands still.</summary>
    private static async Task KeepWorkingAsync(ApiClient client, CancellationToken stop)
    {
        var broken = TestPhotos.Truncated(TestPhotos.Jpeg());
        while (!stop.IsCancellationRequested)
        {
            var named = await client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel);
            await client.IdentifyAsync(TestPictures.Blue, TestPictures.QuickModel);
            Assert.Equal(IdentificationStatus.Failed, (await client.IdentifyAsync(broken, TestPictures.QuickModel)).Status);
            await client.FinishedAsync(named.Id);
            using var missing = await client.Http.GetAsync(new Uri($"v1/identifications/{Guid.CreateVersion7()}", UriKind.Relative), CancellationToken.None);
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }
    }

    private static async Task AssertPagesAreCleanAsync(params Uri[] hosts)
    {
        using var http = new HttpClient();
        foreach (var host in hosts)
            await Promtool.AcceptsAsync(await http.GetStringAsync(new Uri(host, "metrics")), host.AbsoluteUri);
    }
}
