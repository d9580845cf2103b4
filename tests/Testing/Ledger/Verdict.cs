using System.Text;

namespace Chokepoint.Testing.Ledger;

/// <summary>What came of everything that was sent: each list empty, sent = scored = delivered.</summary>
public sealed record Verdict
{
    public required int Sent { get; init; }

    public required int Revised { get; init; }

    /// <summary>HTTP deliveries, repetitions included.</summary>
    public required int Heard { get; init; }

    /// <summary>Repeated HTTP deliveries that carried the <c>webhook-id</c> and the bytes of the first: allowed, at least once is the promise.</summary>
    public required int Repeated { get; init; }

    /// <summary>Notices accepted, of which no webhook tells.</summary>
    public required IReadOnlyList<string> Unannounced { get; init; }

    /// <summary>Notices that are no cause of any revision of a pair they touch.</summary>
    public required IReadOnlyList<string> Unscored { get; init; }

    /// <summary>Revisions stored, of which no webhook tells.</summary>
    public required IReadOnlyList<string> Undelivered { get; init; }

    /// <summary>Effects that happened twice: one change announced under two ids, one event the cause of two revisions of a pair.</summary>
    public required IReadOnlyList<string> Doubled { get; init; }

    /// <summary>Webhooks of which the subscriber could not tell what they are: another id in the header than in the body, one id for two bodies, a signature that does not hold.</summary>
    public required IReadOnlyList<string> Mislabelled { get; init; }

    /// <summary>Webhooks of scores that no revision holds.</summary>
    public required IReadOnlyList<string> Unfounded { get; init; }

    /// <summary>Something that was sent has not arrived: lost, or still on its way.</summary>
    public bool Lacks => Unannounced.Count + Unscored.Count + Undelivered.Count > 0;

    /// <summary>Something is there that no time will mend.</summary>
    public bool IsWrong => Doubled.Count + Mislabelled.Count + Unfounded.Count > 0;

    public bool IsEqual => !Lacks && !IsWrong;

    public override string ToString()
    {
        var text = new StringBuilder().Append(
            System.Globalization.CultureInfo.InvariantCulture, $"{Sent} notices sent, {Revised} revisions, {Heard} webhooks of which {Repeated} repeated");
        Add("unannounced", Unannounced);
        Add("unscored", Unscored);
        Add("undelivered", Undelivered);
        Add("doubled", Doubled);
        Add("mislabelled", Mislabelled);
        Add("unfounded", Unfounded);
        return text.ToString();

        void Add(string what, IReadOnlyList<string> list)
        {
            const int shown = 10;
            if (list.Count == 0) return;
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n  {what} ({list.Count}): {string.Join(", ", list.Take(shown))}");
            if (list.Count > shown) text.Append(", …");
        }
    }
}
