using System.Reflection;
using System.Text.RegularExpressions;
using Whales.Contracts;
using Whales.Notifier.Commands;
using Whales.Notifier.Commands.Texts;
using Whales.Notifier.Messages;
using Whales.Notifier.Messages.Texts;
using Whales.Notifier.Phrases;

namespace Whales.Notifier.Tests.Phrases;

/// <summary>The phrases of the product and the code that says them agree.</summary>
public sealed partial class BuiltInPhrasesTests
{
    [Theory]
    [InlineData("en")]
    [InlineData("ru")]
    public void BuiltIn_File_HasNoMistake(string name)
    {
        var language = name == "ru" ? Language.Russian : Language.English;

        Assert.Empty(PhraseFile.ReadOwn(language, PhraseBook.BuiltInText(language)).Problems);
        Assert.Equal(PhraseBook.BuiltIn(Language.English).Keys.Order(), PhraseBook.BuiltIn(language).Keys.Order());
    }

    [Fact]
    public void Texts_AllThatCanBeSaid_SayEveryPhraseAndOnlyPhrases()
    {
        foreach (var language in Enum.GetValues<Language>())
        {
            var ours = PhraseBook.BuiltIn(language);
            // Each phrase says its own name, and all that is filled in.
            var marked = ours.With(ours.Keys.ToDictionary(key => key, key => Phrase.Parse(language, $"«{key}» " + string.Join(' ', ours.Find(key)!.Names.Select(name => $"{{{name}}}")))));
            var said = Everything(new MessageTexts(marked)).Concat(Everything(new CommandTexts(marked))).ToList();

            Assert.Equal(ours.Keys.Order(), said.SelectMany(text => Mark().Matches(text)).Select(match => match.Groups[1].Value).Distinct().Order());
            Assert.All(Everything(new MessageTexts(ours)).Concat(Everything(new CommandTexts(ours))), text => Assert.DoesNotContain('{', text));
        }
    }

    private static IEnumerable<string> Everything(object texts)
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var method in texts.GetType().GetMethods(Own))
        {
            foreach (var arguments in Combinations([.. method.GetParameters().Select(Values)]))
            {
                switch (method.Invoke(texts, arguments))
                {
                    case string text:
                        yield return text;
                        break;
                    case FailureHelp help:
                        yield return help.Meaning;
                        yield return help.Action;
                        break;
                }
            }
        }
    }

    private static object?[] Values(ParameterInfo parameter) => (parameter.ParameterType, parameter.Name) switch
    {
        (var type, _) when type.IsEnum => [.. Enum.GetValues(type).Cast<object>()],
        (var type, _) when type == typeof(bool) => [true, false],
        (var type, _) when type == typeof(int) => [0, 1, 5],
        (var type, _) when type == typeof(long) => [1L],
        (var type, _) when type == typeof(double) => [0.12],
        (var type, _) when type == typeof(TimeSpan) => [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(65), TimeSpan.FromHours(25)],
        (var type, "now") when type == typeof(DateTimeOffset) => [new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)],
        (var type, _) when type == typeof(DateTimeOffset) => [.. Enumerable.Range(1, 12).Select(month => (object)new DateTimeOffset(2026, month, 2, 0, 0, 0, TimeSpan.Zero))],
        (var type, _) when type == typeof(TimeZoneInfo) => [TimeZoneInfo.Utc],
        (_, "command") => [.. BotCommands.Names],
        (_, "reason") => [.. FailureCodes.All],
        (_, "outcome") => ["identified", "unknown_individual", "not_a_cetacean", "failed", "canceled", "expired"],
        (_, "mutedUntil" or "oldest") => ["x", null],
        _ => ["x"],
    };

    private static IEnumerable<object?[]> Combinations(object?[][] values) =>
        values.Aggregate<object?[], IEnumerable<object?[]>>([[]], (all, next) => all.SelectMany(arguments => next.Select(value => (object?[])[.. arguments, value])));

    [GeneratedRegex("«([^»]+)»")]
    private static partial Regex Mark();
}
