using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Whales.Hosting.Models;
using Whales.Imaging;

namespace Whales.Worker.Models;

/// <summary>ONNX Runtime's view of our own memory.</summary>
internal static class OrtTensors
{
    /// <summary>A float32 tensor on <paramref name="buffer"/>, which must live longer; it may be smaller than the buffer.</summary>
    public static OrtValue Over(NativeBuffer buffer, params long[] shape) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, buffer.Address, (long)buffer.Length * sizeof(float));

    /// <summary>The shape of a batch of <paramref name="photos"/>.</summary>
    public static long[] ShapeOf(ModelInput input, long photos) => input.Layout == TensorLayout.Nchw
        ? [photos, 3, input.Height, input.Width]
        : [photos, input.Height, input.Width, 3];
}
