using System.Buffers.Binary;

namespace Whales.Worker.Identification;

/// <summary>What a slot of the journal says.</summary>
internal enum StartState
{
    Free,

    /// <summary>In hand, among others.</summary>
    Running,

    /// <summary>In hand, as the only suspect of this process.</summary>
    RunningAlone,

    /// <summary>Was in hand when a process ended, and waits to run alone.</summary>
    Suspect,
}

/// <summary>One slot of a journal: 40 bytes, little-endian.</summary>
/// <param name="State">What the slot says.</param>
/// <param name="Ended">Processes that ended while they ran this attempt alone.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Id">The identification.</param>
/// <param name="NotedAt">Milliseconds since 1970, UTC.</param>
internal readonly record struct StartRecord(StartState State, int Ended, int Attempt, Guid Id, long NotedAt)
{
    public const int Bytes = 40;

    public (Guid Id, int Attempt) Key => (Id, Attempt);

    public void Write(Span<byte> slot)
    {
        BinaryPrimitives.WriteInt32LittleEndian(slot, (int)State);
        BinaryPrimitives.WriteInt32LittleEndian(slot[4..], Ended);
        BinaryPrimitives.WriteInt32LittleEndian(slot[8..], Attempt);
        Id.TryWriteBytes(slot[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(slot[32..], NotedAt);
    }

    /// <summary>A slot that nobody of ours wrote is free.</summary>
    public static StartRecord Read(ReadOnlySpan<byte> slot)
    {
        var state = (StartState)BinaryPrimitives.ReadInt32LittleEndian(slot);
        return state is StartState.Running or StartState.RunningAlone or StartState.Suspect
            ? new StartRecord(
                state,
                BinaryPrimitives.ReadInt32LittleEndian(slot[4..]),
                BinaryPrimitives.ReadInt32LittleEndian(slot[8..]),
                new Guid(slot.Slice(16, 16)),
                BinaryPrimitives.ReadInt64LittleEndian(slot[32..]))
            : default;
    }
}
