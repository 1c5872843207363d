using System.Globalization;
using System.Text;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;
using Whales.Notifier.Preview;
using Whales.Testing;

namespace Whales.Notifier.Tests.Messages;

/// <summary>
/// Every kind of message, letter by letter, in files that people can read. After a change that is meant, WHALES_WRITE_GOLDEN=1 writes them
/// anew; the difference is for the reviewer.
/// </summary>
public sealed class GoldenTests
{
    [Theory]
    [InlineData("en")]
    [InlineData("ru")]
    public void Render_EveryKind_IsAsTheFileSays(string name)
    {
        var file = Path.Combine(Repository.Root, "tests", "Whales.Notifier.Tests", "Messages", "Golden", name + ".txt");
        var rendered = Rendered(name == "ru" ? Language.Russian : Language.English);
        if (Environment.GetEnvironmentVariable("WHALES_WRITE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, rendered);
        }

        Assert.Equal(File.ReadAllText(file), rendered);
    }

    private static string Rendered(Language language)
    {
        var text = new StringBuilder();
        foreach (var sample in Gallery.All)
        {
            var message = WordingTrial.Renderer(new Wording(), sample.At).Render(sample.Notice, new Reader(language, TimeZoneInfo.Utc));
            text.Append(CultureInfo.InvariantCulture, $"## {sample.Title}{(message.Silent ? " (without sound)" : "")}\n\n").Append(message.Parts.Single().Html).Append('\n');
            foreach (var row in message.Keyboard)
                text.AppendJoin("  ", row.Select(button => $"[ {button.Text} ]")).Append('\n');
            text.Append('\n');
        }

        return text.ToString();
    }
}
