namespace Whales.Imaging.Tests;

public sealed class TensorSpecTests
{
    [Fact]
    public void Length_IsThreeColoursOfEachPixel() => Assert.Equal(3 * 300 * 200, Decoded.Spec(300, 200).Length);

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, -1)]
    [InlineData(4097, 10)]
    [InlineData(10, 4097)]
    public void New_SideOutOfRange_Throws(int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Decoded.Spec(width, height));

    [Fact]
    public void New_ImpossibleNormalisation_Throws()
    {
        static void Make(float[] mean, float[] std) => _ = new TensorSpec(8, 8, TensorLayout.Nchw, mean, std, ResizeMode.Fit);

        Assert.Throws<ArgumentException>(() => Make([0, 0], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => Make([0, 0, 0], [1, 1, 1, 1]));
        Assert.Throws<ArgumentException>(() => Make([0, 0, 0], [1, 0, 1]));
        Assert.Throws<ArgumentException>(() => Make([0, float.NaN, 0], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => Make([0, 0, 0], [1, 1, float.PositiveInfinity]));
    }
}
