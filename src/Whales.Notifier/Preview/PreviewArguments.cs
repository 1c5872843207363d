using System.Globalization;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Preview;

/// <summary>The command line of <see cref="PreviewCommand"/>.</summary>
internal sealed record PreviewArguments
{
    /// <summary>Empty: the gallery.</summary>
    public required string File { get; init; }

    /// <summary>Where an operator's phrases lie; null: those of the product.</summary>
    public string? Wording { get; init; }

    public Language Language { get; init; }

    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    public DateTimeOffset? At { get; init; }

    public Uri? Grafana { get; init; }

    public bool MarkupOnly { get; init; }

    /// <returns>Null when something cannot be understood.</returns>
    public static PreviewArguments? Read(string[] args)
    {
        var read = new PreviewArguments { File = "" };
        var gallery = false;
        for (var at = 0; at < args.Length; at++)
        {
            var value = at + 1 < args.Length ? args[at + 1] : "";
            var next = args[at] switch
            {
                "--markup" => read with { MarkupOnly = true },
                "--gallery" => read,
                "--wording" => value.Length > 0 ? read with { Wording = value } : null,
                "--language" => value is "en" or "ru" ? read with { Language = value == "ru" ? Language.Russian : Language.English } : null,
                "--zone" => TimeZoneInfo.TryFindSystemTimeZoneById(value, out var zone) ? read with { Zone = zone } : null,
                "--at" => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? read with { At = time } : null,
                "--grafana" => Uri.TryCreate(value, UriKind.Absolute, out var grafana) ? read with { Grafana = grafana } : null,
                var file when read.File.Length == 0 && (file == "-" || !file.StartsWith('-')) => read with { File = file },
                _ => null,
            };
            if (next is null)
                return null;
            read = next;
            gallery |= args[at] == "--gallery";
            if (args[at] is "--wording" or "--language" or "--zone" or "--at" or "--grafana")
                at++;
        }

        return read.File.Length > 0 != gallery ? read : null;
    }
}
