using Whales.Testing;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Quality;

/// <summary>
/// Each model that ships finds the drawn animals of samples/heads as well as it did when it was recorded, and with the same numbers.
/// models/README.md ("Quality is guarded") says how to record a model that was changed on purpose.
/// </summary>
public sealed class ShippedQualityTests
{
    public static TheoryData<string> Models => [.. Directory.GetDirectories(Path.Combine(Repository.Root, "models")).Select(folder => Path.GetFileName(folder)).Where(name => !name.StartsWith('.')).Order()];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task CheckModel_DrawnHeads_GivesWhatIsOnRecord(string model)
    {
        using var output = new StringWriter();

        var code = await CheckModelCommand.RunAsync(["--pictures", Path.Combine(Repository.Root, "samples", "heads"), Path.Combine(Repository.Root, "models", model)], output);

        Assert.True(code == 0, output.ToString());
    }
}
