using System.Runtime.InteropServices;

namespace Whales.Imaging.Native;

/// <summary>GObject's box for a value of any type; its layout is part of GLib's ABI.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    public nuint Type;
    public long Data0;
    public long Data1;

    // Fundamental types are constants of GLib's ABI (number << 2).
    public const nuint Boolean = 5 << 2;
    public const nuint Int = 6 << 2;
    public const nuint Double = 15 << 2;
}
