using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Whales.Hosting.Models;
using Whales.Imaging;
using Whales.Worker.Matching;

namespace Whales.Benchmarks;

/// <summary>The worker's side of <see cref="LeastPipeline"/>, a process of its own: the bare loop, fed by a queue, with a confirmed outcome for each photo.</summary>
internal static class LeastWorker
{
    public const string Command = "least-worker";

    /// <summary>Works until it is killed. <paramref name="args"/>: the photos' folder, the model's folder, the batch, the broker.</summary>
    public static async Task ServeAsync(string[] args)
    {
        var (photos, model, batch) = (args[0], args[1], int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture));
        var manifest = ManifestReader.Read(model);
        var channel = await LeastPipeline.ConnectAsync(new Uri(args[3]));
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        using var session = new InferenceSession(Path.Combine(model, "model.onnx"), options);
        var matcher = CatalogueFiles.Read(model, manifest.Task, manifest.Match.PrototypeShare);
        using var waiting = new BlockingCollection<(Guid Id, ulong Tag)>();
        for (var i = 0; i < Environment.ProcessorCount; i++)
            new Thread(() => Work(waiting, photos, manifest, session, matcher, batch, (id, tag) => _ = Task.Run(() => EndAsync(channel, id, tag)))).Start();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            waiting.Add((new Guid(message.Body.Span), message.DeliveryTag));
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, (ushort)(8 * batch), global: false);
        await channel.BasicConsumeAsync(LeastPipeline.Photos, autoAck: false, consumer);
        Console.WriteLine("ready");
        await Task.Delay(Timeout.Infinite);
    }

    private static void Work(
        BlockingCollection<(Guid Id, ulong Tag)> waiting, string photos, ModelManifest manifest, InferenceSession session, IMatcher matcher, int most, Action<Guid, ulong> ended)
    {
        var spec = manifest.Input.ToTensorSpec();
        var input = new float[most * spec.Length];
        var embedding = new float[most * matcher.Dimensions];
        var rankings = new Ranking[most];
        var taken = new List<(Guid Id, ulong Tag)>();
        using var run = new RunOptions();
        while (true)
        {
            taken.Clear();
            taken.Add(waiting.Take());
            while (taken.Count < most && waiting.TryTake(out var more))
                taken.Add(more);
            for (var i = 0; i < taken.Count; i++)
                PhotoDecoder.Decode(File.ReadAllBytes(Path.Combine(photos, taken[i].Id.ToString("n"))), null, spec, input.AsSpan(i * spec.Length, spec.Length));
            long[] shape = manifest.Input.Layout == TensorLayout.Nchw ? [taken.Count, 3, spec.Height, spec.Width] : [taken.Count, spec.Height, spec.Width, 3];
            using var tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, input.AsMemory(0, taken.Count * spec.Length), shape);
            using var result = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, embedding.AsMemory(0, taken.Count * matcher.Dimensions), [taken.Count, matcher.Dimensions]);
            session.Run(run, [manifest.Input.Name], [tensor], [manifest.Output.Name], [result]);
            matcher.Match(embedding.AsSpan(0, taken.Count * matcher.Dimensions), rankings.AsSpan(0, taken.Count));
            foreach (var (id, tag) in taken)
                ended(id, tag);
        }
    }

    private static async Task EndAsync(IChannel channel, Guid id, ulong tag)
    {
        // About what a result with five candidates weighs.
        await channel.BasicPublishAsync("", LeastPipeline.Outcomes, mandatory: true, LeastPipeline.Durable, Encoding.UTF8.GetBytes($"{id} {new string('x', 800)}"));
        await channel.BasicAckAsync(tag, multiple: false);
    }
}
