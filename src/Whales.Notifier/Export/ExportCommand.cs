using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
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
          --store       the notifier's file; default the PostgreSQL of ConnectionStrings__Notifier, else the file of Notifier__SqliteFile, else data/notifier.db
        """;

    /// <returns>0; 1 when the store cannot be read; 2 for arguments that say nothing.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter problems)
    {
        var (from, to) = (DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        string? file = null;
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
            using var store = Choose(file);
            using var session = store.Open();
            foreach (var told in ExportReader.Read(session, from, to))
                await output.WriteLineAsync(JsonSerializer.Serialize(told, Json));
            return 0;
        }
        catch (Exception exception) when (StoreFaults.IsOfStore(exception))
        {
            await problems.WriteLineAsync($"The store cannot be read: {exception.Message}");
            return 1;
        }
    }

    /// <exception cref="FileNotFoundException">Opening makes what is missing; whoever wants to read has named the wrong file.</exception>
    private static StoreDatabase Choose(string? named)
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var options = settings.GetSection(NotifierOptions.SectionName).Get<NotifierOptions>() ?? new NotifierOptions();
        var store = named is null ? StoreDatabase.Choose(settings, Options.Create(options)) : new SqliteDatabase(named);
        var file = named ?? options.SqliteFile;
        return store is not SqliteDatabase || File.Exists(file) ? store : throw new FileNotFoundException($"There is no {file}.");
    }

    private static bool Time(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
