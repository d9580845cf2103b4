using System.Text.RegularExpressions;
using Chokepoint.Contracts;

namespace Chokepoint.ExportControls.Feeds.Text;

/// <summary>Guesses the measure from the words; the first rule that fits counts, so those that say more come first.</summary>
internal static class MeasureWords
{
    private static readonly (Measure Measure, Regex Words, string Rule)[] Rules =
    [
        Rule(Measure.Statement, @"\b(proposed rule|advance notice of proposed rulemaking|requests? (for )?(public )?comments?)\b|征求意见",
            "a proposal or a request for comments adopts nothing: statement"),
        Rule(Measure.EntityListing, @"\b(entity list|unverified list|military end[- ]user(s)? list|MEU list)\b|(管控名单|不可靠实体清单)",
            "it is about a list of entities: entity-listing"),
        Rule(Measure.MinimumPrice, @"\bminimum export price|export price (benchmark|floor)|最低出口价", "a least price for exports: minimum-price"),
        Rule(Measure.Quota, @"\bexport (tariff )?quotas?\b|\bquotas? (on|for) (the )?exports?\b|出口配额", "a quota on exports: quota"),
        Rule(Measure.Tax, @"\bexport (tax(es)?|dut(y|ies)|tariffs?|surtax|lev(y|ies)|royalt(y|ies))\b|\b(tax|duty|levy) on (the )?exports?\b|出口关税",
            "a charge on exports: tax"),
        Rule(Measure.Prohibition, @"\bexport (ban|bans|prohibition|embargo)\b|\bban(s|ned|ning)? (on )?(the )?exports?\b|\bprohibit(s|ed|ing|ion)?( on| of)?( the)? (re)?exports?\b|\bexports?\b[^.;]{0,60}\b(is|are|be) (prohibited|banned)\b|(禁止|不予许可)[^。]{0,40}出口|出口[^。]{0,30}(禁止|不予许可)",
            "exports are forbidden: prohibition"),
        Rule(Measure.Suspension, @"\bsuspen(d|ds|ded|ding|sion)( of)?( the| all)? exports?\b|\bexports?\b[^.;]{0,40}\b(is|are|be) suspended\b|暂停[^。]{0,10}出口",
            "exports are suspended: suspension"),
        Rule(Measure.StateTrading, @"\bstate[- ]trading (enterprise|company|export)|\bdesignated exporters?\b|国营贸易", "only named traders may export: state-trading"),
        Rule(Measure.Licensing, @"\bexport (control )?(licen[cs](e|es|ing)|permits?)\b|\blicen[cs](e|ing) requirements?\b|\bexport control measures?\b|\bpermits? [^.;]{0,40}\bexports?\b|出口许可|实施出口管制|两用物项出口",
            "exports need leave: licensing"),
        Rule(Measure.Technology, @"\b(re)?exports?\b[^.;]{0,80}\b(technology|technologies|software)\b|\b(technology|software)\b[^.;]{0,80}\bexports?\b|技术[^。]{0,20}出口",
            "it is about technology or software: technology"),
    ];

    /// <param name="texts">The title first: where it takes a measure away (<see cref="LiftingWords"/>), the rest tells of that one.</param>
    public static Found<Measure>? Find(IReadOnlyList<SourceText> texts) => FindIn(LiftingWords.Without(texts, text => FindIn([text]) is not null));

    private static Found<Measure>? FindIn(IReadOnlyList<SourceText> all)
    {
        foreach (var (measure, words, rule) in Rules)
            foreach (var text in all)
                if (words.Match(text.Text) is { Success: true } match)
                    return text.Find(measure, match.Index, match.Length, $"“{match.Value}”: {rule}");
        return null;
    }

    private static (Measure, Regex, string) Rule(Measure measure, string words, string rule) =>
        (measure, new Regex(words, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), rule);
}
