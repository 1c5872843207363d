using Microsoft.Win32.SafeHandles;

namespace Whales.Worker.Identification;

/// <summary>
/// A file of slots that belongs to one process as long as that lives. Nothing is synced: what a process has written outlives it in the
/// page cache, and when the machine itself goes down no photo is to blame.
/// </summary>
internal sealed class StartFile : IDisposable
{
    /// <summary>Far more than all prefetches together.</summary>
    public const int Slots = 4096;

    private const int MostFiles = 64;
    private const int Length = Slots * StartRecord.Bytes;

    private readonly FileStream _file;

    private StartFile(FileStream file) => _file = file;

    public string Path => _file.Name;

    private SafeFileHandle Handle => _file.SafeFileHandle;

    /// <summary>Takes the first file of the folder that no living process holds.</summary>
    /// <exception cref="IOException">The folder cannot be written, or is in use by too many.</exception>
    public static StartFile Open(string folder)
    {
        Directory.CreateDirectory(folder);
        IOException? inUse = null;
        for (var number = 0; number < MostFiles; number++)
        {
            try
            {
                // The lock ends with the process, however that ends.
                var file = new FileStream(
                    System.IO.Path.Combine(folder, $"starts-{number}.journal"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                return new StartFile(file);
            }
            catch (IOException exception)
            {
                inUse = exception;
            }
        }

        throw inUse!;
    }

    /// <summary>All slots; those that the file does not have yet are free.</summary>
    public StartRecord[] ReadAll()
    {
        var bytes = new byte[Length];
        var filled = 0;
        int read;
        while (filled < Length && (read = RandomAccess.Read(Handle, bytes.AsSpan(filled), filled)) > 0)
            filled += read;
        var records = new StartRecord[Slots];
        for (var i = 0; i < Slots; i++)
            records[i] = StartRecord.Read(bytes.AsSpan(i * StartRecord.Bytes, StartRecord.Bytes));
        return records;
    }

    public void Write(int slot, StartRecord record)
    {
        Span<byte> bytes = stackalloc byte[StartRecord.Bytes];
        bytes.Clear();
        record.Write(bytes);
        RandomAccess.Write(Handle, bytes, (long)slot * StartRecord.Bytes);
    }

    public void Dispose() => _file.Dispose();
}
