using Whales.Contracts;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using static Whales.Notifier.Tests.Messages.Rendering;

namespace Whales.Notifier.Tests.Messages;

public sealed class OtherMessageTests
{
    private static readonly DateTimeOffset Begin = Now.AddMinutes(-5);

    public static TheoryData<string> Codes() => [.. FailureCodes.All];

    [Fact]
    public void Render_Failures_SayHowManyWhatItMeansWhatToDoAndOne()
    {
        var text = Text(Failures(FailureCodes.ImageMissing) with { Count = 12, Last = Begin.AddMinutes(4) });

        Assert.Equal(
            """
            🔥 Critical: resnet101 · 12 photos failed: image_missing
            The photo was accepted and is not in the image store any more.
            What to do: Check that API and workers use the same image store, and its disk. Put the photos back, then retry the failed ones.
            Between 04:10 UTC and 04:14 UTC
            Example: 01a201ad-24c7 on worker-2
            It is gone.
            """,
            text);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Render_EachFailureCode_HasItsOwnWordsInBothLanguages(string code)
    {
        foreach (var reader in (Reader[])[Reader.Default, Russian])
        {
            var others = FailureCodes.All.Where(other => other != code).Select(other => Text(Failures(other), reader).Split('\n')[1]);
            var lines = Text(Failures(code), reader).Split('\n');

            Assert.Contains(code, lines[0], StringComparison.Ordinal);
            Assert.DoesNotContain(lines[1], others);
            Assert.Matches("^(What to do|Что делать): .{20,}", lines[2]);
        }
    }

    [Theory]
    [InlineData(1, "1 фотография не обработана")]
    [InlineData(3, "3 фотографии не обработаны")]
    [InlineData(11, "11 фотографий не обработано")]
    [InlineData(21, "21 фотография не обработана")]
    [InlineData(112, "112 фотографий не обработано")]
    public void Render_FailuresInRussian_AreCountedInRussian(int count, string expected) =>
        Assert.Contains(expected, FirstLine(Failures(FailureCodes.InferenceError) with { Count = count }, Russian), StringComparison.Ordinal);

    [Theory]
    [InlineData("Boom\n   at Whales.Worker.Run() in /src/X.cs:line 7", "Boom")]
    [InlineData("Boom   at Whales.Worker.Run() in /src/X.cs:line 7", "Boom")]
    [InlineData("   at Whales.Worker.Run()\nBoom", "Boom")]
    [InlineData("No file /home/maria/survey/1.jpg", "No file /home/[…]/survey/1.jpg")]
    [InlineData("Seen at 44.51234, -63.88765 by maria@example.org", "Seen at […] by […]")]
    [InlineData("Seen at 44°30'12\"N", "Seen at […]")]
    [InlineData("amqp://whales:secret@rabbit:5672/ closed", "amqp://[…]@rabbit:5672/ closed")]
    [InlineData("data /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYG", "data […]")]
    public void Render_SampleOfAFailure_ShowsItsFirstLineAndNothingPrivate(string said, string shown)
    {
        var text = Text(Failures(FailureCodes.InternalError) with { Sample = new FailureSample("id", said) });

        Assert.EndsWith($"Example: id\n{shown}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_DigestOf500_IsOneMessageByKind()
    {
        var entries = Enumerable.Range(0, 480).Select(number => new DigestEntry(Severity.Critical, AlertStatus.Firing, "QueueHasNoConsumers", $"model_{number % 7}", 1))
            .Append(new DigestEntry(Severity.Warning, AlertStatus.Resolved, "HighCPUUsage", "host", 20)).ToList();

        var text = Text(new Digest { Since = Now.AddMinutes(-1), Entries = entries });

        Assert.StartsWith("🔥 Critical: Storm: 500 notices in 1 min\n480 firing, 20 over · since 04:14 UTC (1 min)\n", text, StringComparison.Ordinal);
        Assert.Contains("\n🔥 QueueHasNoConsumers ×480: model_0, model_1, model_2 and 4 more\n", text, StringComparison.Ordinal);
        Assert.Contains("\n✅ HighCPUUsage ×20: host\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_DigestOf500DifferentNames_FitsAndSaysHowManyMore()
    {
        var entries = Enumerable.Range(0, 500).Select(number => new DigestEntry(Severity.Warning, AlertStatus.Firing, $"Alert{number}" + new string('x', 90), "host", 1)).ToList();

        Assert.Contains("… and 480 more kinds", Text(new Digest { Since = Begin, Entries = entries }), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Heartbeat_SaysThatMonitoringIsBlindAndForHowLongItWas()
    {
        Assert.StartsWith("🔥 Critical: Monitoring is blind: no heartbeat for 5 min\n", Text(new HeartbeatLost(Begin)), StringComparison.Ordinal);
        Assert.EndsWith("Last seen 04:10 UTC", Text(new HeartbeatLost(Begin)), StringComparison.Ordinal);
        Assert.StartsWith("🔥 Critical: Monitoring is still blind", Text(new HeartbeatLost(Begin, Again: true)), StringComparison.Ordinal);
        Assert.StartsWith("🔥 Критично: Мониторинг ослеп: пульса ещё не было ни разу", Text(new HeartbeatLost(null), Russian), StringComparison.Ordinal);
        Assert.StartsWith("✅ The heartbeat is back: monitoring was blind for 5 min\nFrom 04:10 UTC to 04:15 UTC", Text(new HeartbeatReturned(Begin, Now)), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Day_SaysModelsAlertsAndWhatIsNotKnown()
    {
        var day = new DailySummary
        {
            From = Now.AddDays(-1),
            To = Now,
            Models = [new ModelDay("resnet101", new Dictionary<string, long> { ["identified"] = 1200, ["unknown_individual"] = 1, ["failed"] = 3, ["canceled"] = 0 }, 19.25)],
            Alerts = [new DigestEntry(Severity.Warning, AlertStatus.Resolved, "HighCPUUsage", "host", 2)],
            DeadLetters = 1,
        };

        Assert.Contains(
            "\nresnet101: 1204 photos, 1200 identified, 1 animal not known, 3 failed, slowest about 19 s\nThe API did not tell how many photos wait.\n1 dead letter waits.\n", Text(day), StringComparison.Ordinal);
        Assert.Contains("\nPrometheus did not tell the figures of the models.\n", Text(day with { Models = null }), StringComparison.Ordinal);
        Assert.Contains("\n2 photos wait.\nNobody told how many dead letters wait.\n", Text(day with { Waiting = 2, DeadLetters = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_AboutTheNotifierItself_NamesTheChat()
    {
        Assert.Contains("The chat ops became a supergroup. Its new id is -100123", Text(new OperatorNotice(OperatorNoticeKind.ChatMigrated, "ops", "-100123")), StringComparison.Ordinal);
        Assert.Contains("Чат ops", Text(new OperatorNotice(OperatorNoticeKind.ChatMigrated, "ops", "-100123"), Russian), StringComparison.Ordinal);
        Assert.Contains("Test: messages arrive here", Text(new TestNotice()), StringComparison.Ordinal);
    }

    private static FailureSummary Failures(string code) => new()
    {
        Type = FailureType.IdentificationFailed,
        Model = "resnet101",
        Reason = code,
        Count = 1,
        Since = Begin,
        Sample = new FailureSample("01a201ad-24c7", "It is gone.", "worker-2"),
    };
}
