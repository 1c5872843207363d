using Whales.Notifier.Alerts;
using Whales.Notifier.Commands;
using Whales.Notifier.Messages;
using Whales.Notifier.Silences;
using Whales.Notifier.Tests.Commands;
using Whales.Notifier.Tests.Messages;
using Whales.Testing;

namespace Whales.Notifier.Tests.Silences;

/// <summary>Buttons against a real Alertmanager: what they say happens there.</summary>
public sealed class SilenceTests(SharedAlertmanager server) : IClassFixture<SharedAlertmanager>
{
    private readonly string _name = $"Alert_{Guid.NewGuid():N}";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(24)]
    public async Task Silence_Pressed_SilencesExactlyThisAlert(int hours)
    {
        await using var commands = Fixture();
        var id = await FiringMessageAsync(commands, "a", "b<\"&\\ц🐋");
        await PostAsync("another instance");

        var answer = await commands.PressAsync(ButtonData.Silence(id, hours));

        Assert.False(answer.Alert, answer.Text);
        Assert.Matches(@"^🔇 Silenced until .+ \(2 silences\)\.$", answer.Text);
        Assert.Equal(["a", "b<\"&\\ц🐋"], await SuppressedAsync());
        var note = commands.Ports.Messages[id].State.Silence!;
        Assert.Equal("@maria", note.By);
        Assert.Equal(commands.Clock.Now.AddHours(hours), note.Until);
        var silences = (await Client().SilencesAsync(TestContext.Current.CancellationToken)).Where(silence => note.Ids.Contains(silence.Id)).ToList();
        Assert.All(silences, silence =>
        {
            Assert.Equal(note.Until, silence.EndsAt, TimeSpan.FromSeconds(1));
            Assert.Equal("@maria", silence.CreatedBy);
            Assert.Contains(_name, silence.Comment, StringComparison.Ordinal);
            Assert.Equal(["alertname", "component", "instance", "severity"], silence.Matchers.Select(matcher => matcher.Name).Order());
            Assert.All(silence.Matchers, matcher => Assert.True(matcher is { IsEqual: true, IsRegex: false }));
        });
        Assert.Equal(["whales.notifier.silences created", "whales.notifier.callbacks ok"], commands.Counted);
        Assert.Contains(commands.Log.Lines, line => line.StartsWith($"Whales.Audit: Silences {note.Ids[0]}", StringComparison.Ordinal) && line.EndsWith("were made by 7 (@maria) in chat -1001.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SilenceName_Pressed_SilencesEveryAlertOfThatName()
    {
        await using var commands = Fixture();
        var id = await FiringMessageAsync(commands, "a");
        await PostAsync("another instance");

        await commands.PressAsync(ButtonData.SilenceName(id));

        Assert.Equal(["a", "another instance"], await SuppressedAsync());
    }

    [Fact]
    public async Task Undo_Pressed_EndsTheSilence()
    {
        await using var commands = Fixture();
        var id = await FiringMessageAsync(commands, "a", "b");
        await commands.PressAsync(ButtonData.Silence(id, 4));
        Assert.Equal(["a", "b"], await SuppressedAsync());

        var answer = await commands.PressAsync(ButtonData.Undo(id));

        Assert.Equal("🔔 The silence has ended.", answer.Text);
        Assert.Empty(await SuppressedAsync());
        Assert.Null(commands.Ports.Messages[id].State.Silence);
        Assert.Contains("whales.notifier.silences undone", commands.Counted);
        Assert.Equal("There is no silence to undo.", (await commands.PressAsync(ButtonData.Undo(id))).Text);
    }

    [Fact]
    public async Task Undo_SilenceEndedElsewhere_IsUndone()
    {
        await using var commands = Fixture();
        var id = await FiringMessageAsync(commands, "a");
        await commands.PressAsync(ButtonData.Silence(id, 4));
        await Client().EndSilenceAsync(commands.Ports.Messages[id].State.Silence!.Ids[0], TestContext.Current.CancellationToken);

        Assert.Equal("🔔 The silence has ended.", (await commands.PressAsync(ButtonData.Undo(id))).Text);
    }

    [Fact]
    public async Task Undo_AfterItsTime_IsRefused()
    {
        await using var commands = Fixture();
        var id = await FiringMessageAsync(commands, "a");
        await commands.PressAsync(ButtonData.Silence(id, 4));
        commands.Clock.Now += TimeSpan.FromMinutes(6);

        Assert.StartsWith("Too late to undo", (await commands.PressAsync(ButtonData.Undo(id))).Text, StringComparison.Ordinal);
        Assert.Equal(["a"], await SuppressedAsync());
    }

    [Fact]
    public async Task Silence_PressedTwice_IsMadeOnce()
    {
        await using var commands = Fixture();
        var id = await FiringMessageAsync(commands, "a");
        await commands.PressAsync(ButtonData.Silence(id, 4));
        var first = commands.Ports.Messages[id].State.Silence;

        var answer = await commands.PressAsync(ButtonData.Silence(id, 24));

        Assert.Contains("by @maria already", answer.Text, StringComparison.Ordinal);
        Assert.Same(first, commands.Ports.Messages[id].State.Silence);
    }

    [Fact]
    public async Task Press_OfAStranger_IsRefusedPolitelyAndDoesNothing()
    {
        await using var commands = Fixture();
        var id = await FiringMessageAsync(commands, "a");

        var answer = await commands.PressAsync(ButtonData.Silence(id, 1), from: CommandFixture.Stranger);

        Assert.True(answer.Alert);
        Assert.StartsWith("You may not do that.", answer.Text, StringComparison.Ordinal);
        Assert.Empty(await SuppressedAsync());
        Assert.Equal(["whales.notifier.callbacks unauthorized"], commands.Counted);
        Assert.Contains(commands.Log.Lines, line => line.StartsWith("Whales.Audit: A button was refused to 8", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("s4:unknown", 0, "This message is not known any more.", "unknown")]
    [InlineData("what is this", 0, "This message is not known any more.", "unknown")]
    [InlineData("s4:known", 9, "This button is too old. Use /alerts, or Alertmanager's page.", "expired")]
    public async Task Press_ThatCannotBeDone_SaysWhy(string data, int hoursLater, string expected, string counted)
    {
        await using var commands = Fixture();
        commands.Ports.Messages["known"] = new PressedMessage(FakePorts.OpsChat, [Rendering.Group(Rendering.Alert())], new AlertState(), commands.Clock.Now);
        commands.Clock.Now += TimeSpan.FromHours(hoursLater);

        Assert.Equal(expected, (await commands.PressAsync(data)).Text);
        Assert.Contains($"whales.notifier.callbacks {counted}", commands.Counted);
    }

    [Fact]
    public async Task Press_FromAnotherChat_IsRefused()
    {
        await using var commands = Fixture();
        var id = await FiringMessageAsync(commands, "a");

        Assert.Equal("Это сообщение уже забыто.", (await commands.PressAsync(ButtonData.Silence(id, 1), chat: FakePorts.RussianChat)).Text);
        Assert.Empty(await SuppressedAsync());
    }

    [Fact]
    public async Task Silence_OfWhatIsOver_SaysThatNothingFires()
    {
        await using var commands = Fixture();
        commands.Ports.Messages["id"] = new PressedMessage(FakePorts.OpsChat, [Rendering.Group(Rendering.Alert(ended: Rendering.Now))], new AlertState(), commands.Clock.Now);

        Assert.Equal("Nothing of this fires any more.", (await commands.PressAsync(ButtonData.Silence("id", 1))).Text);
    }

    [Fact]
    public async Task Take_Pressed_IsNotedOnce()
    {
        await using var commands = Fixture();
        var id = await FiringMessageAsync(commands, "a");

        Assert.Equal("✋ It is yours.", (await commands.PressAsync(ButtonData.Take(id))).Text);
        Assert.Equal(new Acknowledgement("@maria", commands.Clock.Now), commands.Ports.Messages[id].State.Acknowledged);
        Assert.Equal("@maria has it already.", (await commands.PressAsync(ButtonData.Take(id))).Text);
    }

    [Fact]
    public async Task Silence_AlertmanagerIsAway_SaysSoAndNotesNothing()
    {
        await using var commands = new CommandFixture(new Uri($"http://127.0.0.1:{FreePort.Next()}"));
        commands.Ports.Messages["id"] = new PressedMessage(FakePorts.OpsChat, [Rendering.Group(Rendering.Alert())], new AlertState(), commands.Clock.Now);

        var answer = await commands.PressAsync(ButtonData.Silence("id", 1));

        Assert.Equal("Alertmanager cannot be reached. Nothing was changed.", answer.Text);
        Assert.True(answer.Alert);
        Assert.Null(commands.Ports.Messages["id"].State.Silence);
        Assert.Contains("whales.notifier.callbacks failed", commands.Counted);
    }

    [Fact]
    public async Task Silence_OneOfSeveralIsRefused_TakesTheOthersBack()
    {
        await using var commands = Fixture();
        var good = Rendering.Alert(name: _name, instance: "good");
        // Alertmanager takes no silence without a label that says something.
        var bad = Rendering.Alert(instance: "bad") with { Labels = new Dictionary<string, string> { ["empty"] = "" } };
        commands.Ports.Messages["id"] = new PressedMessage(FakePorts.OpsChat, [Rendering.Group(good, bad)], new AlertState(), commands.Clock.Now);

        var answer = await commands.PressAsync(ButtonData.Silence("id", 1));

        Assert.Matches(@"^Alertmanager refused: [^{}]{10,} \(4\d\d\) Nothing was changed\.$", answer.Text);
        Assert.DoesNotContain(await Client().SilencesAsync(TestContext.Current.CancellationToken), silence => silence.Matchers.Any(matcher => matcher.Value == _name));
    }

    [Fact]
    public async Task Alerts_AndSilencesCommands_TellWhatAlertmanagerHas()
    {
        await using var own = await AlertmanagerServer.StartAsync();
        await using var commands = new CommandFixture(own.Url, now: DateTimeOffset.UtcNow);
        var labels = Labels("a <b> & c");
        Assert.Equal("✅ Nothing fires.", await commands.SayAsync("/alerts"));
        Assert.Equal("Nothing is silenced.", await commands.SayAsync("/silences"));
        await own.PostAlertAsync(labels, new Dictionary<string, string> { ["summary"] = "it is <slow>" });
        await own.PostAlertAsync(Labels("other"));
        commands.Ports.Messages["id"] = new PressedMessage(
            FakePorts.OpsChat, [Rendering.Group(Rendering.Alert() with { Labels = labels })], new AlertState(), commands.Clock.Now);

        await commands.PressAsync(ButtonData.Silence("id", 4));

        var alerts = await Eventually.GetAsync(
            () => commands.SayAsync("/alerts"), text => text.Contains("1 silenced", StringComparison.Ordinal), TimeSpan.FromSeconds(30), "/alerts");
        Assert.StartsWith($"1 alert fires\n🔥 {_name} · other, since ", alerts, StringComparison.Ordinal);
        var silences = await commands.SayAsync("/silences");
        Assert.StartsWith($"1 silence\n🔇 alertname={_name}, component=worker, instance=a <b> & c, severity=critical: until ", silences, StringComparison.Ordinal);
        Assert.Contains(", by @maria (", silences, StringComparison.Ordinal);
    }

    private CommandFixture Fixture() => new(server.Server.Url, now: DateTimeOffset.UtcNow);

    private AlertmanagerClient Client() =>
        new(server.Http, Microsoft.Extensions.Options.Options.Create(new AlertmanagerOptions { Url = server.Server.Url, Timeout = TimeSpan.FromSeconds(30) }));

    /// <summary>Alerts in Alertmanager, and the message about them that was sent.</summary>
    private async Task<string> FiringMessageAsync(CommandFixture commands, params string[] instances)
    {
        foreach (var instance in instances)
            await PostAsync(instance);
        var alerts = instances.Select(instance => Rendering.Alert() with { Labels = Labels(instance), Fingerprint = instance }).ToList();
        commands.Ports.Messages["message_1"] = new PressedMessage(FakePorts.OpsChat, [Rendering.Group(alerts)], new AlertState(), commands.Clock.Now);
        return "message_1";
    }

    private Task PostAsync(string instance) => server.Server.PostAlertAsync(Labels(instance));

    private Dictionary<string, string> Labels(string instance) =>
        new() { [AlertLabels.AlertName] = _name, ["severity"] = "critical", ["component"] = "worker", ["instance"] = instance };

    /// <summary>Instances of this test's alerts that Alertmanager keeps silent.</summary>
    private async Task<IReadOnlyList<string>> SuppressedAsync()
    {
        var alerts = await Client().AlertsAsync(TestContext.Current.CancellationToken);
        return [.. alerts.Where(alert => alert.Labels["alertname"] == _name && alert.Status.SilencedBy.Count > 0).Select(alert => alert.Labels["instance"]).Order(StringComparer.Ordinal)];
    }
}
