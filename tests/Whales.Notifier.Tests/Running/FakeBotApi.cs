using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Whales.Testing;

namespace Whales.Notifier.Tests.Running;

/// <summary>One call of the Bot API, as it came.</summary>
public sealed record BotCall(string Token, string Method, JsonElement Body, DateTimeOffset At)
{
    public long Chat => Body.GetProperty("chat_id").GetInt64();

    public string Text => Body.GetProperty("text").GetString()!;

    public long MessageId => Body.GetProperty("message_id").GetInt64();

    /// <summary>The answer that it got: 200, or an error.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The id of the message that it made.</summary>
    public long Sent { get; set; }
}

/// <summary>
/// The Bot API on a loopback port, which answers as a script says and otherwise as Telegram does when all is well. What it was asked
/// is kept. Its port stays the test's, so that it may go away and come back.
/// </summary>
public sealed class FakeBotApi : IAsyncDisposable
{
    private readonly int _port = FreePort.Next();
    private readonly ConcurrentQueue<BotCall> _calls = new();
    private readonly FakeUpdates _updates = new();
    private readonly List<Rule> _rules = [];
    private WebApplication? _app;
    private long _message = 100;
    private long _update = 1000;

    public const string Token = "123456:test-secret-of-the-bot";

    public Uri Url => new($"http://127.0.0.1:{_port}/");

    public IReadOnlyList<BotCall> Calls => [.. _calls];

    /// <summary>New messages that stand.</summary>
    public IReadOnlyList<BotCall> Messages => [.. _calls.Where(call => call is { Method: "sendMessage", Status: 200 })];

    public IReadOnlyList<BotCall> Edits => [.. _calls.Where(call => call is { Method: "editMessageText", Status: 200 })];

    /// <summary>What people pressed and wrote and the bot has not confirmed yet: by saying yes to a post, or by asking for what comes after.</summary>
    public int UnconfirmedUpdates => _updates.Count;

    /// <summary>Where updates are posted; null: the bot has to ask.</summary>
    public string? WebhookUrl => _updates.Url;

    public static async Task<FakeBotApi> StartAsync()
    {
        var fake = new FakeBotApi();
        await fake.ComeBackAsync();
        return fake;
    }

    /// <summary>The next <paramref name="times"/> calls of that method (and chat) are answered so.</summary>
    public FakeBotApi Answer(string method, int status, string description, object? parameters = null, long? chat = null, int times = 1, string? token = null)
    {
        lock (_rules)
            _rules.Add(new Rule(method, chat, token, times, status, description, parameters, null));
        return this;
    }

    /// <summary>The next calls of that method hang for so long, and are then answered as always.</summary>
    public FakeBotApi Delay(string method, TimeSpan delay, int times = 1)
    {
        lock (_rules)
            _rules.Add(new Rule(method, null, null, times, 200, "", null, aborted => Task.Delay(delay, aborted)));
        return this;
    }

    /// <summary>The next call of that method hangs until the test lets it go, and is then answered as always.</summary>
    public TaskCompletionSource Hold(string method)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_rules)
            _rules.Add(new Rule(method, null, null, 1, 200, "", null, release.Task.WaitAsync));
        return release;
    }

    public void ForgetRules()
    {
        lock (_rules)
            _rules.Clear();
    }

    /// <summary>A person presses a button under a message.</summary>
    public void Press(long chat, long message, string data, long user = 42, string name = "ada") => Update("callback_query", new JsonObject
    {
        ["id"] = Guid.NewGuid().ToString("n"),
        ["from"] = Person(user, name),
        ["data"] = data,
        ["message"] = new JsonObject { ["message_id"] = message, ["chat"] = new JsonObject { ["id"] = chat } },
    });

    /// <summary>A person writes into a chat.</summary>
    public void Write(long chat, string text, long user = 42, string name = "ada") => Update("message", new JsonObject
    {
        ["message_id"] = Interlocked.Increment(ref _message),
        ["from"] = Person(user, name),
        ["chat"] = new JsonObject { ["id"] = chat },
        ["text"] = text,
    });

    /// <summary>Nobody listens on the port any more.</summary>
    public async Task GoAwayAsync()
    {
        if (_app is not { } app)
            return;
        _app = null;
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    public async Task ComeBackAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Url.AbsoluteUri);
        var app = builder.Build();
        app.MapPost("/bot{token}/{method}", AnswerAsync);
        await app.StartAsync();
        _app = app;
    }

    /// <summary>Somebody gives the bot's updates another address.</summary>
    public void StealWebhook(string url) => _updates.Set(url, "");

    public async ValueTask DisposeAsync()
    {
        await GoAwayAsync();
        await _updates.DisposeAsync();
    }

    private async Task<IResult> AnswerAsync(HttpContext context, string token, string method)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        var call = new BotCall(token, method, body, DateTimeOffset.UtcNow);
        var rule = Take(call);
        // Before anybody sees it: a message that is refused must not stand for a moment.
        call.Status = rule?.Status ?? 200;
        if ((method != "getUpdates" && method != "getWebhookInfo") || rule is not null)
            _calls.Enqueue(call);
        if (rule?.Wait is { } wait)
            await wait(context.RequestAborted);
        if (rule is { Status: not 200 })
            return Results.Json(new { ok = false, error_code = rule.Status, description = rule.Description, parameters = rule.Parameters }, statusCode: rule.Status);

        if (method == "getUpdates" && _updates.Url is not null)
            return Results.Json(new { ok = false, error_code = 409, description = FakeUpdates.Conflict }, statusCode: 409);
        return Results.Json(new { ok = true, result = await ResultAsync(call, context.RequestAborted) });
    }

    private async Task<object> ResultAsync(BotCall call, CancellationToken aborted)
    {
        switch (call.Method)
        {
            case "getMe":
                return new { id = 7, is_bot = true, username = "whales_test_bot" };
            case "getUpdates":
                return await _updates.AfterAsync(call.Body.GetProperty("offset").GetInt64(), aborted);
            case "setWebhook":
                _updates.Set(call.Body.GetProperty("url").GetString()!, call.Body.GetProperty("secret_token").GetString()!);
                return true;
            case "deleteWebhook":
                _updates.Set(null, "");
                return true;
            case "getWebhookInfo":
                return new { url = _updates.Url ?? "", pending_update_count = _updates.Count };
            case "sendMessage":
                call.Sent = Interlocked.Increment(ref _message);
                return new { message_id = call.Sent, chat = new { id = call.Chat } };
            case "editMessageText":
                return new { message_id = call.MessageId };
            case "getChat":
                return new { id = call.Chat };
            default:
                return true;
        }
    }

    private Rule? Take(BotCall call)
    {
        lock (_rules)
        {
            var index = _rules.FindIndex(rule =>
                rule.Method == call.Method && (rule.Token is null || rule.Token == call.Token)
                && (rule.Chat is not { } chat || (call.Body.TryGetProperty("chat_id", out var id) && id.GetInt64() == chat)));
            if (index < 0)
                return null;
            var rule = _rules[index];
            if (rule.Times == 1)
                _rules.RemoveAt(index);
            else
                _rules[index] = rule with { Times = rule.Times - 1 };
            return rule;
        }
    }

    private void Update(string kind, JsonObject content) =>
        _updates.Add(new JsonObject { ["update_id"] = Interlocked.Increment(ref _update), [kind] = content });

    private static JsonObject Person(long id, string name) => new() { ["id"] = id, ["username"] = name, ["first_name"] = name };

    private sealed record Rule(string Method, long? Chat, string? Token, int Times, int Status, string Description, object? Parameters, Func<CancellationToken, Task>? Wait);
}
