using System.Runtime.InteropServices;
using System.Text;

namespace Whales.Worker.Telemetry.Gpu;

/// <summary>
/// NVIDIA's management library, which comes with the driver: where it is missing, there is no GPU that we could use. Looked up by name at
/// run time, because most hosts have none. Its numbers are read at each scrape and take a fraction of a millisecond.
/// </summary>
internal sealed class Nvml : IDisposable
{
    public const string Library = "libnvidia-ml.so.1";

    // nvmlReturn_t: everything else (not supported, GPU lost, no permission) means that there is no number.
    private const int Success = 0;
    private const uint OnTheDie = 0;
    private const int UuidLength = 96;

    private readonly Memory _memory;
    private readonly Utilization _utilization;
    private readonly Temperature _temperature;
    private readonly Number _power;
    private readonly Done _shutdown;
    private readonly (IntPtr Handle, string Uuid)[] _devices;

    private Nvml(Func<string, IntPtr> export)
    {
        T Get<T>(string name)
            where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(export(name));

        var initialise = Get<Done>("nvmlInit_v2");
        var count = Get<Count>("nvmlDeviceGetCount_v2");
        var byIndex = Get<ByIndex>("nvmlDeviceGetHandleByIndex_v2");
        var uuid = Get<Uuid>("nvmlDeviceGetUUID");
        _memory = Get<Memory>("nvmlDeviceGetMemoryInfo");
        _utilization = Get<Utilization>("nvmlDeviceGetUtilizationRates");
        _temperature = Get<Temperature>("nvmlDeviceGetTemperature");
        _power = Get<Number>("nvmlDeviceGetPowerUsage");
        _shutdown = Get<Done>("nvmlShutdown");

        var devices = new List<(IntPtr, string)>();
        if (initialise() == Success && count(out var number) == Success)
        {
            for (uint i = 0; i < number; i++)
            {
                var text = new byte[UuidLength];
                if (byIndex(i, out var device) == Success)
                    devices.Add((device, uuid(device, text, UuidLength) == Success ? Encoding.ASCII.GetString(text).TrimEnd('\0') : ""));
            }
        }

        _devices = [.. devices];
    }

    private delegate int Done();

    private delegate int Count(out uint number);

    private delegate int ByIndex(uint index, out IntPtr device);

    private delegate int Uuid(IntPtr device, [Out, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 2)] byte[] text, uint length);

    private delegate int Memory(IntPtr device, out MemoryInfo info);

    private delegate int Utilization(IntPtr device, out Rates rates);

    private delegate int Temperature(IntPtr device, uint sensor, out uint celsius);

    private delegate int Number(IntPtr device, out uint value);

    /// <summary>GPUs of this host.</summary>
    public int Devices => _devices.Length;

    /// <summary>Loads the library; null where there is none, or where it is not what its name says.</summary>
    public static Nvml? TryLoad(string library = Library) =>
        NativeLibrary.TryLoad(library, out var handle) ? TryLoad(name => NativeLibrary.GetExport(handle, name)) : null;

    /// <summary>Uses a library that is loaded.</summary>
    /// <param name="export">The address of a function; throws <see cref="EntryPointNotFoundException"/> where there is none.</param>
    public static Nvml? TryLoad(Func<string, IntPtr> export)
    {
        try
        {
            return new Nvml(export);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>What all GPUs say now.</summary>
    public IReadOnlyList<GpuReading> Read() => [.. _devices.Select((device, index) => Read(index, device.Handle, device.Uuid))];

    public void Dispose() => _shutdown();

    private GpuReading Read(int index, IntPtr device, string uuid)
    {
        var memory = _memory(device, out var info) == Success;
        return new GpuReading(index, uuid)
        {
            MemoryUsedBytes = memory ? info.Used : null,
            MemoryTotalBytes = memory ? info.Total : null,
            Utilization = _utilization(device, out var rates) == Success ? rates.Gpu / 100.0 : null,
            Celsius = _temperature(device, OnTheDie, out var celsius) == Success ? celsius : null,
            Watts = _power(device, out var milliwatts) == Success ? milliwatts / 1000.0 : null,
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct MemoryInfo
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }

    /// <summary>Percent of the last second or less.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Rates
    {
        public uint Gpu;
        public uint MemoryBus;
    }
}

/// <summary>One GPU at one time. What it does not say (a partitioned one has no utilisation) is null.</summary>
internal readonly record struct GpuReading(int Index, string Uuid)
{
    public double? MemoryUsedBytes { get; init; }

    public double? MemoryTotalBytes { get; init; }

    /// <summary>0 to 1.</summary>
    public double? Utilization { get; init; }

    public double? Celsius { get; init; }

    public double? Watts { get; init; }
}
