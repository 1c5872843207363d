using System.Runtime.InteropServices;

namespace Whales.Worker.Telemetry.Gpu;

/// <summary>
/// NVIDIA's management library, which comes with the driver: where it is missing, there is no GPU that we could use. Looked up by name at
/// run time, because most hosts have none. Its numbers are read at each scrape and take a fraction of a millisecond.
/// </summary>
internal sealed unsafe class Nvml : IDisposable
{
    public const string Library = "libnvidia-ml.so.1";

    // nvmlReturn_t: everything else (not supported, GPU lost, no permission) means that there is no number.
    private const int Success = 0;
    private const uint OnTheDie = 0;
    private const uint UuidLength = 96;

    private readonly delegate* unmanaged[Cdecl]<IntPtr, MemoryInfo*, int> _memory;
    private readonly delegate* unmanaged[Cdecl]<IntPtr, Rates*, int> _utilization;
    private readonly delegate* unmanaged[Cdecl]<IntPtr, uint, uint*, int> _temperature;
    private readonly delegate* unmanaged[Cdecl]<IntPtr, uint*, int> _power;
    private readonly delegate* unmanaged[Cdecl]<int> _shutdown;
    private readonly (IntPtr Handle, string Uuid)[] _devices;

    private Nvml(Func<string, IntPtr> export)
    {
        var initialise = (delegate* unmanaged[Cdecl]<int>)export("nvmlInit_v2");
        var count = (delegate* unmanaged[Cdecl]<uint*, int>)export("nvmlDeviceGetCount_v2");
        var byIndex = (delegate* unmanaged[Cdecl]<uint, IntPtr*, int>)export("nvmlDeviceGetHandleByIndex_v2");
        var uuid = (delegate* unmanaged[Cdecl]<IntPtr, byte*, uint, int>)export("nvmlDeviceGetUUID");
        _memory = (delegate* unmanaged[Cdecl]<IntPtr, MemoryInfo*, int>)export("nvmlDeviceGetMemoryInfo");
        _utilization = (delegate* unmanaged[Cdecl]<IntPtr, Rates*, int>)export("nvmlDeviceGetUtilizationRates");
        _temperature = (delegate* unmanaged[Cdecl]<IntPtr, uint, uint*, int>)export("nvmlDeviceGetTemperature");
        _power = (delegate* unmanaged[Cdecl]<IntPtr, uint*, int>)export("nvmlDeviceGetPowerUsage");
        _shutdown = (delegate* unmanaged[Cdecl]<int>)export("nvmlShutdown");

        var devices = new List<(IntPtr, string)>();
        uint number = 0;
        if (initialise() == Success && count(&number) == Success)
        {
            var text = stackalloc byte[(int)UuidLength];
            for (uint i = 0; i < number; i++)
            {
                IntPtr device;
                if (byIndex(i, &device) == Success)
                    devices.Add((device, uuid(device, text, UuidLength) == Success ? Marshal.PtrToStringUTF8((IntPtr)text) ?? "" : ""));
            }
        }

        _devices = [.. devices];
    }

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
        MemoryInfo info;
        Rates rates;
        uint celsius, milliwatts;
        var memory = _memory(device, &info) == Success;
        return new GpuReading(index, uuid)
        {
            MemoryUsedBytes = memory ? info.Used : null,
            MemoryTotalBytes = memory ? info.Total : null,
            Utilization = _utilization(device, &rates) == Success ? rates.Gpu / 100.0 : null,
            Celsius = _temperature(device, OnTheDie, &celsius) == Success ? celsius : null,
            Watts = _power(device, &milliwatts) == Success ? milliwatts / 1000.0 : null,
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryInfo
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }

    /// <summary>Percent of the last second or less.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Rates
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
