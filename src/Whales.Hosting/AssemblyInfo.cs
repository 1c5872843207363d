using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Whales.Hosting.Tests")]
