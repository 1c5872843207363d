using System.Reflection;
using System.Runtime.InteropServices;

namespace Whales.Imaging.Native;

/// <summary>Finds the native library: the one that was built with the program, else the system's.</summary>
internal static class LibvipsLocator
{
    public const string LibraryName = "vips";

    private static readonly string[] FileNames = ["libvips-cpp.so.8.18.7", "libvips.so.42"];

    public static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == LibraryName ? Load(AppContext.BaseDirectory, FileNames) : 0;

    /// <exception cref="DllNotFoundException">None of the files can be loaded; the message says what to install.</exception>
    internal static nint Load(string directory, ReadOnlySpan<string> fileNames)
    {
        foreach (var name in fileNames)
        {
            if (NativeLibrary.TryLoad(Path.Combine(directory, name), out var handle) || NativeLibrary.TryLoad(name, out handle))
                return handle;
        }

        throw new DllNotFoundException(
            $"libvips, which decodes photos, was not found: neither {string.Join(" nor ", fileNames.ToArray())} beside the program or among the system's libraries. "
            + "It comes with the npm package @img/sharp-libvips-linux-x64 (`npm ci`, then build again); Debian's package libvips42 will do as well.");
    }
}
