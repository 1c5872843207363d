using System.Collections.Concurrent;
using Whales.Contracts;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Waiting;

/// <summary>
/// Every line of waiting photos: how long it is, how fast it moves, and where a photo stands in it. Polls are frequent, so nothing here asks
/// the job table more than about once a second for each line.
/// </summary>
internal sealed class WaitingLines(LaneStore store, IModelStates states, TimeProvider clock)
{
    private static readonly TimeSpan PlacesKept = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Model, Lane Lane), WaitingLine> _lines = new();
    private readonly ConcurrentDictionary<string, DrainMeter> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Model, Lane Lane), Lazy<Task<LinePlaces>>> _places = new();

    public WaitingLine Of(string model, Lane lane) => _lines.GetOrAdd((model, lane), _ => new WaitingLine(clock));

    /// <summary>Both lanes of a model together.</summary>
    public DrainMeter DrainOf(string model) => _models.GetOrAdd(model, _ => new DrainMeter(clock));

    /// <summary>Photos a second that leave this line, or would if there were any; null when nobody knows, 0 when workers stand still.</summary>
    public double? PerSecond(string model, Lane lane)
    {
        var status = states.Find(model);
        var byWarmUp = status is { Workers: > 0, SecondsPerPhoto: > 0 } ? status.Workers / status.SecondsPerPhoto : null;
        return Of(model, lane).Drain.PerSecond
            ?? DrainOf(model).PerSecond
            ?? (status is { Workers: 0 } ? null : Of(model, lane).Drain.Last ?? byWarmUp);
    }

    /// <summary>Seconds of one worker for a photo, as measured while photos queued up; null when they did not lately.</summary>
    public double? SecondsPerPhoto(string model) =>
        DrainOf(model).PerSecond is > 0 and var perSecond && states.Find(model) is { Workers: > 0 and var workers } ? workers / perSecond : null;

    /// <summary>Where a photo stands that was accepted just now; null when it does not wait any more.</summary>
    public QueuePlace? OfNew(IdentificationRow row) =>
        row.Status == IdentificationStatus.Queued ? Place(row, Of(row.Model, row.Lane).Waiting - 1) : null;

    /// <summary>Where a photo stands; null when it does not wait any more.</summary>
    public async Task<QueuePlace?> OfAsync(IdentificationRow row, CancellationToken cancellationToken)
    {
        if (row.Status != IdentificationStatus.Queued)
            return null;
        var places = await PlacesAsync(row.Model, row.Lane).WaitAsync(cancellationToken);
        if (places.Before(new LaneMark(row.QueuedAt, row.Id)) is not { } before)
            return OfNew(row);
        // The line has moved on since.
        var moved = (PerSecond(row.Model, row.Lane) ?? 0) * clock.GetElapsedTime(places.At).TotalSeconds;
        return Place(row, before - (int)moved);
    }

    private QueuePlace Place(IdentificationRow row, int ahead)
    {
        ahead = Math.Max(0, ahead);
        return new QueuePlace
        {
            WaitingAhead = ahead,
            EtaSeconds = PerSecond(row.Model, row.Lane) is > 0 and var perSecond ? Math.Round((ahead + 1) / perSecond, 3) : null,
        };
    }

    // Whoever comes while the question is on its way waits for the same answer.
    private async Task<LinePlaces> PlacesAsync(string model, Lane lane)
    {
        var key = (model, lane);
        while (true)
        {
            var asked = _places.GetOrAdd(key, _ => new Lazy<Task<LinePlaces>>(() => ReadPlacesAsync(model, lane)));
            try
            {
                var places = await asked.Value;
                if (clock.GetElapsedTime(places.At) < PlacesKept)
                    return places;
            }
            catch
            {
                _places.TryRemove(KeyValuePair.Create(key, asked));
                throw;
            }

            _places.TryRemove(KeyValuePair.Create(key, asked));
        }
    }

    private async Task<LinePlaces> ReadPlacesAsync(string model, Lane lane)
    {
        var step = LinePlaces.StepFor(Of(model, lane).Waiting);
        var marks = await store.MarksAsync(model, lane, step, CancellationToken.None);
        // As of its arrival here: an answer that took long must be of use to those who waited for it.
        return new LinePlaces(clock.GetTimestamp(), step, marks);
    }
}
