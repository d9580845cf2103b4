using System.Text.RegularExpressions;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Feeds.Text;

/// <summary>What a sentence does to an earlier notice.</summary>
/// <param name="Clause">Null: the sentence names no clause, which means every one.</param>
/// <param name="From">Null: the sentence names no day.</param>
/// <param name="Sentence">Where it stands in the text.</param>
internal sealed record ActionFound(
    Found<ActionKind> Kind, Found<NoticeMention> Target, Found<string>? Clause, Found<DateOnly>? From, bool AtOnce, Found<DateOnly>? Until,
    Range Sentence);

/// <summary>
/// Finds sentences that suspend, resume, extend, amend or repeal a notice which they name by its number: “suspends clause 2 of
/// Announcement No. 46 of 2024 until November 27, 2026”, “暂停实施2024年第46号公告第二款”.
/// </summary>
internal static partial class ActionWords
{
    private const int Farthest = 200;
    private const string ChineseDigits = "零一二三四五六七八九十";

    /// <summary>The first that fits counts: to extend a suspension is no suspension, and to lift one resumes.</summary>
    private static readonly (ActionKind Kind, Regex Before, Regex After, string Rule)[] Rules =
    [
        Rule(ActionKind.Extend, @"\b(?:extend(?:s|ed|ing)?|extension of|prolong(?:s|ed|ing)?)\b|延长|延期|继续暂停", @"\b(?:is|are|was|were|be|been)\s+(?:further\s+|hereby\s+)?(?:extended|prolonged)\b", "it sets a later last day: extend"),
        Rule(ActionKind.Resume, @"\b(?:resum(?:e|es|ed|ing)|reinstat(?:e|es|ed|ing)|(?:lift|end|terminat)(?:s|es|ed|ing|e)? the (?:suspension|stay))\b|恢复(?:实施|执行)|解除暂停", @"\b(?:is|are|was|were|be|been)\s+(?:hereby\s+)?(?:resumed|reinstated)\b|恢复(?:实施|执行)", "it ends a suspension: resume"),
        Rule(ActionKind.Suspend, @"\b(?:suspend(?:s|ed|ing)?|suspension of|stay(?:s|ed|ing)?|paus(?:e|es|ed|ing))\b|(?:暂停|中止)(?:实施|执行)?", @"\b(?:is|are|was|were|be|been)\s+(?:temporarily\s+|hereby\s+)?(?:suspended|stayed|paused)\b|(?:暂停|中止)(?:实施|执行)", "it does not act for a time: suspend"),
        Rule(ActionKind.Amend, @"\b(?:amend(?:s|ed|ing)?|amendment (?:of|to)|replac(?:e|es|ed|ing)|supersed(?:e|es|ed|ing)|modif(?:y|ies|ied|ying))\b|修改|修订|调整|替代|取代", @"\b(?:is|are|was|were|be|been)\s+(?:hereby\s+)?(?:amended|replaced|superseded|modified)\b|(?:予以)?(?:修改|修订|调整)", "the new rules take its place: amend"),
        Rule(ActionKind.Repeal, @"\b(?:repeal(?:s|ed|ing)?|revo(?:ke|kes|ked|king|cation of)|rescind(?:s|ed|ing)?|withdraw(?:s|ing|al of)?|abolish(?:es|ed|ing)?)\b|废止|停止(?:实施|执行)", @"\b(?:is|are|was|were|be|been)\s+(?:hereby\s+)?(?:repealed|revoked|rescinded|withdrawn|abolished)\b|(?:同时)?(?:废止|停止(?:实施|执行)|失效)", "it ends for good: repeal"),
    ];

    /// <summary>Each action once, from the sentence that says most of it: a title names the notice, another sentence the clause or the days.</summary>
    public static IReadOnlyList<ActionFound> Find(IEnumerable<SourceText> texts)
    {
        var all = All(texts).ToList();
        return [.. all.Where((a, i) => !all.Where((o, j) => IsSameOrWider(a, o) && (Says(o) > Says(a) || (Says(o) == Says(a) && j < i))).Any())];
    }

    /// <summary>The texts with the sentences that act on other notices blanked: their words for a measure are those of the other notice.</summary>
    public static SourceText[] Without(IReadOnlyList<SourceText> texts) =>
        [.. texts.Select(text => All([text]).Aggregate(text, (left, a) => left.Blank(a.Sentence)))];

    private static IEnumerable<ActionFound> All(IEnumerable<SourceText> texts) =>
        texts.SelectMany(text => NoticeNumbers.Find(text.Text).Select(mention => Read(text, mention)).OfType<ActionFound>());

    /// <summary>Whether one is the other, or the other without its clause.</summary>
    private static bool IsSameOrWider(ActionFound one, ActionFound other) =>
        one.Kind.Value == other.Kind.Value && one.Target.Value.Number == other.Target.Value.Number
        && (one.Clause is null || one.Clause.Value == other.Clause?.Value);

