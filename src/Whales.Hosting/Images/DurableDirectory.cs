using System.Runtime.InteropServices;

namespace Whales.Hosting.Images;

/// <summary>Directories whose entries are on the disk. .NET opens no directories, hence the three calls to the C library.</summary>
public static partial class DurableDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int OpenDirectoryCloseOnExec = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC on Linux x64
    private const int Interrupted = 4; // EINTR

    /// <summary>Makes the directory and the missing ones above it, for their owner alone, and puts their names on the disk.</summary>
    public static void Create(string path)
    {
        var missing = new Stack<string>();
        for (var at = Path.GetFullPath(path); !Directory.Exists(at); at = Path.GetDirectoryName(at)!)
            missing.Push(at);
        foreach (var directory in missing)
        {
            Directory.CreateDirectory(directory, OwnerOnly);
            Flush(Path.GetDirectoryName(directory)!);
        }
    }

    /// <summary>Waits until every entry made in the directory so far is on the disk.</summary>
    public static void Flush(string path)
    {
        var descriptor = Open(path, OpenDirectoryCloseOnExec);
        if (descriptor < 0)
            throw Failure("opened", path);
        try
        {
            while (Fsync(descriptor) != 0)
            {
                if (Marshal.GetLastPInvokeError() != Interrupted)
                    throw Failure("written to the disk", path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string what, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"The directory {path} could not be {what}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
