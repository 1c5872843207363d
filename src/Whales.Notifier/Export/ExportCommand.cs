using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Export;

/// <summary><c>export</c>: what chats were told, for the review of an incident; a JSON object a line. The notifier may run meanwhile.</summary>
internal static class ExportCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // For people and jq, not for a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const string Usage = """
        Writes what chats were told, a JSON object a line, oldest first.
          export [--from TIME] [--to TIME] [--store FILE]
          --from, --to  such as 2026-11-22T04:00:00Z: what went on then, even if it began before or goes on; default: all that is kept
          --store       the notifier's file; default the one of Notifier__SqliteFile, else data/notifier.db
        """;

    /// <returns>0; 1 when the store cannot be read; 2 for arguments that say nothing.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter problems)
    {
        var (from, to) = (DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        var file = Environment.GetEnvironmentVariable("Notifier__SqliteFile") ?? new NotifierOptions().SqliteFile;
        for (var at = 0; at < args.Length; at += 2)
        {
            var value = at + 1 < args.Length ? args[at + 1] : "";
            var understood = args[at] switch
            {
                "--from" => Time(value, out from),
                "--to" => Time(value, out to),
                "--store" => (file = value).Length > 0,
                _ => false,
            };
            if (understood)
                continue;
            await problems.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            using var session = StoreSession.ForReading(file);
            foreach (var told in ExportReader.Read(session, from, to))
                await output.WriteLineAsync(JsonSerializer.Serialize(told, Json));
            return 0;
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            await problems.WriteLineAsync($"{file} cannot be read: {exception.Message}");
            return 1;
        }
    }

    private static bool Time(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
