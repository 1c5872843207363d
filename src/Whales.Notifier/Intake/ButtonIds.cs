using System.Buffers.Text;
using System.Security.Cryptography;

namespace Whales.Notifier.Intake;

/// <summary>What a button's 64 bytes name a message by; not to be guessed.</summary>
internal static class ButtonIds
{
    private const int Bytes = 12;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
}
