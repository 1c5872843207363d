using System.Text;
using Whales.Contracts;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Tests.Messages;

/// <summary>Notices of every kind with the worst of texts, the same for the same seed.</summary>
/// <param name="seed">Of the randomness.</param>
/// <param name="wellFormed">Without halves of surrogate pairs, as texts are once they were read from JSON.</param>
internal sealed class AnyNotice(int seed, bool wellFormed = false)
{
    private static readonly string[] Pieces =
    [
        "<", ">", "&", "\"", "'", "&amp;", "&lt;b&gt;", "&#0;", "<b>", "</b>", "<a href=\"", "</a>", "<blockquote expandable>", "</blockquote>", "<script>", "]]>", "\\", "`", "*", "_", "%s", "{0}",
        "\n", "\r\n", "\t", "\u0000", "\u0007", "\u001b[31m", "\u007f", "\u0085", "\u009f", "\u00a0", "\u00ad", "\u200b", "\u200d", "\u200e", "\u200f", "\u061c", "\u202a", "\u202e", "\u202c",
        "\u2066", "\u2067", "\u2068", "\u2069", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "\ufdd0", "\ud83d", "\ude00", "\udbff", "\udc00", "😀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇳🇴", "e\u0301\u0301\u0301", "\U0001F3FB",
        "\U000E0041", "\U0010FFFF", "שלום", "مرحبا", "日本語", "кит", "Ð", "ﷺ", "𝔊", "=", ":", "/", " ", "  ", "whale", "resnet101", "19.2", "http://", "javascript:alert(1)",
    ];

    private static readonly string[] Addresses =
    [
        "http://prometheus:9090/graph?g0.expr=a%3Eb&g0.tab=1", "https://whales.example/runbooks#x", "javascript:alert(1)", "", "http://", "http://a b/\"><b>", "ftp://x/y", "//x", "https://пример.рф/путь?q=\"&<",
        "http://user:secret@host/", "https://x/\ud83d", "http://[::1]:9090/", "http://[zz", "tg://user?id=1",
    ];

    private readonly Random _random = new(seed);
    private readonly List<string> _texts = [];

    public Reader Reader() => new(_random.Next(2) == 0 ? Language.English : Language.Russian, _random.Next(4) switch
    {
        0 => TimeZoneInfo.Utc,
        1 => TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata"),
        2 => TimeZoneInfo.FindSystemTimeZoneById("America/St_Johns"),
        _ => TimeZoneInfo.FindSystemTimeZoneById("Pacific/Kiritimati"),
    });

    public Notice Next() => _random.Next(12) switch
    {
        <= 4 => Alert(),
        5 => new AlertBundle { Groups = [.. Many(2, 12, Alert)], State = State(), ButtonId = Id(), OlderDropped = Few() },
        6 => new AlertReply { Group = Group(), Kind = Enum.GetValues<AlertReplyKind>()[_random.Next(3)], State = State(), ButtonId = Id() },
        7 => new FailureSummary
        {
            Type = Enum.GetValues<FailureType>()[_random.Next(5)],
            Model = Text(),
            Reason = _random.Next(2) == 0 ? FailureCodes.All[_random.Next(FailureCodes.All.Count)] : Text(),
            Count = _random.Next(1, 1000),
            Since = Time(),
            Last = _random.Next(2) == 0 ? Time() : null,
            Sample = new FailureSample(Text(), Text(), Text()),
            OlderDropped = Few(),
        },
        8 => new Digest { Since = Time(), Until = _random.Next(2) == 0 ? Time() : null, Entries = [.. Many(0, 60, Entry)], OlderDropped = Few() },
        9 => new DailySummary
        {
            From = Time(),
            To = Time(),
            Models = _random.Next(4) == 0 ? null : [.. Many(0, 40, () => new ModelDay(Text(), Outcomes(), _random.Next(3) == 0 ? null : _random.NextDouble() * 1e5))],
            Alerts = [.. Many(0, 40, Entry)],
            DeadLetters = _random.Next(3) == 0 ? null : Few(),
            Waiting = _random.Next(3) == 0 ? null : Few(),
            OlderDropped = Few(),
        },
        10 => new OperatorNotice(Enum.GetValues<OperatorNoticeKind>()[_random.Next(4)], Text(), Text()) { OlderDropped = Few() },
        _ => _random.Next(3) switch
        {
            0 => new HeartbeatLost(_random.Next(3) == 0 ? null : Time(), _random.Next(2) == 0),
            1 => new HeartbeatReturned(Time(), Time()),
            _ => new TestNotice(Text()),
        },
    };

    public AlertNotice Alert() => new()
    {
        Group = Group(),
        Previously = _random.Next(3) == 0 ? Group() : null,
        State = State(),
        ButtonId = Id(),
        OlderDropped = Few(),
    };

