namespace Whales.Hosting.Resilience;

/// <summary>A fault that trying again does not mend: somebody has to change something first.</summary>
public sealed class PermanentFaultException(string message, Exception innerException) : Exception(message, innerException);
