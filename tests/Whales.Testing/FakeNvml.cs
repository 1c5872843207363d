using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Whales.Testing;

/// <summary>NVIDIA's management library with two GPUs, the second of which says nothing but its memory, as a partitioned one does.</summary>
public sealed class FakeNvml
{
    /// <summary>NVML's "not supported".</summary>
    private const int NotSupported = 3;

    // A caller has only an address, which keeps no delegate alive: without this the collector takes them.
    private static readonly ConcurrentBag<Delegate> KeptAlive = [];

    private readonly Dictionary<string, Delegate> _functions;

    public FakeNvml(uint devices = 2)
    {
        _functions = Functions(devices);
        foreach (var function in _functions.Values)
            KeptAlive.Add(function);
    }

    private delegate int Done();

    private delegate int Pointer(IntPtr number);

    private delegate int ByIndex(uint index, IntPtr device);

    private delegate int Text(IntPtr device, IntPtr text, uint length);

    private delegate int OfDevice(IntPtr device, IntPtr answer);

    private delegate int OfSensor(IntPtr device, uint sensor, IntPtr answer);

    public static long TotalBytes => 80L << 30;

    public static long UsedBytes => 5L << 30;

    public bool IsShutDown { get; private set; }

    /// <summary>The address of a function, as a loaded library gives it.</summary>
    public IntPtr Export(string name) => _functions.TryGetValue(name, out var function)
        ? Marshal.GetFunctionPointerForDelegate(function)
        : throw new EntryPointNotFoundException(name);

    private Dictionary<string, Delegate> Functions(uint devices) => new()
    {
        ["nvmlInit_v2"] = (Done)(() => 0),
        ["nvmlShutdown"] = (Done)(() =>
        {
            IsShutDown = true;
            return 0;
        }),
        ["nvmlDeviceGetCount_v2"] = (Pointer)(number => Write(number, devices)),
        ["nvmlDeviceGetHandleByIndex_v2"] = (ByIndex)((index, device) =>
        {
            Marshal.WriteIntPtr(device, (IntPtr)(index + 1));
            return 0;
        }),
        ["nvmlDeviceGetUUID"] = (Text)((device, text, _) =>
        {
            Marshal.Copy(Encoding.ASCII.GetBytes($"GPU-{device}\0"), 0, text, 6);
            return 0;
        }),
        // Total, free, used: three 64-bit numbers.
        ["nvmlDeviceGetMemoryInfo"] = (OfDevice)((_, info) =>
        {
            Marshal.Copy([TotalBytes, TotalBytes - UsedBytes, UsedBytes], 0, info, 3);
            return 0;
        }),
        ["nvmlDeviceGetUtilizationRates"] = (OfDevice)((device, rates) => device == 1 ? Write(rates, 37) : NotSupported),
        ["nvmlDeviceGetTemperature"] = (OfSensor)((device, sensor, celsius) => device == 1 && sensor == 0 ? Write(celsius, 61) : NotSupported),
        ["nvmlDeviceGetPowerUsage"] = (OfDevice)((device, milliwatts) => device == 1 ? Write(milliwatts, 250_500) : NotSupported),
    };

    private static int Write(IntPtr to, uint value)
    {
        Marshal.WriteInt32(to, (int)value);
        return 0;
    }
}
