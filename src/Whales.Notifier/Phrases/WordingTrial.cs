using Microsoft.Extensions.Options;
using Whales.Notifier.Messages;
using Whales.Notifier.Preview;
using Whales.Notifier.Silences;

namespace Whales.Notifier.Phrases;

/// <summary>Renders every kind of message with new phrases before they are used.</summary>
internal static class WordingTrial
{
    /// <returns>The first message that cannot be rendered, or does not fit; empty when all is well.</returns>
    public static IReadOnlyList<string> Problems(PhraseBook book)
    {
        var wording = new Wording();
        wording.Use(book);
        foreach (var sample in Gallery.All)
        {
            try
            {
                var message = Renderer(wording, sample.At).Render(sample.Notice, new Reader(book.Language, TimeZoneInfo.Utc));
                if (message.Parts.Any(part => string.IsNullOrWhiteSpace(part.Plain)) || message.Keyboard.SelectMany(row => row).Any(button => button.Text.Length == 0))
                    return [$"{PhraseBook.FileOf(book.Language)}: the sample message '{sample.Title}' is empty with it."];
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException)
            {
                return [$"{PhraseBook.FileOf(book.Language)}: the sample message '{sample.Title}' cannot be written with it ({exception.Message})."];
            }
        }

        return [];
    }

    /// <summary>A renderer for samples, at their time.</summary>
    public static MessageRenderer Renderer(Wording wording, DateTimeOffset at) => new(
        wording,
        Options.Create(new MessageOptions { GrafanaUrl = new Uri("http://grafana.example:3001") }),
        Options.Create(new AlertmanagerOptions { Url = new Uri("http://alertmanager.example:9093") }),
        new SampleTime(at));

    private sealed class SampleTime(DateTimeOffset at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at;
    }
}
