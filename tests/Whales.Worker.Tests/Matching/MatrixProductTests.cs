using Whales.Worker.Matching;

namespace Whales.Worker.Tests.Matching;

public sealed class MatrixProductTests
{
    [Theory]
    [InlineData(8, 1, 16)]
    [InlineData(8, 4, 16)]
    [InlineData(64, 3, 512)]
    [InlineData(64, 7, 512)]
    [InlineData(24, 16, 96)]
    public void Multiply_AnyShape_IsTheNaiveProduct(int rows, int queries, int stride)
    {
        var random = new Random(1);
        var a = Enumerable.Range(0, rows * stride).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var b = Enumerable.Range(0, queries * stride).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var scores = new float[queries * rows];

        MatrixProduct.Multiply(a, rows, b, queries, stride, scores, rows);

        for (var query = 0; query < queries; query++)
            for (var row = 0; row < rows; row++)
                Assert.Equal(Enumerable.Range(0, stride).Sum(k => (double)a[row * stride + k] * b[query * stride + k]), scores[query * rows + row], 1e-5);
    }

    [Fact]
    public void Multiply_QueryAloneOrInABatch_IsTheSameToTheLastBit()
    {
        const int Rows = 16, Stride = 512, Queries = 6;
        var random = new Random(2);
        var a = Enumerable.Range(0, Rows * Stride).Select(_ => random.NextSingle()).ToArray();
        var b = Enumerable.Range(0, Queries * Stride).Select(_ => random.NextSingle()).ToArray();
        var together = new float[Queries * Rows];
        MatrixProduct.Multiply(a, Rows, b, Queries, Stride, together, Rows);

        for (var query = 0; query < Queries; query++)
        {
            var alone = new float[Rows];
            MatrixProduct.Multiply(a, Rows, b.AsSpan(query * Stride, Stride), 1, Stride, alone, Rows);
            Assert.Equal(together.AsSpan(query * Rows, Rows).ToArray(), alone);
        }
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(512, 512)]
    public void PaddedDimensions_AnyNumber_IsTheNextMultipleOf16(int dimensions, int expected) =>
        Assert.Equal(expected, MatrixProduct.PaddedDimensions(dimensions));
}
