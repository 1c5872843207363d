using Whales.Hosting.Security;
using Whales.Ingest.Api.Security;

namespace Whales.Ingest.Api.Tests.Security;

public sealed class ApiKeyTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void Make_Twice_GivesKeysOf256BitsThatDiffer()
    {
        var (one, _) = ApiKey.Make("survey-7", Scope.Submit);
        var (other, _) = ApiKey.Make("survey-7", Scope.Submit);

        Assert.Matches("^whales_[0-9a-f]{64}$", one);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void Line_OfANewKey_IsReadAndHasNothingOfTheKey()
    {
        var (text, key) = ApiKey.Make("survey-7", Scope.Submit | Scope.Curate);

        var read = Assert.Single(ApiKeys.Read(key.Line, out var errors));

        Assert.Empty(errors);
        Assert.Equal(("survey-7", Scope.Submit | Scope.Curate), (read.Name, read.Scopes));
        Assert.Equal(ApiKey.HashOf(text), read.Hash);
        Assert.DoesNotContain(text["whales_".Length..], key.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"alice:submit:{Hash}", 1)]
    [InlineData($"# people\nalice:submit:{Hash}\r\n\n", 1)]
    [InlineData($"alice:submit:{Hash};bob:operate,submit:1{Hash}", -1)]
    [InlineData($"alice:submit:{Hash}\nbob:submit:{Hash}", -1)]
    [InlineData($"Alice:submit:{Hash}", -1)]
    [InlineData($":submit:{Hash}", -1)]
    [InlineData($"alice:all:{Hash}", -1)]
    [InlineData($"alice::{Hash}", -1)]
    [InlineData("alice:submit:whales_123", -1)]
    [InlineData("whales_0123", -1)]
    public void Read_Setting_IsTakenOrNamedWithoutItsText(string setting, int keys)
    {
        var read = ApiKeys.Read(setting, out var errors);

        if (keys >= 0)
        {
            Assert.Equal(keys, read.Count);
            Assert.Empty(errors);
            return;
        }
        Assert.Contains("ApiKeys:Keys, entry ", Assert.Single(errors), StringComparison.Ordinal);
        Assert.DoesNotContain("whales_", errors[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("survey-7", "--scopes", "submit,curate")]
    [InlineData("ops.2026", "--scopes", "operate")]
    public void MakeKey_Arguments_PrintKeyAndLineThatBelongTogether(params string[] arguments)
    {
        var output = new StringWriter();

        Assert.Equal(0, MakeKeyCommand.Run(arguments, output, TextWriter.Null));

        var lines = output.ToString().Split('\n').Select(line => line.Trim()).ToList();
        var text = Assert.Single(lines, line => line.StartsWith("whales_", StringComparison.Ordinal));
        var key = Assert.Single(ApiKeys.Read(Assert.Single(lines, line => line.StartsWith(arguments[0] + ":", StringComparison.Ordinal)), out _));
        Assert.Equal(ApiKey.HashOf(text), key.Hash);
        Assert.Equal(arguments[2], string.Join(',', Scopes.Of(key.Scopes)));
    }

    [Theory]
    [InlineData]
    [InlineData("survey-7")]
    [InlineData("survey-7", "--scopes", "everything")]
    [InlineData("Survey 7", "--scopes", "submit")]
    [InlineData("a:b", "--scopes", "submit")]
    public void MakeKey_ArgumentsWithoutSense_SayHow(params string[] arguments)
    {
        var errors = new StringWriter();

        Assert.Equal(2, MakeKeyCommand.Run(arguments, TextWriter.Null, errors));

        Assert.Contains("make-key NAME --scopes", errors.ToString(), StringComparison.Ordinal);
    }
}
