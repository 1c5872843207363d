using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Whales.Hosting.Metrics;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;
using Whales.Notifier.Telemetry;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Phrases;

/// <summary>An operator's words, as the running notifier takes them.</summary>
public sealed class WordingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("whales-wording-").FullName;

    private string English => Path.Combine(_folder, "en.txt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task File_ThatChanges_ChangesTheWordsAndWithAMistakeKeepsThem()
    {
        await WriteAsync("# ours\nseverity.warning = Look at <this>\n");
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Messages__WordingFolder"] = _folder, ["Messages__WordingInterval"] = "00:00:00.1" });
        await notifier.AcceptAsync(Payloads.Firing("First"));
        await ToldAsync("⚠️ Look at &lt;this&gt;: First");

        await WriteAsync("severity.warning = Beware of {nothing}\n");
        await notifier.Process.WaitForOutputAsync("has {nothing}, but nothing is filled in there", RunningNotifier.Patience);
        await Eventually.UntilAsync(async () => await notifier.MetricAsync(Current("en")) == 0, RunningNotifier.Patience, () => "the metric says it");
        Assert.Equal(1, await notifier.MetricAsync(Current("ru")));
        var (status, health) = await notifier.ReadyAsync();
        Assert.Equal(200, status);
        Assert.Contains("has {nothing}, but nothing is filled in there", health, StringComparison.Ordinal);
        await notifier.AcceptAsync(Payloads.Firing("Second"));
        await ToldAsync("⚠️ Look at &lt;this&gt;: Second");

        await WriteAsync("severity.warning = Beware\n");
        await Eventually.UntilAsync(async () => await notifier.MetricAsync(Current("en")) == 1, RunningNotifier.Patience, () => "the file is good again");
        await notifier.AcceptAsync(Payloads.Firing("Third"));
        await ToldAsync("⚠️ Beware: Third");

        File.Delete(English);
        await notifier.Process.WaitForOutputAsync("0 phrases of its own", RunningNotifier.Patience);
        await notifier.AcceptAsync(Payloads.Firing("Fourth"));
        await ToldAsync("⚠️ Warning: Fourth");

        Task ToldAsync(string words) => Eventually.UntilAsync(
            () => telegram.Messages.Any(message => message.Text.Contains(words, StringComparison.Ordinal)), RunningNotifier.Patience, words);
    }

    [Fact]
    public async Task File_HalfWritten_IsWaitedFor()
    {
        using var services = new ServiceCollection().AddMetrics().AddSingleton<KnownSeries>().AddSingleton<TimeProvider>(TimeProvider.System).AddSingleton<NotifierMetrics>()
            .BuildServiceProvider();
        var wording = new Wording();
        using var loader = new WordingLoader(
            wording, Options.Create(new MessageOptions { WordingFolder = _folder }), services.GetRequiredService<NotifierMetrics>(), TimeProvider.System, NullLogger<WordingLoader>.Instance);
        await WriteAsync("severity.warning = Look\nseverity.critical = Run\n");
        Assert.Equal(("Look", "Run"), Next());

        // As an editor leaves it while it writes, and as it leaves it at the end.
        await WriteAsync("");
        Assert.Equal(("Look", "Run"), Next());
        await WriteAsync("severity.warning = Beware\n");
        Assert.Equal(("Look", "Run"), Next());
        await WriteAsync("severity.warning = Beware\nseverity.critical = {nothing}\n");
        Assert.Equal(("Look", "Run"), Next());
        Assert.Empty(loader.Problems);
        Assert.Equal(("Look", "Run"), Next());
        Assert.Single(loader.Problems);
        await WriteAsync("severity.warning = Beware\nseverity.critical = Fly\n");
        Assert.Equal(("Look", "Run"), Next());
        Assert.Single(loader.Problems);
        Assert.Equal(("Beware", "Fly"), Next());
        Assert.Empty(loader.Problems);

        (string Warning, string Critical) Next()
        {
            loader.Look();
            var words = wording.Messages(Language.English);
            return (words.SeverityWord(Severity.Warning), words.SeverityWord(Severity.Critical));
        }
    }

    /// <summary>Whole at once, as editors that care do it.</summary>
    private async Task WriteAsync(string words)
    {
        var beside = English + ".new";
        await File.WriteAllTextAsync(beside, words);
        File.Move(beside, English, overwrite: true);
    }

    private static string Current(string language) => $"whales_notifier_wording_current{{language=\"{language}\"}}";
}
