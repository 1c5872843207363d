using System.Globalization;
using Whales.Testing;

namespace Whales.FaultSuite.Running;

/// <summary>
/// A file system in memory of a few megabytes, in a mount namespace of its own: it can be filled without harm, and is gone with the
/// process that holds it. As root, or where users may make namespaces.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly ChildProcess _holder;

    private SmallDisk(ChildProcess holder, string folder)
    {
        (_holder, Folder) = (holder, folder);
        var pid = holder.Pid.ToString(CultureInfo.InvariantCulture);
        Enter = Environment.IsPrivilegedProcess ? ["nsenter", "-t", pid, "-m", "--"] : ["nsenter", "-t", pid, "-U", "--preserve-credentials", "-m", "--"];
    }

    /// <summary>The folder, as processes see it that are started through <see cref="Enter"/>.</summary>
    public string Folder { get; }

    /// <summary>The command before a command that shall see the disk.</summary>
    public IReadOnlyList<string> Enter { get; }

    // The same folder as this process sees it.
    private string Outside => $"/proc/{_holder.Pid}/root{Folder}";

    private string Filler => Path.Combine(Outside, "filler");

    public static async Task<SmallDisk> MountAsync(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        var mount = $"mount -t tmpfs -o size={megabytes}m,mode=777 tmpfs '{folder}' && touch '{folder}/mounted' && exec sleep infinity";
        var holder = ChildProcess.Start([.. Environment.IsPrivilegedProcess ? new[] { "unshare", "-m" } : ["unshare", "-rm"], "sh", "-c", mount]);
        var disk = new SmallDisk(holder, folder);
        await Eventually.UntilAsync(
            () => holder.HasExited ? throw new InvalidOperationException($"No file system could be mounted: {holder.OutputTail()}") : File.Exists(Path.Combine(disk.Outside, "mounted")),
            TimeSpan.FromSeconds(10), "the small disk is mounted");
        return disk;
    }

    /// <summary>Writes until nothing more fits.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
                filler.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Empty() => File.Delete(Filler);

    /// <summary>Deletes every stored photo.</summary>
    public int DeletePhotos()
    {
        var files = Directory.GetDirectories(Outside, "photos", SearchOption.AllDirectories)
            .SelectMany(photos => Directory.GetFiles(photos, "*", SearchOption.AllDirectories)).ToList();
        foreach (var file in files)
            File.Delete(file);
        return files.Count;
    }

    public void Dispose() => _holder.Dispose();
}
