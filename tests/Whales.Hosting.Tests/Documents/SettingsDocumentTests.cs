using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Whales.Ingest.Api;
using Whales.Notifier;
using Whales.Testing;
using Whales.Worker;

namespace Whales.Hosting.Tests.Documents;

/// <summary>docs/settings.md has each option with its range and its default, as the classes have them.</summary>
public sealed class SettingsDocumentTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "settings.md"));

    public static TheoryData<string, string> Options()
    {
        var data = new TheoryData<string, string>();
        foreach (var type in OptionsClasses())
        {
            foreach (var property in type.GetProperties())
                data.Add(type.FullName!, property.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Option_OfAnOptionsClass_IsDocumentedAsItIs(string typeName, string propertyName)
    {
        var type = OptionsClasses().Single(t => t.FullName == typeName);
        var property = type.GetProperty(propertyName)!;
        var key = $"{SectionOf(type)}:{propertyName}";

        // setting, environment, type and range, default, who, what
        var cells = CellsOf(key);
        Assert.Equal(6, cells.Length);
        Assert.StartsWith($"`{key.Replace(":", "__", StringComparison.Ordinal)}", cells[1], StringComparison.Ordinal);
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}"), cells[2], StringComparison.Ordinal);
        AssertDefault(property.GetValue(Activator.CreateInstance(type, nonPublic: true)), cells[3].Trim('`'));
    }

    [Fact]
    public void Defaults_OfEveryHost_AreDocumented()
    {
        var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.AddWhalesDefaults("test");
        var defaults = ((MemoryConfigurationSource)builder.Configuration.Sources[0]).InitialData!;

        Assert.All(defaults, setting => Assert.Contains($"`{setting.Value}`", CellsOf(setting.Key)));
    }

    [Fact]
    public void OptionsClasses_AreFound() => Assert.True(OptionsClasses().Count() >= 7);

    private static IEnumerable<Type> OptionsClasses() =>
        new[] { typeof(WhalesDefaults), typeof(IngestExtensions), typeof(WorkerExtensions), typeof(NotifierExtensions) }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && SectionOf(type) is not null);

    private static string? SectionOf(Type type) =>
        (type.GetField("SectionName") ?? type.GetField("Section"))?.GetRawConstantValue() as string;

    private static string[] CellsOf(string key)
    {
        var line = Assert.Single(Lines, line => line.StartsWith($"| `{key}` |", StringComparison.Ordinal));
        return [.. line.Trim('|', ' ').Split(" | ").Select(cell => cell.Trim())];
    }

    private static void AssertDefault(object? expected, string documented)
    {
        switch (expected)
        {
            case TimeSpan time:
                Assert.Equal(time, TimeSpan.Parse(documented, CultureInfo.InvariantCulture));
                break;
            case null or System.Collections.ICollection { Count: 0 }:
                Assert.True(documented is "none" or "measured" or "all", documented);
                break;
            case Enum value:
                Assert.Equal(value.ToString().ToLowerInvariant(), documented);
                break;
            default:
                Assert.Equal(Convert.ToString(expected, CultureInfo.InvariantCulture), documented);
                break;
        }
    }
}
