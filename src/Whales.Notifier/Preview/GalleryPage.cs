using System.Net;
using System.Text;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;

namespace Whales.Notifier.Preview;

/// <summary>
/// The samples as a page that looks like a chat, in both languages: scripts/notification-picture.sh makes the picture of
/// docs/notifications.md from it. Its texts are the renderer's, markup and all.
/// </summary>
internal static class GalleryPage
{
    private const string Head = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <title>Messages of the notifier</title>
        <style>
          body { margin: 0; padding: 20px; width: 1140px; background: #cfdce6; font: 14.5px/1.38 "DejaVu Sans", "Noto Sans", "Noto Color Emoji", sans-serif; color: #111; }
          section { display: grid; grid-template-columns: 1fr 1fr; gap: 4px 20px; margin-bottom: 16px; align-items: start; }
          h2 { grid-column: 1 / 3; margin: 0 0 2px; font-size: 13px; font-weight: normal; color: #44576a; }
          .message { background: #fff; border-radius: 12px; padding: 9px 13px; white-space: pre-wrap; overflow-wrap: anywhere; box-shadow: 0 1px 1px #0002; }
          .message a { color: #2678b6; text-decoration: none; }
          .message code { font: 13px "DejaVu Sans Mono", monospace; color: #2678b6; }
          blockquote { margin: 3px 0; padding: 3px 8px; border-left: 3px solid #5a9bd4; background: #eaf2f9; border-radius: 4px; font-size: 13.5px; }
          .row { display: flex; gap: 4px; margin-top: 4px; }
          .row span { flex: 1; text-align: center; background: #5f7d95cc; color: #fff; border-radius: 9px; padding: 6px 4px; font-size: 13.5px; }
        </style>

        """;

    public static string Render(Wording wording)
    {
        var page = new StringBuilder(Head);
        foreach (var sample in Gallery.Samples)
        {
            page.Append("<section>\n<h2>").Append(WebUtility.HtmlEncode(sample.Title)).Append("</h2>\n");
            foreach (var language in Enum.GetValues<Language>())
                Append(page, WordingTrial.Renderer(wording, sample.At).Render(sample.Notice, new Reader(language, TimeZoneInfo.Utc)));
            page.Append("</section>\n");
        }

        return page.Append("</html>\n").ToString();
    }

    private static void Append(StringBuilder page, RenderedMessage message)
    {
        page.Append("<div>");
        foreach (var part in message.Parts)
            // A quote ends its line by itself, in a browser twice.
            page.Append("<div class=\"message\">").Append(part.Html.Replace("</blockquote>\n", "</blockquote>", StringComparison.Ordinal)).Append("</div>");
        foreach (var row in message.Keyboard)
        {
            page.Append("\n<div class=\"row\">");
            foreach (var button in row)
                page.Append("<span>").Append(WebUtility.HtmlEncode(button.Text)).Append("</span>");
            page.Append("</div>");
        }

        page.Append("</div>\n");
    }
}
