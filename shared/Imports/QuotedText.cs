using System.Buffers;

namespace Chokepoint.Imports;

/// <summary>A text that quotes a file, as the database takes it: its text and its JSON hold no NUL, and nobody reads control characters.</summary>
internal static class QuotedText
{
    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c), '\u007F']);

    /// <summary>The text with each control character as U+FFFD.</summary>
    public static string Of(string text) => text.AsSpan().ContainsAny(Controls)
        ? string.Create(text.Length, text, (span, from) => from.AsSpan().ReplaceAny(span, Controls, '\uFFFD'))
        : text;
}
