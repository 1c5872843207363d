using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using Whales.Notifier.Messages.Markup;
using Whales.Notifier.Phrases;
using Whales.Notifier.Silences;

namespace Whales.Notifier.Preview;

/// <summary>
/// <c>preview</c>: shows the message that a webhook body, or any notice of ours, becomes. It needs no token, no store and no network.
/// </summary>
internal static class PreviewCommand
{
    private static readonly JsonSerializerOptions NoticeJson = new(JsonSerializerDefaults.Web) { AllowOutOfOrderMetadataProperties = true };

    private const string Usage = """
        Shows what a message looks like, without a bot.
          preview FILE [--language en|ru] [--zone NAME] [--at TIME] [--grafana URL] [--wording FOLDER] [--markup]
          preview --gallery [--wording FOLDER]
          preview --phrases en|ru
        FILE is the body of an Alertmanager webhook, or a notice as JSON ({"notice": "test"}); - reads standard input.
          --zone     time zone of the reader, such as Europe/Lisbon; default UTC
          --at       what time it is for the message, such as 2026-11-22T04:15:00Z; default now
          --grafana  where Grafana is, for links to dashboards
          --wording  folder with files of your own, en.txt and ru.txt, as in Messages:WordingFolder
          --markup   only the markup, as it is sent
          --gallery  the page of sample messages of docs/notifications.md
          --phrases  the file of phrases that the notifier uses, to begin your own with
        """;

    /// <returns>0; 1 for a body or a file of phrases that the notifier would refuse; 2 for arguments that say nothing.</returns>
    public static async Task<int> RunAsync(string[] args, TextReader input, TextWriter output)
    {
        if (args is ["--phrases", "en" or "ru"])
        {
            await output.WriteAsync(PhraseBook.BuiltInText(args[1] == "ru" ? Language.Russian : Language.English));
            return 0;
        }

        if (PreviewArguments.Read(args) is not { } arguments)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        var wording = new Wording();
        if (arguments.Wording is { } folder && Use(wording, folder) is { Count: > 0 } mistakes)
        {
            await output.WriteLineAsync(string.Join(Environment.NewLine, mistakes));
            return 1;
        }

        if (arguments.File.Length == 0)
        {
            await output.WriteAsync(GalleryPage.Render(wording));
            return 0;
        }

        string json;
        try
        {
            json = arguments.File == "-" ? await input.ReadToEndAsync() : await File.ReadAllTextAsync(arguments.File);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await output.WriteLineAsync(exception.Message);
            return 1;
        }

        var (notice, problems) = Read(json);
        if (notice is null)
        {
            await output.WriteLineAsync(string.Join(Environment.NewLine, problems));
            return 1;
        }

        var renderer = new MessageRenderer(
            wording, Options.Create(new MessageOptions { GrafanaUrl = arguments.Grafana }), Options.Create(new AlertmanagerOptions { Url = new Uri("http://alertmanager:9093") }), new SetTime(arguments.At));
        await WriteAsync(renderer.Render(notice, new Reader(arguments.Language, arguments.Zone)), arguments.MarkupOnly, output);
        return 0;
    }

    /// <returns>What is wrong with the files.</returns>
    private static List<string> Use(Wording wording, string folder)
    {
        var problems = new List<string>();
        foreach (var language in Enum.GetValues<Language>())
        {
            var own = WordingFile.Look(folder, language).Read(language);
            problems.AddRange(own.Problems);
            if (own.Problems.Count == 0)
                wording.Use(own.Book!);
        }

        return problems;
    }

    private static (Notice? Notice, IReadOnlyList<string> Problems) Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("notice", out _))
                return (root.Deserialize<Notice>(NoticeJson), []);
            // A body as some tools record it, with the request around it.
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object)
                root = body;
            var parsed = AlertmanagerPayloadParser.Parse(Encoding.UTF8.GetBytes(root.GetRawText()));
            return (parsed.IsValid ? new AlertNotice { Group = parsed.Payload, ButtonId = "preview" } : null, parsed.Problems);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return (null, [$"This is neither a webhook body nor a notice: {exception.Message}"]);
        }
    }

    private static async Task WriteAsync(RenderedMessage message, bool markupOnly, TextWriter output)
    {
        for (var at = 0; at < message.Parts.Count; at++)
        {
            var part = message.Parts[at];
            if (markupOnly)
            {
                await output.WriteLineAsync(part.Html);
                continue;
            }

            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"-- part {at + 1} of {message.Parts.Count}, {part.Plain.Length} of {MessageText.MaxLength} characters with addresses, {(message.Silent ? "without sound" : "with sound")}"));
            await output.WriteLineAsync(part.Plain);
            await output.WriteLineAsync("-- markup");
            await output.WriteLineAsync(part.Html);
        }

        if (markupOnly)
            return;
        await output.WriteLineAsync("-- buttons");
        foreach (var row in message.Keyboard)
            await output.WriteLineAsync(string.Join("  ", row.Select(button => $"[ {button.Text} ]")));
    }

    private sealed class SetTime(DateTimeOffset? at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at ?? base.GetUtcNow();
    }
}
