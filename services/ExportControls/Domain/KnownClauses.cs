using Chokepoint.Contracts;

namespace Chokepoint.ExportControls.Domain;

/// <summary>What is known of clauses when a given set of documents is all there is.</summary>
internal sealed class KnownClauses
{
    private readonly ILookup<(string Issuer, string DocumentNumber), ActionDocument> _actions;

    /// <param name="acting">The documents whose actions are known; those without actions may be left out.</param>
    public KnownClauses(IEnumerable<NoticeDocument> acting) => _actions = acting
        .SelectMany(d => d.Actions).ToLookup(a => (a.Target.Issuer, a.Target.DocumentNumber));

    /// <summary>The clauses of a document with their schedules.</summary>
    public IEnumerable<(ClauseDocument Clause, DateOnly? End, IReadOnlyList<ControlInterval> Schedule)> Of(NoticeDocument document) =>
        from clause in document.Clauses
        let dates = new ClauseDates(document.AnnouncedOn, clause.EffectiveFrom, clause.EffectiveUntil)
        let actions = _actions[(document.Issuer, document.DocumentNumber)]
            .Where(a => a.Target.Clause is null || a.Target.Clause == clause.Number)
            .Select(a => new ActionOnClause(a.Action, a.From, a.Until)).ToList()
        select (clause, ClauseSchedule.EndOf(dates, actions), ClauseSchedule.Of(dates, actions));
}
