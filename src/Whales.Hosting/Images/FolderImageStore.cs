using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Whales.Hosting.Catalogue;

namespace Whales.Hosting.Images;

/// <summary>
/// Photos as files of one folder, a directory a day. Opening, reading and writing are short calls into the page cache and run on the
/// caller's thread; only a commit, which waits for the disk, goes to a thread of its own.
/// </summary>
public sealed class FolderImageStore : IImageStore, IDisposable
{
    // Simultaneous fsyncs share the file system's journal commits; measured, more threads than this bring no more photos a second.
    private const int MaxFlushThreads = 32;
    private const string Photos = "photos";

    private readonly string _root;
    private readonly ConcurrentDictionary<string, Lazy<SharedFlush>> _days = new(StringComparer.Ordinal);
    private readonly FlushThreads _threads = new(MaxFlushThreads);

    /// <summary>Opens the store in <paramref name="root"/>, made when missing.</summary>
    public FolderImageStore(string root)
    {
        _root = Path.GetFullPath(root);
        DurableDirectory.Create(Path.Combine(_root, Photos));
        DurableDirectory.Flush(_root);
    }

    public ValueTask<IImageUpload> CreateAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        cancellationToken.ThrowIfCancellationRequested();
        var day = Path.GetDirectoryName(path)!;
        try
        {
            return ValueTask.FromResult<IImageUpload>(new FolderImageUpload(path, Day(day), _threads));
        }
        catch (DirectoryNotFoundException)
        {
            // Someone removed the day's directory; it is made again.
            _days.TryRemove(day, out _);
            return ValueTask.FromResult<IImageUpload>(new FolderImageUpload(path, Day(day), _threads));
        }
    }

    public ValueTask<PhotoBytes?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(WhenFound(path, Read));
    }

    public ValueTask<Stream?> OpenReadAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(WhenFound<Stream>(path, found =>
            new FileStream(found, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1)));
    }

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        cancellationToken.ThrowIfCancellationRequested();
        if (!File.Exists(path))
            return ValueTask.FromResult(false);
        File.Delete(path);
        return ValueTask.FromResult(true);
    }

    public async ValueTask PutAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        var folder = Path.GetDirectoryName(path)!;
        DurableDirectory.Create(folder);
        // A name of its own, also where two processes write the same key.
        var partial = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            await using (var file = new FileStream(partial, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
                await _threads.RunAsync(() => file.Flush(flushToDisk: true)).ConfigureAwait(false);
            }

            File.Move(partial, path, overwrite: true);
            await _threads.RunAsync(() => DurableDirectory.Flush(folder)).ConfigureAwait(false);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    public async IAsyncEnumerable<string> ListAsync(DateTimeOffset writtenBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Off the caller's thread: a folder of years is a long list.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        foreach (var day in new DirectoryInfo(Path.Combine(_root, Photos)).EnumerateDirectories())
        {
            foreach (var file in day.EnumerateFiles())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var key = string.Create(CultureInfo.InvariantCulture, $"{Photos}/{day.Name}/{file.Name}");
                if (ImageKeys.IsPhoto(key) && file.LastWriteTimeUtc < writtenBefore.UtcDateTime)
                    yield return key;
            }
        }
    }

    public ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        // Throws when the folder is gone or may not be read.
        using var days = Directory.EnumerateFileSystemEntries(Path.Combine(_root, Photos)).GetEnumerator();
        _ = days.MoveNext();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _threads.Dispose();

    private string PathOf(string key) => ImageKeys.IsPhoto(key) || CatalogueKeys.IsCatalogue(key)
        ? Path.Combine(_root, key)
        : throw new ArgumentException($"'{key}' is not the key of a photo.", nameof(key));

    /// <summary>
    /// The shared flush of a day's directory. The first use in each process flushes the directory's own name too, even when it is there
    /// already: whoever made it may have ended before doing so.
    /// </summary>
    private SharedFlush Day(string path)
    {
        var day = _days.GetOrAdd(path, static path => new Lazy<SharedFlush>(() =>
        {
            DurableDirectory.Create(path);
            DurableDirectory.Flush(Path.GetDirectoryName(path)!);
            return new SharedFlush(() => DurableDirectory.Flush(path));
        }));
        try
        {
            return day.Value;
        }
        catch
        {
            // Lazy would repeat this failure for ever, also once the disk has room again.
            _days.TryRemove(new KeyValuePair<string, Lazy<SharedFlush>>(path, day));
            throw;
        }
    }

    private static T? WhenFound<T>(string path, Func<string, T> open)
        where T : class
    {
        try
        {
            return open(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static PhotoBytes Read(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = checked((int)RandomAccess.GetLength(file));
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var read = 0;
            while (read < length && RandomAccess.Read(file, buffer.AsSpan(read, length - read), read) is > 0 and var more)
                read += more;
            return new PhotoBytes(buffer, read);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }
}
