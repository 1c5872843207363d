using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Waiting;

/// <summary>Refuses photos beyond what may wait, before anything of them is read.</summary>
internal sealed class Admission(WaitingLines lines, IOptions<IngestOptions> options)
{
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Latest = TimeSpan.FromMinutes(5);

    // When nobody knows how fast the line moves: no worker serves the model, or none has said so yet.
    private static readonly TimeSpan Unknown = TimeSpan.FromMinutes(1);

    // A client that comes back finds a twentieth of the line free: room for others who come back too.
    private const double RoomToComeBackTo = 0.05;

    /// <summary>Keeps room for photos that are about to be taken in.</summary>
    /// <exception cref="RequestRefusedException"><c>queue_full</c>, with the time after which there should be room.</exception>
    public Room Enter(string model, Lane lane, int photos = 1)
    {
        var most = MostOf(lane);
        var line = lines.Of(model, lane);
        return line.TryEnter(photos, most)
            ? new Room(line, photos)
            : throw RequestRefusedException.QueueFull(model, lane, most, RoomAfter(model, lane, line.Waiting + photos - most));
    }

    private int MostOf(Lane lane) => lane == Lane.Bulk ? options.Value.MaxWaitingBulk : options.Value.MaxWaiting;

    private TimeSpan RoomAfter(string model, Lane lane, int tooMany)
    {
        if (lines.PerSecond(model, lane) is not (> 0 and var perSecond))
            return Unknown;
        var seconds = Math.Max(tooMany, RoomToComeBackTo * MostOf(lane)) / perSecond;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, Soonest.TotalSeconds, Latest.TotalSeconds));
    }

    /// <summary>Room for photos on their way in. Dispose it when they are stored or refused.</summary>
    internal sealed class Room(WaitingLine line, int photos) : IDisposable
    {
        private int _left = photos;

        /// <summary>So many of them are stored.</summary>
        public void Stored(int count = 1)
        {
            _left -= count;
            line.Arrive(count);
        }

        public void Dispose()
        {
            line.Leave(_left);
            _left = 0;
        }
    }
}
