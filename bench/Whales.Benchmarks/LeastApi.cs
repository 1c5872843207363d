using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Whales.Hosting.Images;

namespace Whales.Benchmarks;

/// <summary>
/// The API's side of <see cref="LeastPipeline"/>, a process of its own. By itself it reads a photo, forgets it and answers 202; with a folder it hashes, writes
/// and syncs it; with a file for SQLite it also commits a row there; with a database and a broker it commits a row, sends a confirmed message, and answers with the outcome, once that is in the row. GET says how many photos have no outcome.
/// </summary>
internal static class LeastApi
{
    public const string Command = "least-api";

    private static readonly ConcurrentDictionary<Guid, TaskCompletionSource> Waiting = new();

    /// <summary>Serves until it is killed. <paramref name="args"/>: nothing; or a folder; or a folder and a file; or a folder, a connection string and a broker.</summary>
    public static async Task ServeAsync(string[] args)
    {
        var folder = args.FirstOrDefault();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        using var rows = args.Length == 2 ? new LeastRows(args[1]) : null;
        await using var database = args.Length > 2 ? NpgsqlDataSource.Create(args[1]) : null;
        var channel = args.Length > 2 ? await OpenAsync(new Uri(args[2]), database!) : null;
        app.Run(async context =>
        {
            if (HttpMethods.IsGet(context.Request.Method))
            {
                await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{Waiting.Count}"));
                return;
            }

            var id = Guid.CreateVersion7();
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            if (folder is null)
                await context.Request.Body.CopyToAsync(Stream.Null);
            else
                await StoreAsync(context.Request, Path.Combine(folder, id.ToString("n")));
            if (rows is not null)
                await rows.AddAsync(id);
            if (channel is null)
                return;
            var outcome = Waiting[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await ExecuteAsync(database!, "insert into least (id) values ($1)", id);
            await channel.BasicPublishAsync("", LeastPipeline.Photos, mandatory: true, LeastPipeline.Durable, id.ToByteArray());
            if (!context.Request.Headers.ContainsKey("Prefer"))
                return;
            await outcome.Task;
            context.Response.StatusCode = StatusCodes.Status200OK;
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task<IChannel> OpenAsync(Uri broker, NpgsqlDataSource database)
    {
        await using (var create = database.CreateCommand("create table least (id uuid primary key, outcome text)"))
            await create.ExecuteNonQueryAsync();
        var channel = await LeastPipeline.ConnectAsync(broker);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            var text = Encoding.UTF8.GetString(message.Body.Span);
            // Side by side, as the row of one photo does not wait for that of another.
            _ = Task.Run(async () =>
            {
                var id = Guid.Parse(text.AsSpan(0, 36));
                await ExecuteAsync(database, "update least set outcome = $2 where id = $1", id, text);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false);
                if (Waiting.TryRemove(id, out var waiting))
                    waiting.SetResult();
            });
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(LeastPipeline.Outcomes, autoAck: false, consumer);
        return channel;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task StoreAsync(HttpRequest request, string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        long length = 0;
        while (await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            RandomAccess.Write(file, buffer.AsSpan(0, read), length);
            length += read;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        _ = hash.GetHashAndReset();
        await Task.Run(() =>
        {
            RandomAccess.FlushToDisk(file);
            DurableDirectory.Flush(Path.GetDirectoryName(path)!);
        });
    }
}
