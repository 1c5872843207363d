using Microsoft.Win32.SafeHandles;

namespace Whales.Ingest.Api.Batches.Intake;

/// <summary>The files of one request, one after the other, in a file without a name.</summary>
internal sealed class Spool(FileStream file, Func<long, bool> hasRoom) : IDisposable
{
    private const long AskForRoomEvery = 64 * 1024 * 1024;

    private long _askAt = AskForRoomEvery;

    /// <summary>What was written so far, in bytes.</summary>
    public long Length { get; private set; }

    public SafeFileHandle Handle => file.SafeFileHandle;

    /// <summary>Short writes into the page cache; nothing here needs to be on the disk before the photos are.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (Length >= _askAt)
            {
                _askAt = Length + AskForRoomEvery;
                if (!hasRoom(0))
                    throw BatchRefusals.NoRoom();
            }

            RandomAccess.Write(Handle, bytes, Length);
            Length += bytes.Length;
        }
        catch (IOException exception)
        {
            throw BatchRefusals.NoRoom(exception);
        }
    }

    public void Dispose() => file.Dispose();
}
