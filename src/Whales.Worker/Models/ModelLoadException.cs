namespace Whales.Worker.Models;

/// <summary>A model cannot be served; the message names the file and what is wrong with it.</summary>
internal sealed class ModelLoadException(string message, Exception? inner = null) : Exception(message, inner);
