using Chokepoint.Contracts;

namespace Chokepoint.ExportControls.Domain;

/// <summary>What is known of clauses when a given set of documents is all there is.</summary>
internal sealed class KnownClauses
{
    private readonly ILookup<(string Issuer, string DocumentNumber), (string? Clause, ActionOnClause Action)> _actions;

    /// <param name="acting">The documents whose actions are known, and whether each ships; those without actions may be left out.</param>
    public KnownClauses(IEnumerable<(NoticeDocument Document, bool Ships)> acting) => _actions = acting
        .SelectMany(a => a.Document.Actions, (a, action) => (action.Target, Action: new ActionOnClause(action.Action, action.From, action.Until, a.Ships)))
        .ToLookup(a => (a.Target.Issuer, a.Target.DocumentNumber), a => (a.Target.Clause, a.Action));

    /// <summary>The clauses of a document with their schedules.</summary>
    public IEnumerable<(ClauseDocument Clause, DateOnly? End, IReadOnlyList<ControlInterval> Schedule)> Of(NoticeDocument document) =>
        from clause in document.Clauses
        let dates = new ClauseDates(document.AnnouncedOn, clause.EffectiveFrom, clause.EffectiveUntil)
        let actions = _actions[(document.Issuer, document.DocumentNumber)]
            .Where(a => a.Clause is null || a.Clause == clause.Number).Select(a => a.Action).ToList()
        select (clause, ClauseSchedule.EndOf(dates, actions), ClauseSchedule.Of(dates, actions));
}
