using Whales.Testing.Monitoring;

namespace Whales.Monitoring.Tests;

/// <summary>The other tests believe what this finds.</summary>
public sealed class PromQlTests
{
    [Theory]
    [InlineData("up == 0", "up")]
    [InlineData("up{job=\"a\"} == 0 or absent(up{job=\"b\"})", "up{job=\"a\"}|up{job=\"b\"}")]
    [InlineData("sum by (model, le) (rate(x_bucket{le=\"5.0\"}[5m])) > 14.4 * 0.005", "x_bucket{le=\"5.0\"}")]
    [InlineData("max by (model) (a) > on (model) group_left () max by (model) (b{c=~\"d{2}\"})", "a|b{c=~\"d{2}\"}")]
    [InlineData("label_replace(q{queue=~\"w\\\\.(x)\"}, \"model\", \"$1\", \"queue\", \"(.*)\")", "q{queue=~\"w\\\\.(x)\"}")]
    [InlineData("{__name__=~\"a_b(_total)?\"}", "{__name__=~\"a_b(_total)?\"}")]
    [InlineData("job:a:rate5m and deriv(job:a:rate5m[10m]) > 0", "job:a:rate5m|job:a:rate5m")]
    [InlineData("vector(1)", "")]
    public void Selectors_AreThoseOfTheExpression(string expression, string selectors) =>
        Assert.Equal(selectors, string.Join('|', PromQl.Selectors(expression)));
}