    private AlertmanagerPayload Group()
    {
        var alerts = Many(1, _random.Next(6) == 0 ? 120 : 6, OneAlert).ToList();
        return new AlertmanagerPayload
        {
            GroupKey = Text(),
            Status = alerts.Any(alert => alert.Status == AlertStatus.Firing) ? AlertStatus.Firing : AlertStatus.Resolved,
            Alerts = alerts,
            TruncatedAlerts = Few(),
            ExternalUrl = Pick(Addresses),
            GroupLabels = Map(),
            CommonLabels = Map(),
            CommonAnnotations = Map(),
        };
    }

    private Alert OneAlert()
    {
        var labels = Map();
        foreach (var (label, values) in ((string, string[])[])[("alertname", []), ("severity", ["critical", "warning", "info", "none"]), ("model", ["resnet101"]), ("instance", [])])
        {
            if (_random.Next(4) > 0)
                labels[label] = values.Length == 0 || _random.Next(6) == 0 ? Text() : Pick(values);
        }

        var annotations = Map();
        foreach (var annotation in (string[])["summary", "summary_ru", "description", "value"])
        {
            if (_random.Next(3) > 0)
                annotations[annotation] = Text();
        }

        foreach (var annotation in (string[])["runbook_url", "dashboard"])
        {
            if (_random.Next(2) > 0)
                annotations[annotation] = _random.Next(4) == 0 ? Text() : Pick(Addresses);
        }

        var status = _random.Next(3) == 0 ? AlertStatus.Resolved : AlertStatus.Firing;
        return new Alert
        {
            Status = status,
            Labels = labels,
            Annotations = annotations,
            StartsAt = Time(),
            EndsAt = status == AlertStatus.Resolved ? Time() : null,
            GeneratorUrl = _random.Next(4) == 0 ? Text() : Pick(Addresses),
            Fingerprint = _random.Next(20).ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    private AlertState State() => _random.Next(2) == 0 ? new AlertState() : new AlertState
    {
        Silence = _random.Next(2) == 0 ? null : new SilenceNote([Text()], Time(), Text(), Time()),
        Acknowledged = _random.Next(2) == 0 ? null : new Acknowledgement(Text(), Time()),
        Flapping = _random.Next(2) == 0 ? null : new Flapping(_random.Next(3, 50), TimeSpan.FromMinutes(_random.Next(1, 60)), Time()),
        Escalation = _random.Next(2) == 0 ? null : new Escalation(Text(), TimeSpan.FromMinutes(_random.Next(1, 5000))),
    };

    private Dictionary<string, long> Outcomes()
    {
        var outcomes = new Dictionary<string, long> { ["identified"] = _random.Next(100), ["failed"] = _random.Next(5) };
        if (_random.Next(4) == 0)
            outcomes[Text()] = _random.Next(3);
        return outcomes;
    }

    private DigestEntry Entry() => new(Enum.GetValues<Severity>()[_random.Next(4)], (AlertStatus)_random.Next(2), Text(), Text(), _random.Next(1, 50));

    private Dictionary<string, string> Map()
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var left = _random.Next(_random.Next(10) == 0 ? 60 : 4); left > 0; left--)
            map[Text()] = Text();
        return map;
    }

    /// <summary>Usually short, sometimes empty, sometimes as long as a whole body; some come again.</summary>
    private string Text()
    {
        if (_texts.Count > 20 && _random.Next(10) > 0)
            return _texts[_random.Next(_texts.Count)];
        var text = NewText();
        _texts.Add(wellFormed ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text);
        return _texts[^1];
    }

    private string NewText()
    {
        var length = _random.Next(40) switch { 0 => 20_000, 1 or 2 => 3000, < 8 => 100, 8 => 0, _ => 12 };
        var text = new StringBuilder();
        while (text.Length < length)
        {
            if (_random.Next(3) == 0)
                text.Append((char)_random.Next(0x10000));
            else
                text.Append(Pick(Pieces));
            if (length > 1000 && _random.Next(50) == 0)
                text.Append(Pick(Pieces)[0], length / 3);
        }

        return text.ToString();
    }

    private DateTimeOffset Time() => _random.Next(12) switch
    {
        0 => DateTimeOffset.MinValue,
        1 => DateTimeOffset.MaxValue,
        2 => new DateTimeOffset(2025, 12, 31, 23, 59, 59, TimeSpan.FromHours(14)),
        _ => new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero).AddSeconds(-_random.Next(0, 1_000_000)),
    };

    private string? Id() => _random.Next(4) == 0 ? null : "b" + _random.Next(1_000_000);

    private int Few() => _random.Next(3) == 0 ? _random.Next(1, 30) : 0;

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    private List<T> Many<T>(int least, int most, Func<T> make)
    {
        var list = new List<T>();
        for (var left = _random.Next(least, most + 1); left > 0; left--)
            list.Add(make());
        return list;
    }
}
