using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using static Whales.Notifier.Tests.Messages.Rendering;

namespace Whales.Notifier.Tests.Messages;

public sealed class AlertMessageTests
{
    private static readonly DateTimeOffset Ended = new(2026, 11, 22, 4, 15, 0, TimeSpan.Zero);

    [Fact]
    public void Render_OneAlert_SaysEverythingInTheFirstLine() =>
        Assert.Equal("🔥 Critical: CriticalInferenceTime · resnet101: inference takes 19.2s", FirstLine(Notice(Alert())));

    [Fact]
    public void Render_OneAlertForARussianReader_SaysItInRussian() =>
        Assert.Equal("🔥 Критично: CriticalInferenceTime · resnet101: inference takes 19.2s", FirstLine(Notice(Alert()), Russian));

    [Theory]
    [InlineData("warning", "⚠️ Warning: ")]
    [InlineData("info", "ℹ️ Info: ")]
    [InlineData("page", "🔥 Critical: ")]
    [InlineData("a word of their own", "⚠️ Warning: ")]
    public void Render_Severity_IsAnEmojiAndAWord(string severity, string start) =>
        Assert.StartsWith(start, FirstLine(Notice(Alert(severity: severity))), StringComparison.Ordinal);

    [Fact]
    public void Render_SummaryWithoutThePlace_NamesThePlaceToo() =>
        Assert.Equal("🔥 Critical: BrokerDown · rabbit:15692 · RabbitMQ does not answer", FirstLine(Notice(Alert("BrokerDown", model: "", instance: "rabbit:15692", summary: "RabbitMQ does not answer"))));

    [Fact]
    public void Render_NoSummary_NamesAlertAndPlace() =>
        Assert.Equal("🔥 Critical: CriticalInferenceTime · resnet101", FirstLine(Notice(Alert(summary: null))));

