using System.Text;
using System.Text.Json.Nodes;
using Whales.Notifier.Alerts;

namespace Whales.Notifier.Tests.Alerts;

public sealed class AlertmanagerPayloadParserTests
{
    // Sent by a real Alertmanager 0.25.
    internal const string Real = """
        {"receiver":"telegram-critical","status":"firing","alerts":[{"status":"firing","labels":{"alert_family":"x","alertname":"CriticalInferenceTime",
        "component":"worker","model":"resnet101","severity":"critical"},"annotations":{"summary":"a <b>&amp; c"},"startsAt":"2026-11-22T02:01:29.524977157Z",
        "endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus:9090/graph?g0.expr=x","fingerprint":"278a6a10508574e1"}],
        "groupLabels":{"alertname":"CriticalInferenceTime","component":"worker","model":"resnet101"},"commonLabels":{"alert_family":"x",
        "alertname":"CriticalInferenceTime","component":"worker","model":"resnet101","severity":"critical"},"commonAnnotations":{"summary":"a <b>&amp; c"},
        "externalURL":"http://vm:19093","version":"4",
        "groupKey":"{}/{severity=\"critical\"}:{alertname=\"CriticalInferenceTime\", component=\"worker\", model=\"resnet101\"}","truncatedAlerts":0}
        """;

    [Fact]
    public void Parse_BodyOfARealAlertmanager_KeepsEverything()
    {
        var parsed = Parse(Real);

        Assert.True(parsed.IsValid, string.Join(" ", parsed.Problems));
        var payload = parsed.Payload;
        Assert.Equal("4", payload.Version);
        Assert.Equal("telegram-critical", payload.Receiver);
        Assert.Equal(AlertStatus.Firing, payload.Status);
        Assert.Equal("http://vm:19093", payload.ExternalUrl);
        Assert.StartsWith("{}/{severity=", payload.GroupKey, StringComparison.Ordinal);
        Assert.Equal("resnet101", payload.GroupLabels["model"]);
        Assert.Equal("a <b>&amp; c", payload.CommonAnnotations["summary"]);
        var alert = Assert.Single(payload.Alerts);
        Assert.Equal("278a6a10508574e1", alert.Fingerprint);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 2, 1, 29, TimeSpan.Zero), alert.StartsAt, TimeSpan.FromSeconds(1));
        Assert.Null(alert.EndsAt);
        Assert.Equal("http://prometheus:9090/graph?g0.expr=x", alert.GeneratorUrl);
        Assert.Null(payload.Unknown);
    }

    [Fact]
    public void Parse_MembersOfANewerAlertmanager_AreKept()
    {
        var body = JsonNode.Parse(Real)!;
        body["notification_reason"] = "group_interval";
        body["alerts"]![0]!["routeLabels"] = new JsonObject { ["a"] = "b" };

        var payload = Parse(body.ToJsonString()).Payload!;

        Assert.Equal("group_interval", payload.Unknown!["notification_reason"].GetString());
        Assert.Equal("b", payload.Alerts[0].Unknown!["routeLabels"].GetProperty("a").GetString());
    }

    [Fact]
    public void Parse_NoFingerprint_MakesTheSameFromTheSameLabels()
    {
        var body = JsonNode.Parse(Real)!;
        body["alerts"]![0]!.AsObject().Remove("fingerprint");

        var first = Parse(body.ToJsonString()).Payload!.Alerts[0].Fingerprint;
        body["alerts"]![0]!["labels"]!["model"] = "other";

        Assert.NotEqual(first, Parse(body.ToJsonString()).Payload!.Alerts[0].Fingerprint);
        Assert.Equal(16, first.Length);
    }

    [Fact]
    public void Parse_HalfASurrogatePair_IsReplaced()
    {
        var parsed = Parse(Real.Replace("a <b>&amp; c", "a \\ud83d\\n\\\"x", StringComparison.Ordinal));

        Assert.Equal("a \uFFFD\n\"x", parsed.Payload!.Alerts[0].Annotations["summary"]);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{}", "version is missing")]
    [InlineData("{}", "groupKey is missing")]
    [InlineData("{}", "alerts must be a list")]
    [InlineData("""{"version":"3"}""", "version is '3'; only '4' is understood")]
    [InlineData("""{"version":"4","groupKey":"g","status":"firing","alerts":[]}""", "alerts is empty")]
    [InlineData("""{"version":"4","groupKey":"g","status":"sleeping","alerts":[]}""", "status is 'sleeping'")]
    [InlineData("""{"version":"4","groupKey":"g","status":"firing","alerts":[1]}""", "alerts[0] must be an object")]
    [InlineData("""{"version":"4","groupKey":"g","status":"firing","alerts":[{}]}""", "alerts[0].labels is missing")]
    [InlineData("""{"version":"4","groupKey":"g","status":"firing","alerts":[{"labels":{"a":1}}]}""", "alerts[0].labels.a must be text")]
    [InlineData("""{"version":"4","groupKey":"g","status":"firing","alerts":[{"startsAt":"now"}]}""", "alerts[0].startsAt must be a time")]
    [InlineData("""{"version":"4","groupKey":7,"truncatedAlerts":-1}""", "truncatedAlerts must be a number")]
    public void Parse_ABodyThatWillNeverBeValid_SaysWhatIsWrong(string body, string expected)
    {
        var parsed = Parse(body);

        Assert.False(parsed.IsValid);
        Assert.Null(parsed.Payload);
        Assert.Contains(parsed.Problems, problem => problem.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_SeveralThingsAreWrong_SaysThemAllAtOnce()
    {
        var parsed = Parse("""{"version":"3","status":"x","alerts":[{"status":"y"}]}""");

        Assert.Equal(6, parsed.Problems.Count);
    }

    internal static ParsedPayload Parse(string body) => AlertmanagerPayloadParser.Parse(Encoding.UTF8.GetBytes(body));
}
