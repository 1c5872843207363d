using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Whales.Testing;

namespace Whales.Notifier.Tests.Running;

/// <summary>The notifier as operators run it, a process of its own, with its folder; it may be killed and started again.</summary>
public sealed class RunningNotifier : IAsyncDisposable
{
    public const string WebhookToken = "webhook-token-of-the-tests";
    public const long Chat = -1001;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("whales-notifier-").FullName;
    // A page of metrics is work for the notifier too: whoever waits for a number asks ten times a second.
    private static readonly TimeSpan BetweenPages = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, string?> _settings;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    private long _lastPage;

    private RunningNotifier(Dictionary<string, string?> settings) => _settings = settings;

    public HostProcess Process { get; private set; } = null!;

    public string StoreFile => Path.Combine(_folder, "notifier.db");

    public Uri Url { get; } = new($"http://127.0.0.1:{FreePort.Next()}/");

    /// <summary>Starts one that knows one chat, <see cref="Chat"/>, by the name ops, and is quick.</summary>
    /// <param name="telegram">Null: none, and no token.</param>
    /// <param name="settings">Besides those, or in their place; <c>{url}</c> is where the notifier listens.</param>
    /// <param name="ready">False: return as soon as it listens.</param>
    public static async Task<RunningNotifier> StartAsync(FakeBotApi? telegram, IReadOnlyDictionary<string, string?>? settings = null, bool ready = true)
    {
        var all = new Dictionary<string, string?>
        {
            // None lives long enough to earn what profiling costs at the start.
            ["DOTNET_TieredPGO"] = "0",
            ["Notifier__WebhookToken"] = WebhookToken,
            ["Notifier__Coalesce"] = "00:00:00.2",
            ["Notifier__CoalesceCritical"] = "00:00:00.1",
            ["Notifier__EditInterval"] = "00:00:00.5",
            ["Heartbeat__Expected"] = "false",
            ["Telegram__FirstBackOff"] = "00:00:00.1",
            ["Telegram__LongestBackOff"] = "00:00:01",
            ["Telegram__ProbeInterval"] = "00:00:00.5",
            ["Telegram__ChatInterval"] = "00:00:00.05",
            ["Telegram__GroupPerMinute"] = "1000",
        };
        if (telegram is not null)
        {
            all["Telegram__BotToken"] = FakeBotApi.Token;
            all["Telegram__ApiUrl"] = telegram.Url.AbsoluteUri;
            all["Telegram__Chats__ops__Id"] = Chat.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var notifier = new RunningNotifier(all);
        all["Notifier__SqliteFile"] = notifier.StoreFile;
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
            all[key] = value?.Replace("{url}/", notifier.Url.AbsoluteUri, StringComparison.Ordinal);
        await notifier.StartAgainAsync(ready);
        return notifier;
    }

    /// <summary>Another setting for the next start; null takes it away.</summary>
    public void Change(string setting, string? value) => _settings[setting] = value;

    /// <summary>Starts it, or its successor on the same port and store.</summary>
    public async Task StartAgainAsync(bool ready = true)
    {
        if (Process is not null)
            await Process.DisposeAsync();
        Process = HostProcess.Start("Whales.Notifier", _settings, port: Url.Port, workingDirectory: _folder);
        if (ready)
            await Process.WaitForReadyAsync();
        else
            await Process.WaitForOutputAsync("listens on", Patience);
    }

    public async Task<HttpResponseMessage> PostAsync(string body, string route = "/webhook", string? token = WebhookToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url, route)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(request);
    }

    /// <summary>Posts and demands 202.</summary>
    public async Task AcceptAsync(string body, string route = "/webhook")
    {
        using var answer = await PostAsync(body, route);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
    }

    /// <exception cref="InvalidOperationException">It cannot be reached; the text says whether it still runs, and has its output.</exception>
    public async Task<string> GetAsync(string path)
    {
        try
        {
            return await _http.GetStringAsync(new Uri(Url, path));
        }
        catch (HttpRequestException failure) when (failure.StatusCode is null)
        {
            throw new InvalidOperationException(
                $"{failure.Message} The notifier {(Process.HasExited ? "has ended" : "runs")}. Its output ends:\n{string.Join('\n', Process.Output.TakeLast(60))}", failure);
        }
    }

    public async Task<(int Status, string Body)> ReadyAsync()
    {
        using var answer = await _http.GetAsync(new Uri(Url, "/health/ready"));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The value of a series, such as <c>whales_notifier_deliveries_total{channel="telegram",outcome="sent"}</c>.</summary>
    public async Task<double> MetricAsync(string series)
    {
        if (Stopwatch.GetElapsedTime(_lastPage) is var since && since < BetweenPages)
            await Task.Delay(BetweenPages - since);
        var page = await GetAsync("/metrics");
        _lastPage = Stopwatch.GetTimestamp();
        var line = page.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        Assert.True(line is not null, $"{series} is not on the page:\n{page}");
        return double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