    [Fact]
    public void Render_ValueAnnotation_IsInTheFirstLineAndBelow()
    {
        var alert = Alert(summary: "resnet101 is slow");
        alert = alert with { Annotations = new Dictionary<string, string>(alert.Annotations) { ["value"] = "19.2 s" } };

        var text = Text(Notice(alert));

        Assert.EndsWith("resnet101 is slow · 19.2 s", text.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("\nValue: 19.2 s", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Firing_SaysSinceWhenDescriptionLabelsAndLinks()
    {
        var message = Renderer(grafana: new Uri("http://grafana.example:3001/")).Render(Notice(Alert()), Reader.Default);
        var parsed = TelegramHtml.Parse(message.Parts[0].Html);

        Assert.Contains("Mean inference time over the last 5 minutes", parsed.Text, StringComparison.Ordinal);
        Assert.Contains("Since 02:01 UTC, for 2 h 14 min", parsed.Text, StringComparison.Ordinal);
        Assert.Contains("component: worker\nmodel: resnet101\nseverity: critical", parsed.Text, StringComparison.Ordinal);
        Assert.EndsWith("Runbook · Dashboard · Query · Silence form", parsed.Text, StringComparison.Ordinal);
        Assert.Equal(
            [
                "https://whales.example/runbooks#criticalinferencetime",
                "http://grafana.example:3001/d/whales-models?from=1795309260000&to=now&var-model=resnet101",
                "http://prometheus:9090/graph?g0.expr=x&g0.tab=1",
            ],
            parsed.Addresses.Take(3));
        Assert.StartsWith("http://alertmanager.example:9093/#/silences/new?filter=%7Balertname%3D%22CriticalInferenceTime%22", parsed.Addresses[3], StringComparison.Ordinal);
        Assert.Contains("Runbook: https://whales.example/runbooks#criticalinferencetime", message.Parts[0].Plain, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_ReaderElsewhere_SaysTimesOfTheirClockAndTheDayWhenItIsAnother()
    {
        var reader = new Reader(Language.English, TimeZoneInfo.FindSystemTimeZoneById("America/St_Johns"));

        Assert.Contains("Since 21 Nov 22:31 UTC−3:30, for 8 h 29 min", Text(Notice(Alert()), reader, new DateTimeOffset(2026, 11, 22, 10, 30, 0, TimeSpan.Zero)), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Resolved_SaysHowLongItLastedAndHasNoButtons()
    {
        var message = Renderer(grafana: new Uri("http://g:3001")).Render(Notice(Alert(ended: Ended)) with { ButtonId = "b1" }, Reader.Default);
        var parsed = TelegramHtml.Parse(message.Parts[0].Html);

        Assert.StartsWith("✅ Resolved: CriticalInferenceTime · resnet101 · after 2 h 14 min\n", parsed.Text, StringComparison.Ordinal);
        Assert.Contains("From 02:01 UTC to 04:15 UTC", parsed.Text, StringComparison.Ordinal);
        Assert.Contains("&to=1795322700000&", parsed.Addresses[1], StringComparison.Ordinal);
        Assert.Empty(message.Keyboard);
    }

    [Fact]
    public void Render_ResolvedForARussianReader_SaysHowLongItLasted() =>
        Assert.Equal("✅ Прошло: CriticalInferenceTime · resnet101 · длилось 2 ч 14 мин", FirstLine(Notice(Alert(ended: Ended)), Russian));

    [Fact]
    public void Render_FiringAndResolvedInOneBody_AreToldApart()
    {
        var text = Text(Notice(Alert(model: "a", summary: "a: slow"), Alert(model: "b", summary: "b: slow"), Alert(model: "c", summary: "c: slow", ended: Ended)));

        Assert.StartsWith("🔥 Critical: CriticalInferenceTime · 2 alerts fire, 1 over\n", text, StringComparison.Ordinal);
        Assert.Contains("\n🔥 a: slow — since 02:01 UTC (2 h 14 min)\n", text, StringComparison.Ordinal);
        Assert.Contains("\n✅ c: slow — over after 2 h 14 min\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_AlertThatFiredBeforeAndIsMissingNow_IsShownAsOver()
    {
        var before = Group(Alert(model: "a", summary: "a: slow"), Alert(model: "b", summary: "b: slow"));

        var text = Text(new AlertNotice { Group = Group(Alert(model: "a", summary: "a: slow")), Previously = before });

        Assert.StartsWith("🔥 Critical: CriticalInferenceTime · 1 alert fires, 1 over\n", text, StringComparison.Ordinal);
        Assert.Contains("✅ b: slow — over", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_MoreAlertsThanListed_SaysHowManyMoreWithALink()
    {
        var group = Group([.. Enumerable.Range(0, 30).Select(number => Alert(instance: $"host-{number}", summary: $"host-{number}: slow"))]) with { TruncatedAlerts = 5 };

        var parsed = TelegramHtml.Parse(Renderer().Render(new AlertNotice { Group = group }, Reader.Default).Parts[0].Html);

        Assert.Contains("… and 25 more", parsed.Text, StringComparison.Ordinal);
        Assert.Contains("http://alertmanager.example:9093/#/alerts?filter=%7Balertname%3D%22CriticalInferenceTime%22%7D", parsed.Addresses);
        Assert.Equal(10, parsed.Text.Split('\n').Count(line => line.StartsWith("🔥 host-", StringComparison.Ordinal)));
    }

    [Fact]
    public void Render_AlertsWithoutATellingSummary_AreNamedByTheirOwnLabels()
    {
        var text = Text(Notice(Alert(instance: "a:1", summary: "slow"), Alert(instance: "b:1", summary: "slow")));

        Assert.Contains("🔥 instance=a:1 — since", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(250, 2000, true, false)]
    [InlineData(2500, 40, false, false)]
    public void Render_TooLong_DropsLabelListsThenDescriptionsThenAlerts(int description, int labels, bool keepsDescriptions, bool keepsLabels)
    {
        var alerts = Enumerable.Range(0, 9).Select(number =>
        {
            var alert = Alert(instance: $"host-{number}", summary: $"host-{number}: slow");
            return alert with
            {
                Annotations = new Dictionary<string, string>(alert.Annotations) { ["description"] = "DESCRIPTION " + new string('d', description) },
                Labels = new Dictionary<string, string>(alert.Labels) { ["secret_of_" + number] = "LABEL " + new string('l', labels) },
            };
        });

        var text = Text(new AlertNotice { Group = Group([.. alerts]) });

        Assert.InRange(text.Length, 500, 4096);
        Assert.Equal(keepsDescriptions, text.Contains("DESCRIPTION", StringComparison.Ordinal));
        Assert.Equal(keepsLabels, text.Contains("LABEL", StringComparison.Ordinal));
        Assert.All(Enumerable.Range(0, 9), number => Assert.Contains($"host-{number}: slow", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Render_LongSummariesEverywhere_CutsAtAnAlertsEnd()
    {
        var group = Group([.. Enumerable.Range(0, 60).Select(number => Alert(instance: $"host-{number}", summary: $"host-{number}: " + new string('x', 190)))]);

        var text = TelegramHtml.Parse(Renderer(maxAlerts: 50).Render(new AlertNotice { Group = group }, Reader.Default).Parts[0].Html).Text;

        var listed = text.Split('\n').Count(line => line.StartsWith("🔥 host-", StringComparison.Ordinal));
        Assert.InRange(text.Length, 3500, 4096);
        Assert.All(text.Split('\n').Where(line => line.StartsWith("🔥 host-", StringComparison.Ordinal)), line => Assert.EndsWith("(2 h 14 min)", line, StringComparison.Ordinal));
        Assert.Contains($"… and {60 - listed} more", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_WhatPeopleDid_IsShown()
    {
        var state = new AlertState
        {
            Silence = new SilenceNote(["1"], Now.AddHours(1), "@maria", Now.AddMinutes(5)),
            Acknowledged = new Acknowledgement("@juan", Now.AddMinutes(-3)),
            Flapping = new Flapping(5, TimeSpan.FromMinutes(28), Now.AddMinutes(15)),
        };

        var text = Text(Notice(Alert()) with { State = state });

        Assert.Contains("\n✋ Taken by @juan at 04:12 UTC", text, StringComparison.Ordinal);
        Assert.Contains("\n🔇 Silenced until 05:15 UTC by @maria", text, StringComparison.Ordinal);
        Assert.Contains("\n🔁 Flapping: fired 5 times in 28 min. Single changes are not told until 04:30 UTC.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_OlderNoticesWereDropped_SaysSo() =>
        Assert.EndsWith("\n\n3 older notices were dropped: they could not be sent in time.", Text(Notice(Alert()) with { OlderDropped = 3 }), StringComparison.Ordinal);

    [Fact]
    public void Render_SeveralGroups_AreOneMessageWithTheWorstFirst()
    {
        var text = Text(new AlertBundle
        {
            Groups = [Notice(Alert("HighCPUUsage", "warning", "", "cpu at 91 %", instance: "h:1")), Notice(Alert()), Notice(Alert("Old", ended: Ended))],
        });

        Assert.StartsWith("🔥 Critical: 3 problems at once\n", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("CriticalInferenceTime", StringComparison.Ordinal) < text.IndexOf("HighCPUUsage", StringComparison.Ordinal));
        Assert.Contains("\n✅ Resolved: Old", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Replies_AreShortAndSayHowLong()
    {
        var firing = Group(Alert());

        Assert.Equal(
            "🔥 Critical: CriticalInferenceTime · resnet101: inference takes 19.2s\nstill firing, 2 h 14 min",
            Text(new AlertReply { Group = firing, Kind = AlertReplyKind.StillFiring }));
        Assert.Equal(
            "✅ Resolved: CriticalInferenceTime · resnet101 · after 2 h 14 min", Text(new AlertReply { Group = Group(Alert(ended: Ended)), Kind = AlertReplyKind.Resolved }));
    }

    [Fact]
    public void Render_InASecondChat_SaysWhyUntilSomebodyTakesIt()
    {
        var told = new AlertNotice { Group = Group(Alert()), State = new AlertState { Escalation = new Escalation("ops", TimeSpan.FromMinutes(10)) } };
        var taken = told with { State = told.State with { Acknowledged = new Acknowledgement("@maria", Now) } };

        Assert.Contains("\n⏫ Nobody in ops has taken this for 10 min.\n", Text(told), StringComparison.Ordinal);
        Assert.DoesNotContain("Nobody", Text(taken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("critical", false)]
    [InlineData("warning", false)]
    [InlineData("info", true)]
    public void Render_Severity_DecidesWhetherItSounds(string severity, bool silent) =>
        Assert.Equal(silent, Renderer().Render(Notice(Alert(severity: severity)), Reader.Default).Silent);

    [Fact]
    public void Render_RightToLeftName_DoesNotTurnTheLine()
    {
        var line = FirstLine(Notice(Alert(name: "\u202eevil", summary: "דגל: 19")));

        Assert.DoesNotContain('\u202e', line);
        Assert.Contains("\u2068דגל: 19\u2069", line, StringComparison.Ordinal);
    }

    private static AlertNotice Notice(params IReadOnlyList<Alert> alerts) => new() { Group = Group(alerts) };
}