    private static int Says(ActionFound action) =>
        (action.Clause is null ? 0 : 1) + (action.From is null && !action.AtOnce ? 0 : 1) + (action.Until is null ? 0 : 1);

    private static ActionFound? Read(SourceText text, NoticeMention mention)
    {
        var bounds = text.SentenceAt(mention.At, mention.Length);
        var (start, end) = (bounds.Start.Value, bounds.End.Value);
        var from = Math.Max(start, mention.At - Farthest);
        var before = text.Text[from..mention.At];
        var after = text.Text[(mention.At + mention.Length)..Math.Min(end, mention.At + mention.Length + Farthest)];
        // “by Announcement No. 72”, “under Regulation (EU) …”, “根据…”: the notice that acts or allows, not the one acted on.
        if (Agent().IsMatch(before) && !Imposed().IsMatch(before)) return null;
        var clauseText = ClauseBefore().Match(before) is { Success: true } named ? named : ClauseAfter().Match(after);
        foreach (var (kind, active, passive, rule) in Rules)
        {
            var word = active.Matches(before).LastOrDefault();
            if (word is null && passive.Match(after) is { Success: true } done && !IsOfAnother(after, done)) word = done;
            if (word is null) continue;
            var sentence = new SourceText(text.Field, text.Text[start..end]);
            var found = text.Find(kind, mention.At, mention.Length, $"“{word.Value.Trim()}”: {rule}");
            return new ActionFound(
                found,
                text.Find(mention, mention.At, mention.Length, mention.Rule),
                clauseText.Success ? text.Find(ClauseOf(clauseText.Groups["clause"].Value), mention.At, mention.Length, $"“{clauseText.Value.Trim()}”: its number in the notice") : null,
                Days.EffectiveFrom([sentence]), AtOnceWords().IsMatch(sentence.Text),
                kind is ActionKind.Resume or ActionKind.Repeal ? null : Days.EffectiveUntil([sentence]),
                bounds);
        }
        return null;
    }

    /// <summary>Another notice stands between; or it comes after the word where that has no voice of its own, as in Chinese.</summary>
    private static bool IsOfAnother(string after, Match word) =>
        NoticeNumbers.Find(word.Value[0] > 127 ? after : after[..word.Index]).Count > 0;

    /// <summary>二 → 2, 十二 → 12, II → 2.</summary>
    private static string ClauseOf(string written)
    {
        if (written.All(char.IsAsciiDigit)) return written;
        if (written.All(c => c is 'I' or 'V' or 'i' or 'v'))
            return (Array.IndexOf(["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII"], written.ToUpperInvariant()) is > 0 and var roman ? roman : 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var ten = written.IndexOf('十', StringComparison.Ordinal);
        var value = ten < 0
            ? ChineseDigits.IndexOf(written[0], StringComparison.Ordinal)
            : (10 * (ten is 0 ? 1 : ChineseDigits.IndexOf(written[0], StringComparison.Ordinal)))
                + (ten == written.Length - 1 ? 0 : ChineseDigits.IndexOf(written[^1], StringComparison.Ordinal));
        return value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static (ActionKind, Regex, Regex, string) Rule(ActionKind kind, string before, string after, string rule) => (kind, Of(before), Of(after), rule);

    private static Regex Of(string words) => new(words, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    [GeneratedRegex(@"\b(?:by|under|pursuant to|in accordance with|through|with)\s+(?:the\s+|its\s+)?(?:[A-Z][\w’']*\s+){0,4}$|(?:根据|依据|按照|以)[^，。；]{0,12}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Agent();

    /// <summary>“the requirements imposed by …”: what is acted on are the rules of that notice.</summary>
    [GeneratedRegex(@"\b(?:imposed|established|introduced|adopted|created|announced|published|issued|made|set(?: out)?)\s+(?:by|under|in|through|with)\s+(?:the\s+|its\s+)?(?:[A-Z][\w’']*\s+){0,4}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Imposed();

    [GeneratedRegex(@"\b(?:clause|paragraph|article|section|item|point)\s+(?<clause>\d{1,3}|[IV]{1,4})\s+(?:of|in)\b[^.;]{0,60}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClauseBefore();

    [GeneratedRegex(@"^\s*(?:（[^）]*）|《[^》]*》|》|）|\)|公告|令|中|的|\s){0,6}第(?<clause>[一二三四五六七八九十]{1,3}|\d{1,3})[款条项]|^\s*,?\s*(?:clause|paragraph|article|section|item|point)\s+(?<clause>\d{1,3}|[IV]{1,4})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClauseAfter();

    [GeneratedRegex(@"\b(?:effective immediately|with immediate effect|immediately)\b|即日起|自(?:公布|发布)之日起", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AtOnceWords();
}
