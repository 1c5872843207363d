using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Whales.Notifier.Alerts;

/// <summary>Walks one document, collecting problems with the path of what is wrong.</summary>
internal sealed class PayloadReader
{
    // A broken sender with 500 bad alerts needs no 500 sentences.
    private const int MaxProblems = 20;

    private static readonly HashSet<string> PayloadMembers = new(StringComparer.Ordinal)
    {
        "version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations", "externalURL", "alerts",
    };

    private static readonly HashSet<string> AlertMembers = new(StringComparer.Ordinal)
    {
        "status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint",
    };

    private readonly List<string> _problems = [];

    public ParsedPayload Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return new ParsedPayload(null, ["The body must be a JSON object."]);
        var version = Text(root, "version", "", required: true);
        if (version.Length > 0 && version != "4")
            Add($"version is '{Shown(version)}'; only '4' is understood.");
        var groupKey = Text(root, "groupKey", "", required: true);
        var alerts = Alerts(root);
        var payload = new AlertmanagerPayload
        {
            Version = version,
            GroupKey = groupKey,
            TruncatedAlerts = Count(root, "truncatedAlerts"),
            Status = Status(root, ""),
            Receiver = Text(root, "receiver", ""),
            GroupLabels = Map(root, "groupLabels", ""),
            CommonLabels = Map(root, "commonLabels", ""),
            CommonAnnotations = Map(root, "commonAnnotations", ""),
            ExternalUrl = Text(root, "externalURL", ""),
            Alerts = alerts,
            Unknown = Unknown(root, PayloadMembers),
        };
        return _problems.Count == 0 ? new ParsedPayload(payload, []) : new ParsedPayload(null, _problems);
    }

    private List<Alert> Alerts(JsonElement root)
    {
        var alerts = new List<Alert>();
        if (!root.TryGetProperty("alerts", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            Add("alerts must be a list.");
            return alerts;
        }

        foreach (var element in list.EnumerateArray())
        {
            var path = $"alerts[{alerts.Count.ToString(CultureInfo.InvariantCulture)}]";
            if (element.ValueKind != JsonValueKind.Object)
                Add($"{path} must be an object.");
            alerts.Add(ReadAlert(element.ValueKind == JsonValueKind.Object ? element : default, path));
        }

        if (alerts.Count == 0)
            Add("alerts is empty.");
        return alerts;
    }

    private Alert ReadAlert(JsonElement element, string path)
    {
        var status = Status(element, path + ".");
        var labels = Map(element, "labels", path + ".", required: true);
        var fingerprint = Text(element, "fingerprint", path + ".");
        var endsAt = Time(element, "endsAt", path + ".");
        return new Alert
        {
            Status = status,
            Labels = labels,
            Annotations = Map(element, "annotations", path + "."),
            StartsAt = Time(element, "startsAt", path + ".", required: true) ?? default,
            EndsAt = status == AlertStatus.Resolved && endsAt is { Year: > 1 } ? endsAt : null,
            GeneratorUrl = Text(element, "generatorURL", path + "."),
            Fingerprint = fingerprint.Length > 0 ? fingerprint : FingerprintOf(labels),
            Unknown = Unknown(element, AlertMembers),
        };
    }

    private AlertStatus Status(JsonElement element, string path)
    {
        var text = Text(element, "status", path, required: true);
        if (text is not ("firing" or "resolved" or ""))
            Add($"{path}status is '{Shown(text)}'; it must be 'firing' or 'resolved'.");
        return text == "resolved" ? AlertStatus.Resolved : AlertStatus.Firing;
    }

    private string Text(JsonElement element, string name, string path, bool required = false)
    {
        if (!TryGet(element, name, out var value))
        {
            if (required)
                Add($"{path}{name} is missing.");
            return "";
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Add($"{path}{name} must be text.");
            return "";
        }

        var text = StringOf(value);
        if (required && text.Length == 0)
            Add($"{path}{name} is empty.");
        return text;
    }

    private int Count(JsonElement element, string name)
    {
        if (!TryGet(element, name, out var value))
            return 0;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0)
            return count;
        Add($"{name} must be a number, 0 or more.");
        return 0;
    }

    private DateTimeOffset? Time(JsonElement element, string name, string path, bool required = false)
    {
        if (!TryGet(element, name, out var value))
        {
            if (required)
                Add($"{path}{name} is missing.");
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time))
            return time.ToUniversalTime();
        Add($"{path}{name} must be a time as in RFC 3339.");
        return null;
    }

    private Dictionary<string, string> Map(JsonElement element, string name, string path, bool required = false)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!TryGet(element, name, out var value))
        {
            if (required)
                Add($"{path}{name} is missing.");
            return map;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            Add($"{path}{name} must be an object.");
            return map;
        }

        foreach (var member in value.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String)
                map[member.Name] = StringOf(member.Value);
            else
                Add($"{path}{name}.{Shown(member.Name)} must be text.");
        }

        return map;
    }

    private static Dictionary<string, JsonElement>? Unknown(JsonElement element, HashSet<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        var rest = element.EnumerateObject().Where(member => !known.Contains(member.Name)).ToList();
        return rest.Count == 0 ? null : rest.GroupBy(member => member.Name).ToDictionary(members => members.Key, members => members.Last().Value.Clone());
    }

    private static bool TryGet(JsonElement element, string name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>A lone half of a surrogate pair is allowed in JSON and in no text: it becomes U+FFFD.</summary>
    private static string StringOf(JsonElement value)
    {
        try
        {
            return value.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return LoneSurrogates.Unescape(value.GetRawText());
        }
    }

    private static string FingerprintOf(Dictionary<string, string> labels)
    {
        var text = string.Join('\u0001', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}\u0002{label.Value}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "...";

    private void Add(string problem)
    {
        if (_problems.Count < MaxProblems)
            _problems.Add(problem);
    }
}
