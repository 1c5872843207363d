namespace Whales.Worker.Quality;

/// <summary>Pictures or a record that a model cannot be measured with; the message names the file and what is wrong with it.</summary>
internal sealed class QualityException(string message, Exception? inner = null) : Exception(message, inner);
