using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Whales.Hosting.Models;
using Whales.Imaging;
using Whales.Worker.Matching;

namespace Whales.Benchmarks;

/// <summary>A rate of photos and what one photo costs.</summary>
internal sealed record Rate(double PerSecond, double CpuMilliseconds);

/// <summary>What the machine gives without us: ONNX Runtime alone, libvips alone, and both with the match in a bare loop.</summary>
internal sealed class RawLimits(string folder, ModelManifest manifest, IReadOnlyList<byte[]> photos)
{
    private readonly TensorSpec _spec = manifest.Input.ToTensorSpec();

    /// <summary>ONNX Runtime alone over tensors of noise.</summary>
    public Rate OnnxRuntime(int sessions, int threads, int batch, TimeSpan time)
    {
        using var options = Options(threads);
        using var session = new InferenceSession(Path.Combine(folder, "model.onnx"), options);
        return Parallel(sessions, batch, time, _ =>
        {
            var input = new float[batch * _spec.Length];
            var random = new Random(1);
            foreach (ref var value in input.AsSpan())
                value = (random.NextSingle() * 4) - 2;
            var tensor = OrtValue.CreateTensorValueFromMemory(input, Shape(batch));
            var run = new RunOptions();
            string[] inputs = [manifest.Input.Name];
            string[] outputs = [manifest.Output.Name];
            return () =>
            {
                using var results = session.Run(run, inputs, [tensor], outputs);
            };
        });
    }

    /// <summary>libvips alone: bytes to tensor.</summary>
    public Rate Libvips(int threads, TimeSpan time) => Parallel(threads, 1, time, thread =>
    {
        var tensor = new float[_spec.Length];
        var next = thread;
        return () => PhotoDecoder.Decode(photos[next++ % photos.Count], null, _spec, tensor);
    });

    /// <summary>Decode, run and match, one after the other on each thread, nothing else.</summary>
    public Rate BareLoop(int threads, int batch, TimeSpan time)
    {
        using var options = Options(1);
        using var session = new InferenceSession(Path.Combine(folder, "model.onnx"), options);
        var matcher = CatalogueFiles.Read(folder, manifest.Task, manifest.Match.PrototypeShare);
        return Parallel(threads, batch, time, thread =>
        {
            var input = new float[batch * _spec.Length];
            var tensor = OrtValue.CreateTensorValueFromMemory(input, Shape(batch));
            var embedding = new float[batch * matcher.Dimensions];
            var result = OrtValue.CreateTensorValueFromMemory(embedding, [batch, matcher.Dimensions]);
            var run = new RunOptions();
            string[] inputs = [manifest.Input.Name];
            string[] outputs = [manifest.Output.Name];
            var rankings = new Ranking[batch];
            var next = thread;
            return () =>
            {
                for (var i = 0; i < batch; i++)
                    PhotoDecoder.Decode(photos[next++ % photos.Count], null, _spec, input.AsSpan(i * _spec.Length, _spec.Length));
                session.Run(run, inputs, [tensor], outputs, [result]);
                matcher.Match(embedding, rankings);
            };
        });
    }

    private static SessionOptions Options(int threads)
    {
        var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        if (threads > 1)
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    private long[] Shape(int batch) => manifest.Input.Layout == TensorLayout.Nchw
        ? [batch, 3, _spec.Height, _spec.Width]
        : [batch, _spec.Height, _spec.Width, 3];

    // Every thread makes its step and runs it once to warm up; then all repeat it for the same time.
    private static Rate Parallel(int threads, int photosPerStep, TimeSpan time, Func<int, Action> prepare)
    {
        var (steps, perSecond) = (0, 0.0);
        var together = new Lock();
        var clock = new Stopwatch();
        var cpuBefore = TimeSpan.Zero;
        using var ready = new Barrier(threads, _ =>
        {
            cpuBefore = Environment.CpuUsage.TotalTime;
            clock.Start();
        });
        var workers = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            var step = prepare(thread);
            step();
            ready.SignalAndWait();
            var own = 0;
            do
            {
                step();
                own++;
            }
            while (clock.Elapsed < time);
            // Each thread by its own time: the others end their last steps later.
            lock (together)
                (steps, perSecond) = (steps + own, perSecond + own / clock.Elapsed.TotalSeconds);
        })).ToArray();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();
        return new Rate(perSecond * photosPerStep, (Environment.CpuUsage.TotalTime - cpuBefore).TotalMilliseconds / (steps * photosPerStep));
    }
}
