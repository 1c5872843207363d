using System.Text.RegularExpressions;
using Whales.Testing;

namespace Whales.Deployment.Tests;

/// <summary>Images of others are held by their digest, and scripts/pin-images.sh renews them.</summary>
public sealed partial class PinnedImagesTests : IDisposable
{
    private static readonly string[] Files = ["docker-compose.yml", "Dockerfile"];

    private readonly string _folder = Directory.CreateTempSubdirectory("whales-pin-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Images_OfOthers_HaveVersionAndDigest()
    {
        var images = Files.SelectMany(file => ImagePattern().Matches(File.ReadAllText(Documented.PathOf(file)))).Select(match => match.Groups[1].Value)
            .Where(image => !image.StartsWith("whales-queue/", StringComparison.Ordinal) && !Documented.Targets.Contains(image)).ToList();

        Assert.Equal(8, images.Count);
        Assert.All(images, image => Assert.Matches(@"^[a-z0-9./-]+:v?\d+(\.\d+)+[a-z0-9.-]*@sha256:[0-9a-f]{64}$", image));
    }

    [Fact]
    public async Task PinImages_RegistryHasNewDigests_WritesThemAndNothingElse()
    {
        foreach (var file in Files)
            File.Copy(Documented.PathOf(file), Path.Combine(_folder, file));
        FakeDocker("""printf 'sha256:%s\n' "$(printf '%s' "$4" | sha256sum | cut -d' ' -f1)" """);

        var (code, output) = await PinAsync();

        Assert.True(code == 0, output);
        foreach (var file in Files)
        {
            var before = await File.ReadAllTextAsync(Documented.PathOf(file), TestContext.Current.CancellationToken);
            var after = await File.ReadAllTextAsync(Path.Combine(_folder, file), TestContext.Current.CancellationToken);
            Assert.Equal(DigestPattern().Replace(before, ""), DigestPattern().Replace(after, ""));
            Assert.Equal(DigestPattern().Count(before), DigestPattern().Count(after));
            Assert.DoesNotContain(DigestPattern().Matches(before).Select(match => match.Value), digest => after.Contains(digest, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task PinImages_RegistryDoesNotAnswer_ChangesNothing()
    {
        foreach (var file in Files)
            File.Copy(Documented.PathOf(file), Path.Combine(_folder, file));
        FakeDocker("case $4 in postgres:*) exit 1 ;; esac; printf 'sha256:%064d\\n' 1");

        var (code, output) = await PinAsync();

        Assert.Equal(1, code);
        Assert.Contains("postgres:", output, StringComparison.Ordinal);
        foreach (var file in Files)
            Assert.Equal(await File.ReadAllTextAsync(Documented.PathOf(file), TestContext.Current.CancellationToken), await File.ReadAllTextAsync(Path.Combine(_folder, file), TestContext.Current.CancellationToken));
    }

    /// <param name="answer">Shell; the image is $4, as in <c>docker buildx imagetools inspect IMAGE</c>.</param>
    private void FakeDocker(string answer)
    {
        var docker = Path.Combine(_folder, "docker");
        File.WriteAllText(docker, $"#!/bin/sh\n[ \"$1 $2 $3\" = \"buildx imagetools inspect\" ] || exit 2\n{answer}\n");
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private async Task<(int Code, string Output)> PinAsync()
    {
        using var process = ChildProcess.Start(
            ["bash", Documented.PathOf("scripts/pin-images.sh"), .. Files.Select(file => Path.Combine(_folder, file))],
            new Dictionary<string, string?> { ["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}" });
        var code = await process.WaitForExitAsync(TimeSpan.FromMinutes(1));
        return (code, process.OutputTail());
    }

    [GeneratedRegex(@"^(?: *image: |FROM )(\S+)", RegexOptions.Multiline)]
    private static partial Regex ImagePattern();

    [GeneratedRegex("@sha256:[0-9a-f]{64}")]
    private static partial Regex DigestPattern();
}
