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
        await File.WriteAllTextAsync(English, "# ours\nseverity.warning = Look at <this>\n");
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Messages__WordingFolder"] = _folder, ["Messages__WordingInterval"] = "00:00:00.1" });
        await notifier.AcceptAsync(Payloads.Firing("First"));
        await ToldAsync("⚠️ Look at &lt;this&gt;: First");

        await File.WriteAllTextAsync(English, "severity.warning = Beware of {nothing}\n");
        await notifier.Process.WaitForOutputAsync("has {nothing}, but nothing is filled in there", RunningNotifier.Patience);
        await Eventually.UntilAsync(async () => await notifier.MetricAsync(Current("en")) == 0, RunningNotifier.Patience, () => "the metric says it");
        Assert.Equal(1, await notifier.MetricAsync(Current("ru")));
        var (status, health) = await notifier.ReadyAsync();
        Assert.Equal(200, status);
        Assert.Contains("has {nothing}, but nothing is filled in there", health, StringComparison.Ordinal);
        await notifier.AcceptAsync(Payloads.Firing("Second"));
        await ToldAsync("⚠️ Look at &lt;this&gt;: Second");

        await File.WriteAllTextAsync(English, "severity.warning = Beware\n");
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

    private static string Current(string language) => $"whales_notifier_wording_current{{language=\"{language}\"}}";
}
