using Whales.Hosting.Metrics;

namespace Whales.Hosting.Tests.Metrics;

public class CanonicalNumberTests
{
    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(1, "1.0")]
    [InlineData(-2.5, "-2.5")]
    [InlineData(0.005, "0.005")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(3600, "3600.0")]
    [InlineData(524288, "524288.0")]
    [InlineData(999999, "999999.0")]
    [InlineData(1000000, "1e+06")]
    [InlineData(1048576, "1.048576e+06")]
    [InlineData(67108864, "6.7108864e+07")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(double.NaN, "NaN")]
    public void Of_Bound_IsWhatPrometheusMakesOfIt(double value, string expected) => Assert.Equal(expected, CanonicalNumber.Of(value));
}
