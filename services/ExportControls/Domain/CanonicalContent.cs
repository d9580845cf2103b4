using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Chokepoint.Contracts;

namespace Chokepoint.ExportControls.Domain;

/// <summary>
/// When two documents are the same notice: the same content in whatever order lists were written whose order means nothing.
/// Sources, confidence and notes are about the notice, not in it: two readers of one notice differ in them.
/// </summary>
internal static class CanonicalContent
{
    /// <summary>SHA-256 over the canonical content.</summary>
    public static byte[] HashOf(NoticeDocument document)
    {
        var content = Ordered(document) with { Sources = [], Confidence = Confidence.Confirmed, Notes = null };
        return SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, EventJson.Options));
    }

    /// <summary>The document with its lists in one order, and what says nothing left out.</summary>
    public static NoticeDocument Ordered(NoticeDocument document) => document with
    {
        Sources = [.. document.Sources.Distinct().OrderBy(s => s.Kind, StringComparer.Ordinal).ThenBy(s => s.Url, StringComparer.Ordinal)],
        Clauses = [.. document.Clauses.Select(Ordered).OrderBy(c => c.Number, ClauseNumberOrder.Instance)],
        Actions = [.. document.Actions
            .OrderBy(a => a.Target.Issuer, StringComparer.Ordinal)
            .ThenBy(a => a.Target.DocumentNumber, StringComparer.Ordinal)
            .ThenBy(a => a.Target.Clause, StringComparer.Ordinal)
            .ThenBy(a => a.From).ThenBy(a => a.Action).ThenBy(a => a.Until)],
    };

    private static ClauseDocument Ordered(ClauseDocument clause) => clause with
    {
        Minerals = Sorted(clause.Minerals),
        Destinations = clause.Destinations is { } destinations ? Sorted(destinations) : null,
        ExcludedDestinations = Sorted(clause.ExcludedDestinations),
        Stages = clause.Stages is { Count: > 0 } stages ? [.. stages.Distinct().Order()] : null,
        Items = [.. clause.Items
            .Select(i => i with { HsCodes = Sorted(i.HsCodes) })
            .OrderBy(i => i.ControlCode, StringComparer.Ordinal)
            .ThenBy(i => i.Description, StringComparer.Ordinal)
            .ThenBy(i => string.Join(' ', i.HsCodes), StringComparer.Ordinal)],
    };

    private static List<string> Sorted(IReadOnlyList<string> values) =>
        [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>Clause 2 before clause 10, and what bears no number last.</summary>
internal sealed class ClauseNumberOrder : IComparer<string>
{
    public static ClauseNumberOrder Instance { get; } = new();

    public int Compare(string? x, string? y) =>
        LeadingNumber(x).CompareTo(LeadingNumber(y)) is var order and not 0 ? order : StringComparer.Ordinal.Compare(x, y);

    private static long LeadingNumber(string? number)
    {
        var digits = (number ?? "").TakeWhile(char.IsAsciiDigit).Take(18).ToArray();
        return digits.Length == 0 ? long.MaxValue : long.Parse(digits, CultureInfo.InvariantCulture);
    }
}
