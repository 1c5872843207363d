using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Tests.Identifications;

public sealed class PreferencesTests
{
    [Theory]
    [InlineData("wait=10", 10)]
    [InlineData("respond-async, wait=5", 5)]
    [InlineData("WAIT = \"7\"; foo=bar", 7)]
    [InlineData("wait=0", 0)]
    [InlineData("wait=61", 60)]
    [InlineData("wait=18446744073709551615", 60)]
    public void Wait_Preference_IsRead(string header, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Preferences.Wait(header));

    [Theory]
    [InlineData("")]
    [InlineData("wait")]
    [InlineData("wait=")]
    [InlineData("wait=-1")]
    [InlineData("wait=NaN")]
    [InlineData("wait=1.5")]
    [InlineData("waiting=5")]
    public void Wait_NothingReadable_IsIgnored(string header) => Assert.Null(Preferences.Wait(header));
}
