using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;

namespace Whales.Notifier.Tests.Phrases;

public sealed class PhraseFileTests
{
    [Theory]
    [InlineData(1, "1 photo")]
    [InlineData(0, "0 photos")]
    [InlineData(21, "21 photos")]
    public void Fill_CountInEnglish_ChoosesTheForm(int count, string expected) =>
        Assert.Equal(expected, Phrase.Parse(Language.English, "{count} {count:photo|photos}").Fill([("count", count)]));

    [Theory]
    [InlineData(1, "1 кит")]
    [InlineData(21, "21 кит")]
    [InlineData(3, "3 кита")]
    [InlineData(11, "11 китов")]
    [InlineData(14, "14 китов")]
    [InlineData(0, "0 китов")]
    public void Fill_CountInRussian_ChoosesTheForm(int count, string expected) =>
        Assert.Equal(expected, Phrase.Parse(Language.Russian, "{count} {count:кит|кита|китов}").Fill([("count", count)]));

    [Theory]
    [InlineData("resolved", "is not of the form: name = words")]
    [InlineData("resolved =", "has no words")]
    [InlineData("resolved = Over {", "has a brace without its other half")]
    [InlineData("resolved = Over }", "has a brace without its other half")]
    [InlineData("resolved = Over {count", "has a brace without its other half")]
    [InlineData("resolved = Over {Count}", "is no name")]
    [InlineData("resolved = Over\nresolved = Done", "says resolved a second time")]
    [InlineData("alert.firing = {count} {count:fire|fires|are firing}", "with 3 forms; the language has 2")]
    [InlineData("alert.firing = {count} in {place}", "has {place}, but there is {count}")]
    [InlineData("resolved = Over at {time}", "has {time}, but nothing is filled in there")]
    [InlineData("alert.taken = {who:a|b}", "chooses words by {who}, which is no count")]
    [InlineData("alert.fring = Fires", "is not a phrase of the notifier")]
    public void ReadOwn_Mistake_IsNamedWithItsPhrase(string text, string problem)
    {
        var file = PhraseFile.ReadOwn(Language.English, text);

        var said = Assert.Single(file.Problems);
        Assert.Contains(problem, said, StringComparison.Ordinal);
        Assert.StartsWith("en.txt", said, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadOwn_TooLong_IsRefused() =>
        Assert.Contains("has 401 characters; 400 are allowed", PhraseFile.ReadOwn(Language.English, "resolved = " + new string('x', 401)).Problems.Single(), StringComparison.Ordinal);

    [Fact]
    public void ReadOwn_SeveralMistakes_AreAllNamed() =>
        Assert.Equal(3, PhraseFile.ReadOwn(Language.English, "nonsense\nresolved = {a}\n# fine\n\nx.y = z\n").Problems.Count);

    [Fact]
    public void ReadOwn_PhraseOfTheOtherLanguagesNames_IsTaken() =>
        Assert.Empty(PhraseFile.ReadOwn(Language.English, "\uFEFFalert.over = {count:one is|many are} over\r\n").Problems);

    [Fact]
    public void Say_OwnPhrase_StandsInThePlaceOfOurs()
    {
        var wording = new Wording();
        wording.Use(new WordingFile("resolved = All clear\n", null).Read(Language.English).Book!);

        Assert.Equal("All clear", wording.Messages(Language.English).Resolved);
        Assert.Equal("Critical", wording.Messages(Language.English).SeverityWord(Notifier.Alerts.Severity.Critical));
        Assert.Equal("Прошло", wording.Messages(Language.Russian).Resolved);
    }
}
