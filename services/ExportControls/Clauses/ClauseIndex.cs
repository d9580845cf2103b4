using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Clauses;

/// <summary>
/// Every clause in the order of lists, in memory: what GET /active is answered from, since no index of the database serves its order
/// and all that it can be narrowed by. Immutable; <see cref="CurrentClauses"/> keeps it current.
/// </summary>
internal sealed class ClauseIndex
{
    private const byte NotAsked = 0, Found = 1, PassedOver = 2;

    private readonly IndexedClause[] _clauses;
    private readonly IReadOnlyList<ClauseReach> _reaches;

    private ClauseIndex(IndexedClause[] clauses, IReadOnlyList<ClauseReach> reaches) => (_clauses, _reaches) = (clauses, reaches);

    public static ClauseIndex Empty { get; } = new([], []);

    public IReadOnlyList<IndexedClause> Clauses => _clauses;

    /// <summary>The same clauses with other numbers for their reaches.</summary>
    /// <param name="places">The new number of each old one.</param>
    public ClauseIndex Renumbered(int[] places, IReadOnlyList<ClauseReach> reaches) =>
        new(Array.ConvertAll(_clauses, c => places[c.Reach] == c.Reach ? c : c with { Reach = places[c.Reach] }), reaches);

    /// <summary>The index with clauses that are new or other than before; those that a correction took out are left out.</summary>
    /// <param name="reaches">Those of all clauses, by the number that a clause has of its own.</param>
    public ClauseIndex With(IReadOnlyDictionary<Guid, IndexedClause?> changed, IReadOnlyList<ClauseReach> reaches)
    {
        var kept = Array.FindAll(_clauses, c => !changed.ContainsKey(c.Position.Id));
        var added = changed.Values.OfType<IndexedClause>().OrderBy(c => c.Position, ClausePosition.Order).ToArray();
        var merged = new List<IndexedClause>(kept.Length + added.Length);
        var from = 0;
        foreach (var clause in added)
        {
            var until = PlaceAfter(kept, clause.Position);
            merged.AddRange(kept.AsSpan(from..until));
            merged.Add(clause);
            from = until;
        }
        merged.AddRange(kept.AsSpan(from..));
        return new ClauseIndex([.. merged], reaches);
    }

    /// <summary>The clauses that an announcement had brought by the day asked about, in order, with what each is that day.</summary>
    /// <param name="dayOf">The day asked about, for an issuer.</param>
    public IEnumerable<(IndexedClause Clause, ControlInterval State)> Find(
        Func<ClauseReach, bool> matches, Func<string, DateOnly> dayOf, ClausePosition? after)
    {
        // Clauses share few reaches, so that each is asked once and a clause passed over costs a look into this list.
        var asked = new byte[_reaches.Count];
        for (var i = after is null ? 0 : PlaceAfter(_clauses, after); i < _clauses.Length; i++)
        {
            var clause = _clauses[i];
            ref var answer = ref asked[clause.Reach];
            if (answer is NotAsked) answer = matches(_reaches[clause.Reach]) ? Found : PassedOver;
            if (answer is Found && clause.On(dayOf(clause.Position.Issuer)) is { } state) yield return (clause, state);
        }
    }

    private static int PlaceAfter(IndexedClause[] clauses, ClausePosition position)
    {
        var (low, high) = (0, clauses.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ClausePosition.Order.Compare(clauses[middle].Position, position) <= 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}

/// <summary>A clause as the index holds it.</summary>
/// <param name="Reach">Number of its <see cref="ClauseReach"/>.</param>
/// <param name="Content">What an answer shows of it, its state aside.</param>
/// <param name="Schedule">In order and without gaps, from the announcement on.</param>
/// <param name="SettledFrom">As known from then on it is this; null where that has not been established.</param>
internal sealed record IndexedClause(
    ClausePosition Position, int Reach, ActiveClause Content, IReadOnlyList<ControlInterval> Schedule, DateTimeOffset? SettledFrom = null, DateOnly? SettledDay = null)
{
    /// <summary>Null before it was announced.</summary>
    public ControlInterval? On(DateOnly day)
    {
        for (var i = Schedule.Count - 1; i >= 0; i--)
            if (Schedule[i].From <= day) return Schedule[i];
        return null;
    }
}

/// <summary>Where a clause stands in lists, and in their cursors.</summary>
internal sealed record ClausePosition(string Issuer, string DocumentNumber, int Ordinal, Guid Id)
{
    public static Comparer<ClausePosition> Order { get; } = Comparer<ClausePosition>.Create((a, b) =>
    {
        var order = string.CompareOrdinal(a.Issuer, b.Issuer);
        if (order is 0) order = string.CompareOrdinal(a.DocumentNumber, b.DocumentNumber);
        if (order is 0) order = a.Ordinal.CompareTo(b.Ordinal);
        return order is 0 ? a.Id.CompareTo(b.Id) : order;
    });
}

/// <summary>What a list of clauses is narrowed by, of one clause or of many that have the same.</summary>
/// <param name="Minerals">Slugs, groups resolved.</param>
/// <param name="Destinations">Null means every destination.</param>
internal sealed record ClauseReach(
    string Issuer, Measure Measure, IReadOnlyList<string> Minerals, IReadOnlyList<string>? Destinations, IReadOnlyList<string> ExcludedDestinations)
{
    public static ClauseReach Of(NoticeDocument notice, ClauseDocument clause) =>
        new(notice.Issuer, clause.Measure, ClauseScope.MineralsOf(clause), clause.Destinations, clause.ExcludedDestinations);
}
