using System.Text;
using Microsoft.Extensions.Options;
using Whales.Notifier.Commands;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;
using Whales.Notifier.Silences;
using static Whales.Notifier.Tests.Messages.Rendering;

namespace Whales.Notifier.Tests.Messages;

public sealed class KeyboardTests
{
    private static readonly SilenceNote Silenced = new(["1"], Now.AddHours(4), "@maria", Now.AddMinutes(5));

    [Fact]
    public void Render_Firing_HasSilenceAndTakeButtons()
    {
        var keyboard = Keyboard(new AlertState());

        Assert.Equal(["🔇 1 h", "🔇 4 h", "🔇 24 h"], keyboard[0].Select(button => button.Text));
        Assert.Equal("🔇 Every CriticalInferenceTime, 4 h", keyboard[1].Single().Text);
        Assert.Equal("✋ I take it", keyboard[2].Single().Text);
        Assert.Equal(new ButtonData(ButtonVerb.Silence, 24, "id_1"), ButtonData.Read(keyboard[0][2].CallbackData));
        Assert.Equal(new ButtonData(ButtonVerb.SilenceName, 4, "id_1"), ButtonData.Read(keyboard[1][0].CallbackData));
        Assert.Equal(new ButtonData(ButtonVerb.Take, 0, "id_1"), ButtonData.Read(keyboard[2][0].CallbackData));
    }

    [Fact]
    public void Render_Silenced_HasUndoWhileItCanBeUndone()
    {
        var keyboard = Keyboard(new AlertState { Silence = Silenced, Acknowledged = new Acknowledgement("x", Now) });

        Assert.Equal(new ButtonData(ButtonVerb.Undo, 0, "id_1"), ButtonData.Read(keyboard.Single().Single().CallbackData));
        Assert.Empty(Keyboard(new AlertState { Silence = Silenced with { UndoUntil = Now }, Acknowledged = new Acknowledgement("x", Now) }));
    }

    [Fact]
    public void Render_SilenceIsOver_OffersItAgain() =>
        Assert.Equal(3, Keyboard(new AlertState { Silence = Silenced with { Until = Now.AddMinutes(-1) } })[0].Count);

    [Fact]
    public void Render_WithoutAnAlertmanager_OffersNoSilence()
    {
        var renderer = new MessageRenderer(new Wording(), Options.Create(new MessageOptions()), Options.Create(new AlertmanagerOptions()), TimeProvider.System);

        var keyboard = renderer.Render(new AlertNotice { Group = Group(Alert()), ButtonId = "id_1" }, Reader.Default).Keyboard;

        Assert.Equal("✋ I take it", keyboard.Single().Single().Text);
    }

    [Fact]
    public void Data_OfTheLongestId_Has64BytesAtMost() =>
        Assert.InRange(Encoding.UTF8.GetByteCount(ButtonData.Silence(new string('x', 40), 24)), 1, 64);

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    [InlineData("12345678901234567890123456789012345678901")]
    public void Data_OfAnIdThatIsNone_IsRefused(string id) => Assert.Throws<ArgumentException>(() => ButtonData.Undo(id));

    [Theory]
    [InlineData("")]
    [InlineData("s2:id")]
    [InlineData("x1:id")]
    [InlineData("u1:id")]
    [InlineData("s1:")]
    [InlineData("s1:a b")]
    [InlineData("s1:a\n")]
    [InlineData("s999:id")]
    public void Read_WhatNoButtonOfOursCarries_IsNothing(string data) => Assert.Null(ButtonData.Read(data));

    private static IReadOnlyList<IReadOnlyList<Button>> Keyboard(AlertState state) =>
        Renderer().Render(new AlertNotice { Group = Group(Alert()), State = state, ButtonId = "id_1" }, Reader.Default).Keyboard;
}
