using System.Text.RegularExpressions;

namespace Chokepoint.ExportControls.Feeds.Text;

/// <summary>
/// Words that lift, suspend or repeal a measure which they do not name by its number: “removes the license requirements”, “export ban
/// lifted”, “停止实施出口管制”. To suspend exports is a measure; to suspend the ban on them is none.
/// </summary>
internal static partial class LiftingWords
{
    /// <summary>The first such words, with their sentence.</summary>
    public static Found<string>? Find(IEnumerable<SourceText> texts)
    {
        foreach (var text in texts)
            foreach (var words in In(text))
                return text.Find(text.Text[words], words.Start.Value, words.End.Value - words.Start.Value, $"“{text.Text[words].Trim()}”: it takes a measure away");
        return null;
    }

    /// <summary>
    /// The texts without what is said of a measure that is lifted: the sentences that lift one, and everything where the title, which is
    /// the first of them, does that alone.
    /// </summary>
    /// <param name="isMeasure">Whether a text has the words for a measure.</param>
    public static IReadOnlyList<SourceText> Without(IReadOnlyList<SourceText> texts, Func<SourceText, bool> isMeasure)
    {
        if (texts.Count is 0) return texts;
        var title = texts[0];
        var left = In(title).Aggregate(title, (text, words) => text.Blank(words));
        if (left != title && !isMeasure(left)) return [];
        return [left, .. texts.Skip(1).Select(text => In(text).Aggregate(text, (now, words) => now.Blank(text.SentenceAt(words.Start.Value, words.End.Value - words.Start.Value))))];
    }

    private static IEnumerable<Range> In(SourceText text) =>
        Active().Matches(text.Text).Concat(Passive().Matches(text.Text)).Concat(Chinese().Matches(text.Text))
            .OrderBy(m => m.Index).Select(m => m.Index..(m.Index + m.Length));

    private const string Measures =
        @"(?:export (?:bans?|prohibitions?|embargo(?:es)?|restrictions?|controls?|licen[cs]\w+ requirements?|licen[cs]ing|permit requirements?|tax(?:es)?|dut(?:y|ies)|tariffs?|surtax|lev(?:y|ies)|quotas?)"
        + @"|licen[cs]\w* requirements?|(?:ban|prohibition|embargo|restriction|control|tax|duty|quota)s? on (?:the )?exports?|controls? on exports?)";

    private const string Between = @"(?:(?!\b(?:exception|impos|introduc|add|expand|new|replac)\w*)[^.;,]){0,60}?";

    [GeneratedRegex(
        @"\b(?:lift(?:s|ed|ing)?|remov(?:e|es|ed|ing|al)|eliminat(?:e|es|ed|ing|ion)|abol(?:ish|ishes|ished|ishing|ition)|ends|ended|ending|end of|terminat(?:es|ed|ing|ion)|withdraw(?:s|n|ing|al)?"
        + @"|rescind(?:s|ed|ing)?|rescission|revok(?:es|ed|ing)|revocation|repeal(?:s|ed|ing)?|suspend(?:s|ed|ing)?|suspension|waiv(?:es|ed|ing|er)|scrap(?:s|ped|ping)?|discontinu(?:es|ed|ing|ation))\b"
        + "(?:" + Between + @"\b" + Measures + @"\b|[^.;,]{0,80}?\bfrom the (?:BIS )?(?:Entity|Unverified|Military End[- ]User) List\b)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Active();

    [GeneratedRegex(
        @"\b" + Measures + @"\b[^.;,]{0,60}?\s(?:lifted|removed|eliminated|abolished|ended|terminated|withdrawn|rescinded|revoked|repealed|suspended|waived|scrapped|discontinued)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Passive();

    [GeneratedRegex(
        @"(?:暂停|停止|中止|终止|取消|解除|废止)(?:实施|执行)?[^。；，]{0,40}(?:出口管制|出口许可|出口禁令|管制措施|出口关税|出口配额|禁止出口)[^。；，]{0,10}",
        RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Chinese();
}
