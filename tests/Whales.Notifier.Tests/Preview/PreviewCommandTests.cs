using Whales.Notifier.Preview;
using Whales.Notifier.Tests.Alerts;
using Whales.Testing;

namespace Whales.Notifier.Tests.Preview;

public sealed class PreviewCommandTests
{
    [Fact]
    public async Task Run_WebhookBody_ShowsTextMarkupAndButtons()
    {
        var (code, text) = await RunAsync(AlertmanagerPayloadParserTests.Real, "-", "--at", "2026-11-22T04:01:30Z");

        Assert.Equal(0, code);
        Assert.Contains("-- part 1 of 1, ", text, StringComparison.Ordinal);
        Assert.Contains("🔥 Critical: CriticalInferenceTime · resnet101 · a <b>&amp; c\nSince 02:01 UTC, for 2 h", text, StringComparison.Ordinal);
        Assert.Contains("<b>🔥 Critical: CriticalInferenceTime · resnet101 · a &lt;b&gt;&amp;amp; c</b>", text, StringComparison.Ordinal);
        Assert.Contains("[ 🔇 1 h ]  [ 🔇 4 h ]  [ 🔇 24 h ]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TheSampleOfTheDocuments_IsShown()
    {
        var (code, text) = await RunAsync("", Path.Combine(Repository.Root, "requests", "alert.json"), "--grafana", "http://127.0.0.1:3001");

        Assert.Equal(0, code);
        Assert.Contains("🔥 Critical: CriticalInferenceTime · resnet101: inference takes 19.2s\n", text, StringComparison.Ordinal);
        Assert.Contains("Dashboard: http://127.0.0.1:3001/d/whales-models?from=", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LanguageAndZone_AreTheReaders()
    {
        var (_, text) = await RunAsync(AlertmanagerPayloadParserTests.Real, "-", "--language", "ru", "--zone", "Europe/Moscow", "--at", "2026-11-22T04:01:30Z");

        Assert.Contains("С 05:01 UTC+3, уже 2 ч", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RecordedRequest_ShowsItsBody() =>
        Assert.Contains("CriticalInferenceTime", (await RunAsync($$"""{"path":"/webhook","body":{{AlertmanagerPayloadParserTests.Real}}}""", "-")).Text, StringComparison.Ordinal);

    [Fact]
    public async Task Run_Notice_ShowsIt()
    {
        var (code, text) = await RunAsync("""{"lastSeen":"2026-11-22T04:00:00Z","notice":"heartbeat_lost"}""", "-", "--at", "2026-11-22T04:06:00Z", "--markup");

        Assert.Equal(0, code);
        Assert.StartsWith("<b>🔥 Critical: Monitoring is blind: no heartbeat for 6 min</b>", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "version is missing")]
    [InlineData("nonsense", "neither a webhook body nor a notice")]
    [InlineData("""{"notice":"nobody knows"}""", "neither a webhook body nor a notice")]
    public async Task Run_WhatTheNotifierWouldRefuse_SaysWhy(string body, string expected)
    {
        var (code, text) = await RunAsync(body, "-");

        Assert.Equal(1, code);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("-", "--language", "xx")]
    [InlineData("-", "--zone", "Nowhere/Atall")]
    [InlineData("-", "--what")]
    public async Task Run_ArgumentsThatSayNothing_ShowsUsage(params string[] args)
    {
        var (code, text) = await RunAsync("{}", args);

        Assert.Equal(2, code);
        Assert.Contains("preview FILE", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Gallery_IsThePageThatThePictureWasMadeFrom()
    {
        var (_, page) = await RunAsync("", "--gallery");

        var committed = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "images", "notifications.html"), TestContext.Current.CancellationToken);
        Assert.True(page == committed, "The messages have changed: run scripts/notification-picture.sh and commit docs/images.");
        Assert.True(File.Exists(Path.Combine(Repository.Root, "docs", "images", "notifications.png")));
    }

    [Theory]
    [InlineData("en", "resolved = Resolved")]
    [InlineData("ru", "resolved = Прошло")]
    public async Task Run_Phrases_IsTheFileToBeginWith(string language, string expected)
    {
        var (code, text) = await RunAsync("", "--phrases", language);

        Assert.Equal(0, code);
        Assert.Contains("\n" + expected + "\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithWordsOfOnesOwn_ShowsThemOrWhatIsWrong()
    {
        var folder = Directory.CreateTempSubdirectory("whales-wording-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "en.txt"), "alert.since = Burning since {time}\n", TestContext.Current.CancellationToken);

        var (_, text) = await RunAsync(AlertmanagerPayloadParserTests.Real, "-", "--at", "2026-11-22T04:01:30Z", "--wording", folder);
        var (galleryCode, page) = await RunAsync("", "--gallery", "--wording", folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "en.txt"), "alert.since = Burning since {when}\n", TestContext.Current.CancellationToken);
        var (code, problems) = await RunAsync(AlertmanagerPayloadParserTests.Real, "-", "--wording", folder);
        Directory.Delete(folder, recursive: true);

        Assert.Contains("\nBurning since 02:01 UTC\n", text, StringComparison.Ordinal);
        Assert.Equal(0, galleryCode);
        Assert.Contains("\nBurning since 02:01 UTC\n", page, StringComparison.Ordinal);
        Assert.Equal(1, code);
        Assert.Equal("en.txt: alert.since has {when}, but there is {time}, {duration}.\n", problems);
    }

    private static async Task<(int Code, string Text)> RunAsync(string input, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var code = await PreviewCommand.RunAsync(args, new StringReader(input), output);
        return (code, output.ToString());
    }
}
