namespace Whales.Hosting.Security;

/// <summary>What an API key may do. A key may have several.</summary>
[Flags]
public enum Scope
{
    None = 0,

    /// <summary>Send photos; read, cancel, retry and remove what the key itself sent.</summary>
    Submit = 1,

    /// <summary>Change the catalogue; read photos with the position where they were taken.</summary>
    Curate = 2,

    /// <summary>See and change what belongs to others; retry and remove many at once.</summary>
    Operate = 4,

    All = Submit | Curate | Operate,
}

/// <summary>Scopes as words.</summary>
public static class Scopes
{
    /// <summary>The word of each scope.</summary>
    public static IReadOnlyList<(Scope Scope, string Word)> Words { get; } = [(Scope.Submit, "submit"), (Scope.Curate, "curate"), (Scope.Operate, "operate")];

    public static IReadOnlyList<string> Of(Scope scopes) => [.. Words.Where(known => scopes.HasFlag(known.Scope)).Select(known => known.Word)];

    /// <summary>Reads <c>submit,curate</c>. False when it names none, or one that is not known.</summary>
    public static bool TryParse(string text, out Scope scopes)
    {
        scopes = Scope.None;
        foreach (var word in text.Split(','))
        {
            if (Words.FirstOrDefault(known => known.Word == word).Scope is not (not Scope.None and var scope))
                return false;
            scopes |= scope;
        }
        return true;
    }
}
