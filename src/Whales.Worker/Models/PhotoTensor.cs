using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Whales.Hosting.Models;

namespace Whales.Worker.Models;

/// <summary>
/// Room for one photo as a model wants it, rented with <see cref="IdentificationModel.RentTensor"/>; the decoder writes
/// <see cref="Values"/>. Disposing gives it back, more than once does no harm. Old values may still be in it.
/// </summary>
internal sealed class PhotoTensor : IDisposable
{
    private readonly PhotoTensorPool _pool;
    private PhotoTensorPool.Room? _room;

    internal PhotoTensor(PhotoTensorPool pool, PhotoTensorPool.Room room) => (_pool, _room) = (pool, room);

    /// <summary>The photo in the model's layout and normalisation, 3 x width x height values.</summary>
    public Span<float> Values => Rented.Memory.Span;

    /// <summary>True: what the network gives for it is wanted itself, for the catalogue.</summary>
    public bool KeepsOutput { get; set; }

    /// <summary>The recorded trace that the photo belongs to; default: none.</summary>
    public ActivityContext Trace { get; set; }

    /// <summary>The same memory as a batch of one.</summary>
    internal OrtValue Value => Rented.Value;

    private PhotoTensorPool.Room Rented => _room ?? throw new ObjectDisposedException(nameof(PhotoTensor));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _room, null) is { } room)
            _pool.Return(room);
    }
}

/// <summary>Keeps a bounded number of photos' memory for the next ones; more can be rented, but are freed when they come back.</summary>
internal sealed class PhotoTensorPool(ModelInput input, int kept) : IDisposable
{
    private readonly Stack<Room> _rooms = new(kept);
    private bool _disposed;

    /// <summary>Photos' memory lying ready.</summary>
    public int Idle
    {
        get
        {
            lock (_rooms)
                return _rooms.Count;
        }
    }

    public PhotoTensor Rent()
    {
        lock (_rooms)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_rooms.TryPop(out var room))
                return new PhotoTensor(this, room);
        }

        return new PhotoTensor(this, new Room(input));
    }

    public void Dispose()
    {
        lock (_rooms)
        {
            _disposed = true;
            while (_rooms.TryPop(out var room))
                room.Dispose();
        }
    }

    internal void Return(Room room)
    {
        lock (_rooms)
        {
            if (!_disposed && _rooms.Count < kept)
            {
                _rooms.Push(room);
                return;
            }
        }

        room.Dispose();
    }

    internal sealed class Room : IDisposable
    {
        public Room(ModelInput input)
        {
            Memory = new NativeBuffer(input.Values);
            Value = OrtTensors.Over(Memory, OrtTensors.ShapeOf(input, 1));
        }

        public NativeBuffer Memory { get; }

        public OrtValue Value { get; }

        public void Dispose()
        {
            Value.Dispose();
            Memory.Dispose();
        }
    }
}
