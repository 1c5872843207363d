using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Whales.Worker.Models;

/// <summary>Opens a network on the GPU when that is wanted and can be had, else on the CPU.</summary>
internal static class ExecutionProviders
{
    public const string Cuda = "cuda";
    public const string Cpu = "cpu";

    /// <returns>The session, where it runs, and why not on CUDA when it was to be tried.</returns>
    /// <exception cref="ModelLoadException">CUDA was ordered and cannot be had, or the file is no network.</exception>
    public static (InferenceSession Session, string Provider, string? WhyNotCuda) Open(string file, InferenceOptions options)
    {
        string? whyNot = null;
        if (options.ExecutionProvider != ExecutionProviderChoice.Cpu)
        {
            whyNot = TryCuda(file, options, out var session);
            if (session is not null)
                return (session, Cuda, null);
            if (options.ExecutionProvider == ExecutionProviderChoice.Cuda)
                throw new ModelLoadException($"{file}: Inference:ExecutionProvider is cuda, and CUDA cannot be had: {whyNot}");
        }

        try
        {
            using var settings = Settings(options);
            return (new InferenceSession(file, settings), Cpu, whyNot);
        }
        catch (Exception e) when (IsNative(e))
        {
            throw new ModelLoadException($"{file}: ONNX Runtime cannot open it: {e.Message}", e);
        }
    }

    private static string? TryCuda(string file, InferenceOptions options, out InferenceSession? session)
    {
        session = null;
        try
        {
            if (!OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
                return "this build of ONNX Runtime comes without it.";
            using var settings = Settings(options);
            using var cuda = new OrtCUDAProviderOptions();
            // An exhaustive search for convolutions takes minutes over all sizes of batches, and gains little.
            cuda.UpdateOptions(new Dictionary<string, string> { ["cudnn_conv_algo_search"] = "HEURISTIC" });
            settings.AppendExecutionProvider_CUDA(cuda);
            session = new InferenceSession(file, settings);
            return null;
        }
        catch (Exception e) when (IsNative(e))
        {
            return e.Message;
        }
    }

    private static SessionOptions Settings(InferenceOptions options)
    {
        var settings = new SessionOptions
        {
            IntraOpNumThreads = options.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Threads that spin while they wait take the cores from decoding, and from each other.
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return settings;
    }

    // The last is what a missing libonnxruntime.so looks like the second time.
    private static bool IsNative(Exception e) =>
        e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or TypeInitializationException;
}
