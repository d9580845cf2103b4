using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Notices;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.ExportControls.Clauses;

/// <summary>What the lists of clauses can be narrowed by; an endpoint takes it with <c>[AsParameters]</c>.</summary>
/// <param name="Issuer">Economy that announced it.</param>
/// <param name="Mineral">A slug or a group: clauses that touch any member.</param>
/// <param name="Destination">Finds clauses for it, for a group that holds it, and for every destination.</param>
/// <param name="Measure">As in a notice.</param>
/// <param name="Legal">False for customs blockages, entity listings and statements alone, true for the rest.</param>
internal sealed record ClauseFilter(string? Issuer, string? Mineral, string? Destination, string? Measure, bool? Legal)
{
    private static readonly Measure[] LegalMeasures = [.. Enum.GetValues<Measure>().Where(ClauseScope.IsLegalMeasure)];

    public bool IsEmpty => Issuer is null && NamesNoClause;

    /// <summary>Whether nothing but the issuer is asked for.</summary>
    public bool NamesNoClause => Mineral is null && Destination is null && Measure is null && Legal is null;

    /// <exception cref="ProblemException">422: a name that is not known here.</exception>
    public IQueryable<ClauseRow> Apply(IQueryable<ClauseRow> clauses)
    {
        clauses = clauses.Where(c => !c.IsRemoved);
        if (Issuer is { } issuer)
        {
            RequireEconomy("issuer", issuer);
            clauses = clauses.Where(c => c.Issuer == issuer);
        }
        if (Mineral is { } mineral)
        {
            var wanted = MineralsOf(mineral).ToArray();
            clauses = clauses.Where(c => c.Minerals.Any(m => wanted.Contains(m)));
        }
        if (Measure is { } measure)
        {
            var wanted = EnumNames.Parse<Measure>("measure", measure);
            clauses = clauses.Where(c => c.Measure == wanted);
        }
        if (Legal is { } legal) clauses = clauses.Where(c => LegalMeasures.Contains(c.Measure) == legal);
        return Destination is { } destination ? Reaching(clauses, destination) : clauses;
    }

    /// <summary>The same question of a clause in hand.</summary>
    /// <exception cref="ProblemException">422: a name that is not known here.</exception>
    public Func<ClauseReach, bool> AsPredicate()
    {
        if (Issuer is { } issuer) RequireEconomy("issuer", issuer);
        if (Destination is { } destination) RequireEconomy("destination", destination);
        var wanted = Mineral is { } mineral ? MineralsOf(mineral).ToHashSet(StringComparer.Ordinal) : null;
        var measure = Measure is null ? (Measure?)null : EnumNames.Parse<Measure>("measure", Measure);
        return clause =>
            (Issuer is null || clause.Issuer == Issuer)
            && (measure is null || clause.Measure == measure)
            && (Legal is null || ClauseScope.IsLegalMeasure(clause.Measure) == Legal)
            && (Destination is null || ClauseScope.Reaches(clause.Issuer, clause.Destinations, clause.ExcludedDestinations, Destination))
            && (wanted is null || wanted.Overlaps(clause.Minerals));
    }

    /// <summary><see cref="ClauseScope.Reaches"/> for the database.</summary>
    private static IQueryable<ClauseRow> Reaching(IQueryable<ClauseRow> clauses, string destination)
    {
        RequireEconomy("destination", destination);
        var names = ClauseScope.NamesOf(destination).ToArray();
        var members = Economies.MembersOf(destination).ToArray();
        return clauses.Where(c => !names.Contains(c.Issuer) && !members.Contains(c.Issuer)
            && (c.Destinations == null || c.Destinations.Any(d => names.Contains(d)))
            && !c.ExcludedDestinations.Any(d => names.Contains(d)));
    }

    private static IReadOnlyCollection<string> MineralsOf(string mineral) => Minerals.TryResolve(mineral, out var slugs)
        ? slugs
        : throw ProblemException.Invalid("/mineral", ClauseValidator.KnownMinerals);

    private static void RequireEconomy(string name, string code)
    {
        if (!Economies.TryGet(code, out _))
            throw ProblemException.Invalid($"/{name}", "Is not an economy known here: give ISO 3166-1 alpha-3 in capitals, such as USA, or EU27.");
    }
}

/// <summary>Enumerations in a query, by their published names.</summary>
internal static class EnumNames
{
    /// <exception cref="ProblemException">422.</exception>
    public static TEnum Parse<TEnum>(string parameter, string text)
        where TEnum : struct, Enum
    {
        foreach (var value in Enum.GetValues<TEnum>())
            if (Of(value) == text) return value;
        throw ProblemException.Invalid($"/{parameter}", $"Must be one of {string.Join(", ", Enum.GetValues<TEnum>().Select(Of))}.");
    }

    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonSerializer.Serialize(value, EventJson.Options).Trim('"');
}
