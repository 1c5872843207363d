using System.Text;
using Microsoft.Extensions.Options;
using Whales.Notifier.Messages;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Phrases;

/// <summary>
/// Puts an operator's phrases in the place of ours, at the start and whenever their file changes. A file with a mistake changes nothing:
/// messages go on in the words they had, because a typing error must not cost an alert. So does a file that is being written: a change is
/// taken once two looks in a row have found it the same, because the first lines of a file are a good file too.
/// </summary>
internal sealed partial class WordingLoader(Wording wording, IOptions<MessageOptions> options, NotifierMetrics metrics, TimeProvider clock, ILogger<WordingLoader> log) : BackgroundService
{
    private readonly Dictionary<Language, WordingFile> _taken = [];
    private readonly Dictionary<Language, WordingFile> _seen = [];
    private volatile string[] _problems = [];

    /// <summary>What is wrong with the files; empty while the words in use are theirs.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Before anything is said.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Look();
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Asked for every so often, not told by the system: a volume that is swapped, as Kubernetes does it, tells nobody.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.WordingFolder is null)
            return;
        using var timer = new PeriodicTimer(options.Value.WordingInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Look();
    }

    /// <summary>Once, and at once: what <see cref="ExecuteAsync"/> does every so often.</summary>
    internal void Look()
    {
        var problems = new List<string>();
        foreach (var language in Enum.GetValues<Language>())
        {
            var found = options.Value.WordingFolder is { } folder ? WordingFile.Look(folder, language) : WordingFile.None;
            var settled = !_seen.TryGetValue(language, out var seen) || seen == found;
            _seen[language] = found;
            var again = _taken.TryGetValue(language, out var taken);
            if (!settled || taken == found)
            {
                problems.AddRange(_problems.Where(problem => IsOf(problem, language)));
                continue;
            }

            var own = found.Read(language);
            problems.AddRange(own.Problems);
            Tell(language, own, again);
            if (own.Problems.Count == 0)
                wording.Use(own.Book!);
            metrics.SetWording(language, own.Problems.Count == 0);
            _taken[language] = found;
        }

        _problems = [.. problems];
    }

    private void Tell(Language language, OwnWording own, bool again)
    {
        // What stands wrong is said once, not every five seconds.
        foreach (var problem in own.Problems.Except(_problems))
            LogWrong(problem);
        if (own.Problems.Count == 0 && (again || own.Phrases > 0))
            LogTaken(PhraseBook.FileOf(language), own.Phrases);
    }

    private static bool IsOf(string problem, Language language) => problem.StartsWith(PhraseBook.FileOf(language), StringComparison.Ordinal);

    [LoggerMessage(LogLevel.Error, "The wording is not changed, messages go on in the words they had: {Problem}")]
    private partial void LogWrong(string problem);

    [LoggerMessage(LogLevel.Information, "Messages have the wording of {File} now: {Count} phrases of its own.")]
    private partial void LogTaken(string file, int count);
}

/// <summary>What lies in the folder for one language.</summary>
/// <param name="Text">Null: no file, so that all phrases are ours.</param>
/// <param name="Problem">Why it cannot be read.</param>
internal sealed record WordingFile(string? Text, string? Problem)
{
    private const int MaxBytes = 500_000;

    public static WordingFile None { get; } = new(null, null);

    public static WordingFile Look(string folder, Language language)
    {
        var path = Path.Combine(folder, PhraseBook.FileOf(language));
        try
        {
            if (!Directory.Exists(folder))
                return Wrong(language, $"there is no folder {folder}");
            if (!File.Exists(path))
                return None;
            if (new FileInfo(path).Length > MaxBytes)
                return Wrong(language, $"is longer than {MaxBytes} bytes");
            return new WordingFile(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Wrong(language, $"cannot be read ({exception.Message})");
        }
        catch (DecoderFallbackException)
        {
            return Wrong(language, "is not UTF-8");
        }
    }

    /// <summary>As a whole: with one phrase wrong none is taken.</summary>
    public OwnWording Read(Language language)
    {
        if (Problem is not null)
            return new OwnWording(null, 0, [Problem]);
        var file = PhraseFile.ReadOwn(language, Text ?? "");
        if (file.Problems.Count > 0)
            return new OwnWording(null, 0, file.Problems);
        var book = PhraseBook.BuiltIn(language).With(file.Phrases);
        return new OwnWording(book, file.Phrases.Count, WordingTrial.Problems(book));
    }

    private static WordingFile Wrong(Language language, string what) => new(null, $"{PhraseBook.FileOf(language)}: {what}.");
}

/// <summary>An operator's phrases over ours, unless something is wrong with them.</summary>
internal sealed record OwnWording(PhraseBook? Book, int Phrases, IReadOnlyList<string> Problems);
