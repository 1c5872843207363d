namespace Whales.Testing;

/// <summary>A clock that a file sets off (libfaketime): wall time jumps, monotonic time goes on, as when an operator sets a machine's clock.</summary>
public static class FakeClock
{
    private static readonly string? Library = new[] { "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1" }.FirstOrDefault(File.Exists);

    /// <summary>The environment of the process.</summary>
    /// <param name="file">How far its clock is off, such as <c>+61m</c>; read about once a second.</param>
    public static Dictionary<string, string?> Settings(string file) => new()
    {
        ["LD_PRELOAD"] = Library ?? throw new InvalidOperationException("libfaketime was not found: install the Debian package faketime."),
        ["FAKETIME_TIMESTAMP_FILE"] = file,
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        // What it finds out by itself is wrong here: each timed wait of .NET would return at once, and its threads turn for nothing.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_NO_CACHE"] = null,
    };
}
