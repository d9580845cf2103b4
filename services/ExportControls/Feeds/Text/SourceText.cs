using System.Net;
using System.Text.RegularExpressions;

namespace Chokepoint.ExportControls.Feeds.Text;

/// <summary>A part of a document with words in it, as plain text.</summary>
internal sealed partial record SourceText(string Field, string Text)
{
    private const int LongestPassage = 500;
    private static readonly string[] Abbreviations = ["No", "Nos", "Doc", "Art"];

    public static SourceText Plain(string field, string? text) => new(field, (text ?? "").Trim());

    /// <summary>Markup taken out, entities resolved.</summary>
    public static SourceText Html(string field, string? html) =>
        new(field, Blanks().Replace(WebUtility.HtmlDecode(Tags().Replace(html ?? "", " ")), " ").Trim());

    /// <summary>A value with the sentence around its words.</summary>
    public Found<T> Find<T>(T value, int at, int length, string? rule) => new(value, Field, SentenceAround(at, length), rule);

    /// <summary>The sentence around some words, its full stop included.</summary>
    public Range SentenceAt(int at, int length)
    {
        var start = at;
        while (start > 0 && !EndsAt(start - 1)) start--;
        var end = at + length;
        while (end < Text.Length && !EndsAt(end)) end++;
        return start..(end < Text.Length ? end + 1 : end);
    }

    /// <summary>The same text with a stretch of it blank, so that everything else stays where it is.</summary>
    public SourceText Blank(Range stretch)
    {
        var (start, length) = stretch.GetOffsetAndLength(Text.Length);
        return this with { Text = string.Concat(Text.AsSpan(0, start), new string(' ', length), Text.AsSpan(start + length)) };
    }

    private string SentenceAround(int at, int length)
    {
        var sentence = SentenceAt(at, length);
        var (start, end) = (sentence.Start.Value, sentence.End.Value);
        if (end - start > LongestPassage)
        {
            start = Math.Max(start, at - (LongestPassage / 2));
            end = Math.Min(end, Math.Max(at + length, start + LongestPassage));
        }
        return Text[start..end].Trim();
    }

    /// <summary>A full stop that ends a sentence, rather than standing in a number or an abbreviation such as U.S.</summary>
    private bool EndsAt(int i) => Text[i] switch
    {
        '。' or '；' or '\n' => true,
        '.' or ';' => i + 1 >= Text.Length || (char.IsWhiteSpace(Text[i + 1]) && (i < 2 || Text[i - 2] is not ('.' or ' ')) && !IsAbbreviated(i)),
        _ => false,
    };

    /// <summary>“Announcement No. 46”, “FR Doc. 2025-17893”.</summary>
    private bool IsAbbreviated(int i) => Array.Exists(Abbreviations, word =>
        Text.AsSpan(0, i).EndsWith(word, StringComparison.Ordinal) && (i == word.Length || !char.IsLetter(Text[i - word.Length - 1])));

    [GeneratedRegex("<[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tags();

    [GeneratedRegex(@"[ \t\u00a0]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}
