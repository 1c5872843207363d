namespace Whales.Hosting.Catalogue;

/// <summary>A file of a catalogue is missing or cannot be used; the message names it and says why.</summary>
public sealed class CatalogueFileException(string message, Exception? inner = null) : Exception(message, inner);
