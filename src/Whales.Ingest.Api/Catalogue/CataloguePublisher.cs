using System.Globalization;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Catalogue;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>
/// Gives workers what has changed: a new delta, then a head that names it. The database decides which API may do it and from which version;
/// the head in the image store only repeats what was committed there, and is put right when it does not.
/// </summary>
internal sealed partial class CataloguePublisher(
    CatalogueStore store, SegmentFiles files, ICatalogueBroadcast broadcast, IOptions<CatalogueOptions> options, TimeProvider clock, ILogger<CataloguePublisher> log)
{
    private const int ChangesAtOnce = 4_096;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan HurryTimeout = TimeSpan.FromSeconds(1);

    private readonly string _me = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():n}");

    /// <summary>Tells workers what they have not heard, if this API may.</summary>
    /// <param name="model">Whose catalogue.</param>
    /// <param name="check">How much of what lies in the image store is looked at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PublishAsync(CatalogueModel model, HeadCheck check, CancellationToken cancellationToken)
    {
        if (check == HeadCheck.None && !await store.HasNewsAsync(model, cancellationToken))
            return;
        var now = clock.GetUtcNow();
        if (await store.LeaseAsync(model, _me, now, now + Lease, cancellationToken) is not { Dimensions: { } dimensions } row)
            return;
        try
        {
            var state = new State(model, dimensions, row.Version, row.Head);
            await CheckAsync(state, check, cancellationToken);
            if (state.Head is null)
                await BeginAsync(state, cancellationToken);
            while (await TellChangesAsync(state, cancellationToken))
            {
            }

            if (state.Head!.Deltas.Count > options.Value.MaxDeltas)
                await CompactAsync(state, cancellationToken);
        }
        finally
        {
            await store.ReleaseAsync(model.Name, _me, CancellationToken.None);
        }
    }

    private async Task CheckAsync(State state, HeadCheck check, CancellationToken cancellationToken)
    {
        if (check == HeadCheck.None && state.Head is not null)
            return;
        var stored = await files.StoredHeadAsync(state.Model.Name, cancellationToken);
        if (stored is not null && stored.Version >= state.Version && stored.Lineage != state.Head?.Lineage || stored?.Version > state.Version)
        {
            // The database was restored from a backup, or is a new one: workers know more than it does, and would pass over what it says.
            if (state.Head is not null)
                LogNewerInStore(state.Model.Name, stored!.Version, state.Version);
            (state.Head, state.Floor) = (null, stored!.Version);
        }
        else if (state.Head is { } head && check == HeadCheck.WithSegments && !await AreWholeAsync(head, cancellationToken))
        {
            state.Head = null;
        }
        else if (state.Head is { } good && stored?.Version != good.Version)
        {
            await files.PutHeadAsync(good, cancellationToken);
        }
    }

    private async Task<bool> AreWholeAsync(CatalogueHead head, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var segment in head.Segments)
                await files.ReadAsync(segment, head.Dimensions, _ => { }, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            LogMadeAnew(exception, head.Model);
            return false;
        }
    }

    /// <summary>Everything in one base, of a lineage of its own.</summary>
    private async Task BeginAsync(State state, CancellationToken cancellationToken)
    {
        var version = Math.Max(state.Version, state.Floor) + 1;
        var (segment, rows) = await files.WriteBaseAsync(state.Model, state.Dimensions, version, publishedOnly: false, cancellationToken);
        await CommitAsync(state, Head(state, version, $"{Guid.NewGuid():n}", segment, []), rows, [], cancellationToken);
    }

    /// <returns>True when there may be more.</returns>
    private async Task<bool> TellChangesAsync(State state, CancellationToken cancellationToken)
    {
        // What goes is read before what comes: a row that is removed in between comes now and goes with the next delta, never the other way round.
        var changes = await store.ChangesAsync(state.Model.Name, ChangesAtOnce, cancellationToken);
        var rows = await store.UnpublishedAsync(state.Model, ChangesAtOnce, cancellationToken);
        if (changes.Count == 0 && rows.Count == 0)
            return false;
        var individuals = await store.IndividualsAsync(
            rows.Select(row => row.IndividualId).Concat(changes.Select(change => change.IndividualId).OfType<string>()).Distinct(), cancellationToken);
        var head = state.Head!;
        var delta = await files.WriteDeltaAsync(
            state.Model.Name, state.Dimensions, head.Version + 1, [.. changes.Select(change => change.RemovedRow).OfType<Guid>()], individuals.Values, rows, cancellationToken);
        await CommitAsync(
            state, Head(state, head.Version + 1, head.Lineage, head.Base, [.. head.Deltas, delta]),
            [.. rows.Select(row => row.Id)], [.. changes.Select(change => change.Id)], cancellationToken);
        return changes.Count == ChangesAtOnce || rows.Count == ChangesAtOnce;
    }

    // Nothing new for a worker that has everything: it keeps what it has, and only the way of those that start gets shorter.
    private async Task CompactAsync(State state, CancellationToken cancellationToken)
    {
        var head = state.Head!;
        var rows = head.Deltas.Sum(delta => (long)delta.Rows);
        if (rows * 4 <= head.Base.Rows)
        {
            try
            {
                var merged = await files.MergeAsync(head.Model, head.Dimensions, head.Deltas, cancellationToken);
                await CommitAsync(state, Head(state, head.Version + 1, head.Lineage, head.Base, [merged]), [], [], cancellationToken);
                return;
            }
            catch (InvalidDataException exception)
            {
                LogMadeAnew(exception, head.Model);
            }
        }

        var (segment, _) = await files.WriteBaseAsync(state.Model, state.Dimensions, head.Version, publishedOnly: true, cancellationToken);
        await CommitAsync(state, Head(state, head.Version + 1, head.Lineage, segment, []), [], [], cancellationToken);
    }

    private CatalogueHead Head(State state, long version, string lineage, CatalogueSegment @base, IReadOnlyList<CatalogueSegment> deltas) => new()
    {
        Model = state.Model.Name,
        ModelVersion = state.Model.Version,
        Version = version,
        Lineage = lineage,
        Dimensions = state.Dimensions,
        PublishedAt = clock.GetUtcNow(),
        Base = @base,
        Deltas = deltas,
    };

    private async Task CommitAsync(State state, CatalogueHead head, IReadOnlyList<Guid> published, IReadOnlyList<Guid> told, CancellationToken cancellationToken)
    {
        var kept = head.Segments.Select(segment => segment.Key).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<string> retired = [.. (state.Committed?.Segments ?? []).Select(segment => segment.Key).Where(key => !kept.Contains(key))];
        if (!await store.CommitAsync(new HeadCommit(state.Version, head, published, told, retired), _me, clock.GetUtcNow(), cancellationToken))
            throw new InvalidOperationException($"Another API has taken over the catalogue of {head.Model}.");
        (state.Version, state.Head, state.Committed) = (head.Version, head, head);
        await files.PutHeadAsync(head, cancellationToken);
        LogPublished(head.Model, head.Version, head.Deltas.Count);
        try
        {
            await Bounded.RunAsync(
                sending => broadcast.SendAsync(new CatalogueChanged { Model = head.Model, Version = head.Version }, sending), HurryTimeout, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotHurried(exception, head.Model);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Version {Version} of the catalogue of {Model} is out, with {Deltas} deltas.")]
    private partial void LogPublished(string model, long version, int deltas);

    [LoggerMessage(LogLevel.Debug, "Workers of {Model} were not told that its catalogue changed; they find out by themselves.")]
    private partial void LogNotHurried(Exception exception, string model);

    [LoggerMessage(LogLevel.Warning, "The image store has version {Stored} of the catalogue of {Model}, the database {Known}: it is made anew from the database.")]
    private partial void LogNewerInStore(string model, long stored, long known);

    [LoggerMessage(LogLevel.Error, "A file of the catalogue of {Model} is missing or damaged: it is made anew from the database.")]
    private partial void LogMadeAnew(Exception exception, string model);

    /// <summary>What is known while one API holds the lease.</summary>
    private sealed class State(CatalogueModel model, int dimensions, long version, CatalogueHead? head)
    {
        public CatalogueModel Model => model;

        public int Dimensions => dimensions;

        /// <summary>As the database has it.</summary>
        public long Version { get; set; } = version;

        /// <summary>Null when everything is to be made anew.</summary>
        public CatalogueHead? Head { get; set; } = head;

        /// <summary>Whose segments are in use until the next head is committed.</summary>
        public CatalogueHead? Committed { get; set; } = head;

        /// <summary>A version that workers may have seen from elsewhere.</summary>
        public long Floor { get; set; }
    }
}

/// <summary>How closely the image store is compared with the database.</summary>
internal enum HeadCheck
{
    /// <summary>Only when there is something to tell.</summary>
    None,

    /// <summary>The head is there and the right one.</summary>
    Head,

    /// <summary>And its segments are whole.</summary>
    WithSegments,
}
