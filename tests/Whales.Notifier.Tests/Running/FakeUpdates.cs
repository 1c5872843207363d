using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Whales.Notifier.Tests.Running;

/// <summary>What people press and write, until the bot has heard of it: it asks, or it is told at an address, again and again until it says yes.</summary>
internal sealed class FakeUpdates : IAsyncDisposable
{
    public const string Conflict = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<JsonObject> _waiting = [];
    private readonly Task _telling;
    private string? _url;
    private string _secret = "";

    public FakeUpdates() => _telling = TellAsync();

    public string? Url
    {
        get
        {
            lock (_lock)
                return _url;
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    public void Set(string? url, string secret)
    {
        lock (_lock)
            (_url, _secret) = (url, secret);
    }

    public void Add(JsonObject update)
    {
        lock (_lock)
            _waiting.Add(update);
    }

    /// <summary>As getUpdates: forgets what is before the offset, and holds its answer back for a while when there is nothing.</summary>
    public async Task<List<JsonObject>> AfterAsync(long offset, CancellationToken aborted)
    {
        for (var i = 0; ; i++)
        {
            lock (_lock)
            {
                _waiting.RemoveAll(update => Id(update) < offset);
                if (_waiting.Count > 0 || i == 20)
                    return [.. _waiting.Select(update => update.DeepClone().AsObject())];
            }

            await Task.Delay(Pause, aborted);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _telling;
        _http.Dispose();
        _end.Dispose();
    }

    private async Task TellAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, _end.Token);
                (string? Url, string Secret, JsonObject? Update) next;
                lock (_lock)
                    next = (_url, _secret, _waiting.FirstOrDefault());
                if (next is not { Url: { } url, Update: { } update })
                    continue;
                using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = JsonContent.Create(update) };
                request.Headers.Add("X-Telegram-Bot-Api-Secret-Token", next.Secret);
                using var answer = await _http.SendAsync(request, _end.Token);
                if (!answer.IsSuccessStatusCode)
                    continue;
                lock (_lock)
                    _waiting.Remove(update);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                // Telegram tries again too.
            }
        }
    }

    private static long Id(JsonObject update) => update["update_id"]!.GetValue<long>();
}
