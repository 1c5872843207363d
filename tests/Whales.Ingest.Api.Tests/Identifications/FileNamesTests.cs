using Whales.Ingest.Api.Identifications.Upload;

namespace Whales.Ingest.Api.Tests.Identifications;

public sealed class FileNamesTests
{
    [Theory]
    [InlineData("whale.jpg", "whale.jpg")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\Users\\ann\\whale.jpg", "whale.jpg")]
    [InlineData("mixed/of\\both.jpg", "both.jpg")]
    [InlineData("folder/", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData(".", null)]
    [InlineData("..", null)]
    [InlineData("   ", null)]
    [InlineData("  two words .jpg ", "two words .jpg")]
    [InlineData("tab\there\r\n.jpg", "tabhere.jpg")]
    [InlineData("nul\0.jpg", "nul.jpg")]
    [InlineData("\u202Egpj.exe", "gpj.exe")]
    [InlineData("a\u200Fb\u2066c\u2069\uFEFF.jpg", "abc.jpg")]
    [InlineData("line\u2028paragraph\u2029.jpg", "lineparagraph.jpg")]
    [InlineData("\u0007\u200B", null)]
    [InlineData("Wal \u00e4\u00f6\u00fc \u9be8 \U0001F40B.jpg", "Wal \u00e4\u00f6\u00fc \u9be8 \U0001F40B.jpg")]
    public void Clean_AnyName_IsShortAndHarmless(string? name, string? expected) => Assert.Equal(expected, FileNames.Clean(name));

    [Fact]
    public void Clean_LoneSurrogate_IsRemoved() => Assert.Equal("ab", FileNames.Clean("a" + (char)0xD83D + "b"));

    [Fact]
    public void Clean_LongName_IsCutAt255() => Assert.Equal(new string('x', 255), FileNames.Clean(new string('x', 5000)));

    [Fact]
    public void Clean_PairAtTheEnd_IsNotCutInHalf() => Assert.Equal(new string('x', 254), FileNames.Clean(new string('x', 254) + "\U0001F40B.jpg"));

    [Theory]
    [InlineData(null, null)]
    [InlineData("whale.jpg", "whale.jpg")]
    public void Shortened_ShortName_IsKept(string? name, string? expected) => Assert.Equal(expected, FileNames.Shortened(name));

    [Fact]
    public void Shortened_PairAtTheEnd_IsNotCutInHalf() => Assert.Equal(new string('x', 99), FileNames.Shortened(new string('x', 99) + "\U0001F40B.jpg"));
}
