using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Whales.FunctionalTests.Monitoring;
using Whales.FunctionalTests.Running;

namespace Whales.FunctionalTests;

/// <summary>Standalone is the notifier too, where its settings are.</summary>
public sealed class StandaloneNotifierTests : IDisposable
{
    private const string Token = "token-of-this-test";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _key = $"whales_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Webhook_NotifierConfigured_IsServedByTheSameProcess()
    {
        await using var system = await StartAsync(keys: null);
        using var outbox = new Outbox(system.Host.Url);

        Assert.Equal(HttpStatusCode.Accepted, await PostAlertAsync(system, "webhook", Token));
        Assert.Equal(HttpStatusCode.Accepted, await PostAlertAsync(system, "webhook/alertmanager/critical", Token));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAlertAsync(system, "webhook", "another"));

        await outbox.WaitForAsync(Patience, DateTimeOffset.MinValue, "Rehearsal");
        var photo = await system.Client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel);
        Assert.Equal(Contracts.IdentificationStatus.Succeeded, (await system.Client.FinishedAsync(photo.Id)).Status);
    }

    [Fact]
    public async Task Webhook_WithApiKeys_NeedsItsOwnTokenAndNoKey()
    {
        await using var system = await StartAsync(keys: $"oscar:operate:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_key)))}");
        using var outbox = new Outbox(system.Host.Url, _key);

        Assert.Equal(HttpStatusCode.Accepted, await PostAlertAsync(system, "webhook", Token));
        Assert.Equal(HttpStatusCode.Accepted, await PostAlertAsync(system, "webhook/alertmanager/warning", Token));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAlertAsync(system, "webhook", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAlertAsync(system, "webhook", _key));

        // What was not sent is for operators.
        await outbox.WaitForAsync(Patience, DateTimeOffset.MinValue, "Rehearsal");
        using var stranger = await system.Client.Http.GetAsync(new Uri("debug/outbox", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
    }

    [Fact]
    public async Task Webhook_WithTheApisLimits_IsHeldToItsOwnAlone()
    {
        // What Alertmanager is answered 413 or 429 it never sends again.
        await using var system = await StartAsync(
            keys: $"oscar:operate:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_key)))}",
            ("Connections__MaxBodyBytes", "1000"), ("Limits__RequestsPerMinute", "1"), ("Limits__Burst", "1"), ("Notifier__MaxWebhookBytes", "3000000"));

        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Accepted, await PostAlertAsync(system, "webhook", Token, new string(' ', 2_000_000)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAlertAsync(system, "webhook", Token, new string(' ', 4_000_000)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAlertAsync(system, "webhook", null));
    }

    [Fact]
    public async Task Webhook_NotifierNotConfigured_IsNotThere()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel);

        Assert.Equal(HttpStatusCode.NotFound, await PostAlertAsync(system, "webhook", Token));
    }

    private Task<StandaloneSystem> StartAsync(string? keys, params (string Name, string Value)[] others)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Notifier__WebhookToken"] = Token,
            ["Notifier__SqliteFile"] = _folder.Path("notifier.db"),
            ["ApiKeys__Keys"] = keys,
        };
        foreach (var (name, value) in others)
            settings[name] = value;
        return StandaloneSystem.StartAsync(TestPictures.WriteQuickModel, settings);
    }

    private static async Task<HttpStatusCode> PostAlertAsync(StandaloneSystem system, string path, string? token, string padding = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = new StringContent("""
            {
              "version": "4", "groupKey": "{}:{alertname=\"Rehearsal\"}", "status": "firing", "receiver": "telegram-default",
              "groupLabels": { "alertname": "Rehearsal" }, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://127.0.0.1:9093",
              "alerts": [ {
                "status": "firing", "labels": { "alertname": "Rehearsal", "severity": "warning" }, "annotations": { "summary": "Only a rehearsal" },
                "startsAt": "2026-11-22T06:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://127.0.0.1:9090/graph", "fingerprint": "0123456789abcdef"
              } ]
            }
            """ + padding, Encoding.UTF8, "application/json");
        using var answer = await system.Client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
