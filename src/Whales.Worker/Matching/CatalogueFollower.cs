using Whales.Hosting.Catalogue;
using Whales.Hosting.Images;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Matching;

/// <summary>
/// Keeps a model's catalogue as the head in the image store names it. What cannot be read changes nothing: the last good catalogue, at first
/// the one that came with the model, is matched with until a better one is there.
/// </summary>
internal sealed partial class CatalogueFollower(
    string model, string modelVersion, CatalogueMatcher matcher, IImageStore images, CatalogueMetrics metrics, CatalogueNews news, TimeProvider clock,
    ILogger<CatalogueFollower> log)
{
    /// <summary>How often the head is looked at when nobody says that it changed.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private CatalogueHead? _head;
    private byte[] _seen = [];
    private string? _problem;
    private int _failures;

    /// <summary>Why the catalogue in use is not the newest; null when it is, as far as is known.</summary>
    public string? Problem => _problem;

    /// <summary>Follows the head until it is canceled.</summary>
    /// <param name="changed">Called when another catalogue is in use, or when it became known that it cannot be.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Action changed, CancellationToken cancellationToken)
    {
        while (true)
        {
            await news.WaitAsync(model, Pause(), cancellationToken);
            if (await RefreshAsync(cancellationToken))
                changed();
        }
    }

    /// <summary>Looks at the head once, and takes over what it names.</summary>
    /// <returns>True when there is something new to tell.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        var before = (matcher.CatalogueVersion, _problem);
        try
        {
            // Reading and building keep a core busy; the bus must not wait for it.
            await Task.Run(() => FollowAsync(cancellationToken), cancellationToken);
            (_problem, _failures) = (null, 0);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _failures++;
            metrics.LoadFailed(model);
            if (_problem != exception.Message)
                LogKept(exception, model, matcher.CatalogueVersion);
            _problem = exception.Message;
        }

        return before != (matcher.CatalogueVersion, _problem);
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var read = await images.ReadAsync(CatalogueKeys.Head(model), cancellationToken);
        if (read is null)
        {
            if (_head is not null)
                throw new FileNotFoundException($"The head of {model}'s catalogue is gone from the image store.");
            // Nobody has made one yet: the model's own files are the catalogue.
            metrics.InUse(model, 0, matcher.Catalogue);
            return;
        }

        if (_problem is null && read.Memory.Span.SequenceEqual(_seen))
            return;
        var head = CatalogueHead.Parse(read.Memory.Span, model);
        if (head.ModelVersion != modelVersion)
            throw new InvalidDataException($"The catalogue of {model} is made for version {head.ModelVersion} of the model, this worker has version {modelVersion}.");
        if (head.Dimensions != matcher.Dimensions)
            throw new InvalidDataException($"The catalogue of {model} has embeddings of {head.Dimensions} values, the model gives {matcher.Dimensions}.");
        if (_head is null || head.Lineage != _head.Lineage || head.Version > _head.Version)
            await TakeOverAsync(head, cancellationToken);
        _seen = read.Memory.ToArray();
    }

    private async Task TakeOverAsync(CatalogueHead head, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        // What came with the model is not part of any lineage.
        var goesOn = _head is not null && _head.Lineage == head.Lineage && head.Base.Through <= _head.Version;
        var builder = goesOn ? new CatalogueBuilder(matcher.Catalogue) : new CatalogueBuilder(head.Dimensions);
        foreach (var segment in head.Segments.Where(segment => !goesOn || segment.Through > _head!.Version))
        {
            await using var stream = await images.OpenReadAsync(segment.Key, cancellationToken)
                ?? throw new FileNotFoundException($"{segment.Key} is gone from the image store.");
            builder.BeginSegment();
            SegmentReader.Read(stream, segment, head.Dimensions, builder.Apply);
        }

        var catalogue = builder.Build(CatalogueVersions.Text(head.Version));
        matcher.Catalogue = catalogue;
        _head = head;
        metrics.InUse(model, head.Version, catalogue);
        LogTaken(model, head.Version, catalogue.Rows, clock.GetElapsedTime(started).TotalMilliseconds);
    }

    // A head that cannot be followed for long is tried again less and less often: a large base is not read every two seconds for nothing.
    private TimeSpan Pause()
    {
        var pause = Interval * Math.Pow(2, Math.Clamp(_failures - 5, 0, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    [LoggerMessage(LogLevel.Information, "Model {Model} matches with version {Version} of the catalogue: {Rows} embeddings, taken over in {Milliseconds:0} ms.")]
    private partial void LogTaken(string model, long version, int rows, double milliseconds);

    [LoggerMessage(LogLevel.Error, "The new catalogue of {Model} cannot be used; version {Version} stays in use.")]
    private partial void LogKept(Exception exception, string model, string version);
}
