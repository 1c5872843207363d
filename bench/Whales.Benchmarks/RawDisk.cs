using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Whales.Benchmarks;

/// <summary>The raw limit of ingest: the photo's file written, synced, and its directory synced, and nothing else.</summary>
internal static partial class RawDisk
{
    /// <returns>Photos a second of <paramref name="writers"/> threads.</returns>
    public static double Measure(string folder, byte[] photo, int writers, TimeSpan time)
    {
        Directory.CreateDirectory(folder);
        var written = 0;
        var clock = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, writers).Select(writer => new Thread(() =>
        {
            var directory = Open(folder, 0, 0);
            for (var i = 0; clock.Elapsed < time; i++)
            {
                using (var file = File.OpenHandle(Path.Combine(folder, $"{writer}-{i}"), FileMode.CreateNew, FileAccess.Write))
                {
                    RandomAccess.Write(file, photo, 0);
                    RandomAccess.FlushToDisk(file);
                }

                if (Fsync(directory) != 0)
                    throw new IOException("fsync of the directory failed.");
                Interlocked.Increment(ref written);
            }

            _ = Close(directory);
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return written / clock.Elapsed.TotalSeconds;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
