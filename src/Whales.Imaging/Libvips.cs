using System.Runtime.InteropServices;
using Whales.Imaging.Native;

namespace Whales.Imaging;

/// <summary>The native library behind this project. Everything here initialises it by itself; a host calls <see cref="Initialize"/> to fail at its start rather than at the first photo.</summary>
public static class Libvips
{
    private static readonly Lock Gate = new();

    /// <summary>libvips' classes of the loaders that stay open; the rest of its forty are blocked, so that a file cannot choose one.</summary>
    private static readonly string[] OpenLoaders =
        ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadHeif", "VipsForeignLoadTiff", "VipsForeignLoadNsgif"];

    private static volatile bool _ready;
    private static bool _resolving;

    /// <summary>The version in use, such as 8.18.7.</summary>
    public static Version Version
    {
        get
        {
            Initialize();
            return new Version(VipsNative.vips_version(0), VipsNative.vips_version(1), VipsNative.vips_version(2));
        }
    }

    /// <summary>Bytes that libvips holds for pictures right now, in the whole process.</summary>
    public static long NativeBytes
    {
        get
        {
            Initialize();
            return (long)VipsNative.vips_tracked_get_mem();
        }
    }

    /// <summary>Loads and sets up the library; safe to call at any time and from any thread.</summary>
    /// <exception cref="DllNotFoundException">The library is missing; the message names the package to install.</exception>
    public static void Initialize()
    {
        if (_ready)
            return;
        lock (Gate)
        {
            if (_ready)
                return;
            Start();
            _ready = true;
        }
    }

    private static unsafe void Start()
    {
        // Once only, even when the first attempt failed for want of the library.
        if (!_resolving)
            NativeLibrary.SetDllImportResolver(typeof(Libvips).Assembly, LibvipsLocator.Resolve);
        _resolving = true;

        if (VipsNative.vips_init("whales") != 0)
            throw new VipsException();

        // A photo comes once: a cache would only hold memory. Parallelism is ours, a photo per thread.
        VipsNative.vips_cache_set_max(0);
        VipsNative.vips_concurrency_set(1);

        VipsNative.vips_block_untrusted_set(1);
        VipsNative.vips_operation_block_set("VipsForeignLoad", 1);
        foreach (var loader in OpenLoaders)
            VipsNative.vips_operation_block_set(loader, 0);

        // Without a handler, each damaged photo writes lines to standard error.
        const int Warning = 1 << 4;
        VipsNative.g_log_set_handler("VIPS", Warning, &Ignore, null);
    }

    [UnmanagedCallersOnly]
    private static unsafe void Ignore(byte* domain, int level, byte* message, void* data)
    {
    }
}
