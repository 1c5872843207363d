namespace Whales.Imaging.Native;

// The numbers are part of libvips' ABI.

internal enum VipsFormat
{
    UInt8 = 0,
    UInt16 = 2,
}

internal enum VipsInterpretation
{
    Multiband = 0,
    BlackWhite = 1,
    Cmyk = 15,
    Rgb = 17,
    Srgb = 22,
    Rgb16 = 25,
    Grey16 = 26,
}

internal enum VipsAccess
{
    Random = 0,
    Sequential = 1,
}

/// <summary>From which fault on a loader gives up.</summary>
internal enum VipsFailOn
{
    None = 0,
    Truncated = 1,
    Error = 2,
    Warning = 3,
}

internal enum VipsExtend
{
    Copy = 1,
    Background = 5,
}
