using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Whales.Hosting.Metrics;
using Whales.Notifier.Alerts;
using Whales.Notifier.Daily;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Tests.Commands;
using Whales.Notifier.Tests.Messages;
using Whales.Testing;

namespace Whales.Notifier.Tests.Daily;

/// <summary>The day's message, by a clock that the test sets, with a Prometheus and an API of its own.</summary>
public sealed class DailyDigestTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 21, 20, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("whales-daily-").FullName;
    private readonly SetTime _clock = new(Evening);
    private WebApplication? _others;
    private string? _url;

    [Fact]
    public async Task Look_AtTheHourOfTheChat_TellsTheDayOnce()
    {
        await StartOthersAsync();
        await using (var host = Host())
        {
            await host.Services.GetRequiredService<AlertIntake>().AcceptAsync("default", Rendering.Group(Rendering.Alert()) with { GroupKey = "early" });
            Assert.Empty(await LookAsync(host, Evening));
            await host.Services.GetRequiredService<AlertIntake>().AcceptAsync("default", Rendering.Group(Rendering.Alert("HighCPUUsage", "warning")));
            // 08:00 in Lisbon and UTC; 05:00 UTC is 08:00 in Moscow.
            Assert.Empty(await LookAsync(host, Evening.AddHours(8.9)));
            Assert.Equal(["moscow"], (await LookAsync(host, Evening.AddHours(9))).Select(card => card.Chat));
            Assert.Equal(["moscow"], (await LookAsync(host, Evening.AddHours(11.9))).Select(card => card.Chat));
            Assert.Equal(["moscow", "ops"], (await LookAsync(host, Evening.AddHours(12))).Select(card => card.Chat));
        }

        // Another process, the same store.
        await using var successor = Host();
        var told = await LookAsync(successor, Evening.AddHours(12.1));
        Assert.Equal(["moscow", "ops"], told.Select(card => card.Chat));

        var day = Assert.IsType<DailySummary>(told.Single(card => card.Chat == "ops").Notice);
        Assert.Equal((Evening.AddHours(-12), Evening.AddHours(12)), (day.From, day.To));
        var models = day.Models!;
        Assert.Equal(["resnet101", "efficientnet_v1"], models.Select(model => model.Model));
        Assert.Equal(new Dictionary<string, long> { ["identified"] = 120, ["failed"] = 3 }, models[0].Outcomes);
        Assert.Equal(30, models[0].WorstSeconds);
        Assert.Null(models[1].WorstSeconds);
        Assert.Equal((12L, 3L), (day.Waiting!.Value, day.DeadLetters!.Value));
        Assert.Equal(["CriticalInferenceTime", "HighCPUUsage"], day.Alerts.Select(alert => alert.Name).Order());

        Assert.Equal(4, (await LookAsync(successor, Evening.AddHours(36))).Count);
    }

    [Fact]
    public async Task Look_WithAKeyThatMayNotOperate_TellsTheDeadLettersOfTheBroker()
    {
        await StartOthersAsync();
        await using var host = Host(key: "another");
        await LookAsync(host, Evening);

        var day = (DailySummary)(await LookAsync(host, Evening.AddHours(12))).Single(card => card.Chat == "ops").Notice!;

        Assert.Equal((12L, 4L), (day.Waiting!.Value, day.DeadLetters!.Value));
    }

    [Fact]
    public async Task Look_WhoDoesNotAnswer_IsSaid()
    {
        await using var host = Host(prometheus: $"http://127.0.0.1:{FreePort.Next()}");
        await LookAsync(host, Evening);

        var day = (DailySummary)(await LookAsync(host, Evening.AddHours(12))).Single(card => card.Chat == "ops").Notice!;

        Assert.Equal((null, null, null), (day.Models, day.Waiting, day.DeadLetters));
        var text = Rendering.Text(day);
        Assert.Contains("Prometheus did not tell", text, StringComparison.Ordinal);
        Assert.Contains("The API did not tell how many photos wait.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(7, 0)]
    public async Task Look_AfterATimeAway_TellsItLateOrNotAtAll(double late, int expected)
    {
        await using (var host = Host())
            await LookAsync(host, Evening);

        await using var successor = Host();
        Assert.Equal(expected, (await LookAsync(successor, Evening.AddHours(12 + late))).Count(card => card.Chat == "ops"));
        Assert.Equal(expected + 1, (await LookAsync(successor, Evening.AddHours(36))).Count(card => card.Chat == "ops"));
    }

    [Theory]
    // The night in which Lisbon's clocks go from 01:00 to 02:00, and the one in which 01:30 comes twice.
    [InlineData("2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("2026-10-25T00:29:00Z", "2026-10-25T00:30:00Z")]
    public async Task Look_InANightWithAnotherHour_TellsItOnce(string before, string due)
    {
        var (early, at) = (DateTimeOffset.Parse(before, null), DateTimeOffset.Parse(due, null));
        await using var host = Host(at: "01:30", zone: "Europe/Lisbon");
        await LookAsync(host, early.AddHours(-20));
        Assert.DoesNotContain(await LookAsync(host, early), card => card.Chat == "ops");

        foreach (var hours in (double[])[0, 0.5, 1, 1.5, 3])
            Assert.Single(await LookAsync(host, at.AddHours(hours)), card => card.Chat == "ops");
    }

    public async ValueTask DisposeAsync()
    {
        if (_others is not null)
            await _others.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <returns>All the day's messages that there are then, by chat.</returns>
    private async Task<IReadOnlyList<Card>> LookAsync(WebApplication host, DateTimeOffset now)
    {
        _clock.Now = now;
        await host.Services.GetServices<IHostedService>().OfType<DailyDigest>().Single().LookAsync(TestContext.Current.CancellationToken);
        var store = host.Services.GetRequiredService<NotifierStore>();
        return await store.RunAsync(session => CardTable.NoticesBetween(session, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue).OrderBy(card => card.Chat, StringComparer.Ordinal).ToList());
    }

    private WebApplication Host(string? prometheus = null, string at = "08:00", string zone = "UTC", string key = "key-of-the-test")
    {
        var builder = WebApplication.CreateBuilder(
        [
            $"--Notifier:SqliteFile={Path.Combine(_folder, "notifier.db")}", "--Telegram:Chats:ops:Id=-1", $"--Telegram:Chats:ops:DailyAt={at}", $"--Telegram:Chats:ops:TimeZone={zone}",
            "--Telegram:Chats:moscow:Id=-2", "--Telegram:Chats:moscow:DailyAt=08:00", "--Telegram:Chats:moscow:TimeZone=Europe/Moscow", "--Telegram:Chats:quiet:Id=-3",
            $"--Daily:PrometheusUrl={prometheus ?? _url}", $"--Commands:ApiUrl={prometheus ?? _url}", $"--Commands:ApiKey={key}", "--urls=http://127.0.0.1:0",
        ]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(_clock).AddSingleton<KnownSeries>();
        builder.AddNotifier();
        return builder.Build();
    }

    /// <summary>What Prometheus and the API answer.</summary>
    private async Task StartOthersAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _url = $"http://127.0.0.1:{FreePort.Next()}";
        builder.WebHost.UseUrls(_url);
        _others = builder.Build();
        _others.MapGet("/api/v1/query", (string query) => Results.Text(
            query.Contains("whales_results_total", StringComparison.Ordinal)
                ? Series(("\"model\":\"efficientnet_v1\",\"outcome\":\"identified\"", "20.02"), ("\"model\":\"resnet101\",\"outcome\":\"identified\"", "119.8"), ("\"model\":\"resnet101\",\"outcome\":\"failed\"", "3"), ("\"model\":\"idle\",\"outcome\":\"identified\"", "0"))
                : query.Contains("rabbitmq", StringComparison.Ordinal) ? Series(("", "4"))
                : Series(("\"model\":\"resnet101\"", "30"), ("\"model\":\"efficientnet_v1\"", "NaN")),
            "application/json"));
        _others.MapGet("/v1/models", () => Results.Text("""[{"name":"resnet101","version":"1","tier":"accurate","state":"ready","workers":1,"waiting":{"interactive":2,"bulk":10}}]""", "application/json"));
        _others.MapGet("/v1/dead-letters", (HttpContext http, string? cursor) => http.Request.Headers["X-Api-Key"] != "key-of-the-test" ? Results.StatusCode(401) : Results.Text(
            cursor is null ? $$"""{"items":[{{Letter}},{{Letter}}],"nextCursor":"a b"}""" : $$"""{"items":[{{Letter}}]}""", "application/json"));
        await _others.StartAsync();

        static string Series(params (string Labels, string Value)[] series) =>
            "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" + string.Join(',', series.Select(one => $"{{\"metric\":{{{one.Labels}}},\"value\":[1,\"{one.Value}\"]}}")) + "]}}";
    }

    private const string Letter =
        """{"id":"01a201ad-24c7-7830-bf11-1f8683e8021b","queue":"identify-whale.resnet101","receivedAt":"2026-11-21T00:00:00Z","reason":"no JSON","headers":{},"bytes":3,"truncated":false}""";
}
