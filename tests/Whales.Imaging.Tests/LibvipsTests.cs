using Whales.Imaging.Native;

namespace Whales.Imaging.Tests;

public sealed class LibvipsTests
{
    [Fact]
    public void Version_LibraryBesideTheProgram_IsThatOne() => Assert.Equal(new Version(8, 18, 7), Libvips.Version);

    [Fact]
    public void Initialize_CalledFromManyThreads_WorksEachTime() => Parallel.For(0, 32, _ => Libvips.Initialize());

    [Fact]
    public void Load_NoLibraryAnywhere_NamesThePackages()
    {
        var missing = Assert.Throws<DllNotFoundException>(() => LibvipsLocator.Load(AppContext.BaseDirectory, ["libno-such-vips.so.1"]));

        Assert.Contains("@img/sharp-libvips-linux-x64", missing.Message, StringComparison.Ordinal);
        Assert.Contains("libvips42", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rawload_source")]
    [InlineData("svgload_buffer")]
    [InlineData("csvload")]
    [InlineData("vipsload")]
    [InlineData("ppmload_buffer")]
    [InlineData("matrixload")]
    public void Run_LoaderThatWeDoNotUse_IsBlockedOrAbsent(string loader)
    {
        var refusal = Assert.Throws<VipsException>(() =>
        {
            using var load = new VipsOperation(System.Text.Encoding.ASCII.GetBytes(loader + "\0"));
            if (loader is "csvload" or "vipsload" or "matrixload")
                load.SetOptions("filename=/dev/null"u8);
            load.Run().Dispose();
        });

        Assert.True(
            refusal.Message.Contains("blocked", StringComparison.Ordinal) || refusal.Message.Contains("not found", StringComparison.Ordinal),
            refusal.Message);
    }
}
