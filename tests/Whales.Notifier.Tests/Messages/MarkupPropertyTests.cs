using System.Text;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Tests.Messages;

/// <summary>Whatever labels, annotations and errors say, Telegram can read the message.</summary>
public sealed class MarkupPropertyTests
{
    private const int Cases = 4000;
    private const int Wordings = 40;
    private const int PerWording = 8;

    [Fact]
    public void Render_AnyUnicodeAnywhere_IsValidMarkupThatFits()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var any = new AnyNotice(seed);
            var renderer = Rendering.Renderer(Rendering.Now, seed % 2 == 0 ? null : new Uri("https://grafana.example/"));
            var notice = any.Next();
            var reader = any.Reader();
            try
            {
                Check(renderer.Render(notice, reader));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}, {notice.GetType().Name}, {reader.Language}: {failure.Message}", failure);
            }
        }
    }

    /// <summary>An operator may write what he likes: escaping is not the phrases' matter.</summary>
    [Fact]
    public void Render_AnyWording_IsValidMarkupThatFits()
    {
        for (var seed = 0; seed < Wordings; seed++)
        {
            var wording = new AnyWording(seed).Next();
            for (var which = 0; which < PerWording; which++)
            {
                var any = new AnyNotice(Cases + seed * PerWording + which);
                var notice = any.Next();
                try
                {
                    Check(Rendering.Renderer(wording: wording).Render(notice, any.Reader()), longestLine: 4096);
                }
                catch (Exception failure)
                {
                    throw new InvalidOperationException($"Seed {seed}, {which}, {notice.GetType().Name}: {failure.Message}", failure);
                }
            }
        }
    }

    private static void Check(RenderedMessage message, int longestLine = 600)
    {
        var part = Assert.Single(message.Parts);
        var parsed = TelegramHtml.Parse(part.Html);
        Assert.InRange(parsed.Text.Length, 1, 4096);
        Assert.InRange(part.Plain.Length, 1, 4096);
        Assert.Equal(part.Plain, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(part.Plain)));
        Assert.InRange(parsed.Text.Split('\n')[0].Trim().Length, 5, longestLine);
        Assert.Equal(parsed.Text.Count(character => character == '\u2068'), parsed.Text.Count(character => character == '\u2069'));
        Assert.DoesNotContain(parsed.Text, character => character is >= '\u202a' and <= '\u202e' or '\u200e' or '\u200f');
        Assert.All(message.Keyboard, Assert.NotEmpty);
        Assert.All(message.Keyboard.SelectMany(row => row), button =>
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(button.CallbackData), 1, 64);
            Assert.InRange(button.Text.Length, 1, 64);
            Assert.Equal(button.Text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(button.Text)));
        });
    }
}
