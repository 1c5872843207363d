using System.Text.Json.Serialization;

namespace Whales.Notifier.Messages;

/// <summary>What messages are written in. The hosts run without culture data, so a language is ours and no CultureInfo.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Language>))]
internal enum Language
{
    [JsonStringEnumMemberName("en")] English,
    [JsonStringEnumMemberName("ru")] Russian,
}

/// <summary>For whom a message is written.</summary>
/// <param name="Language">Of the texts.</param>
/// <param name="TimeZone">In which clock times are said.</param>
internal sealed record Reader(Language Language, TimeZoneInfo TimeZone)
{
    public static Reader Default { get; } = new(Language.English, TimeZoneInfo.Utc);
}
