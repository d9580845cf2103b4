using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Notices;

/// <summary>
/// Everything that a notice's clauses and actions meet: the clauses it acts on or acted on before a correction, and all other
/// notices' actions on them and on its own clauses. Loaded with the rows locked.
/// </summary>
internal sealed class ActionScene
{
    private readonly Dictionary<Guid, ClauseRow> _clauses = [];
    private readonly Dictionary<Guid, NoticeDocument> _documents = [];
    private readonly List<ActionRow> _former = [];
    private readonly List<(int Index, ActionDocument Action, List<ClauseRow> Targets)> _actions = [];
    private ILookup<Guid, ActionRow> _foreign = Array.Empty<ActionRow>().ToLookup(a => a.TargetClauseId);
    private Dictionary<Guid, (string Name, NoticeOrigin Origin)> _actors = [];
    private readonly HashSet<Guid> _amenders = [];
    private readonly HashSet<(string Issuer, string DocumentNumber)> _known = [];

    private readonly bool _ships;
    private readonly Guid _own;

    private ActionScene(NoticeRow notice) => (_ships, _own) = (notice.Origin is NoticeOrigin.BuiltIn, notice.Id);

    public static async Task<ActionScene> LoadAsync(ControlsDbContext db, NoticeRow notice, CancellationToken cancellationToken)
    {
        var scene = new ActionScene(notice);
        scene.Add(notice);
        // A notice that is not stored yet has acted on nothing, and nothing acts on it: most of them are recorded without a question.
        if (!IsNew(db, notice)) scene._former.AddRange(await db.Actions.Where(a => a.NoticeId == notice.Id).ToListAsync(cancellationToken));
        await scene.AddTargetsAsync(db, notice, cancellationToken);
        await scene.AddForeignActionsAsync(db, notice, cancellationToken);
        if (notice.Document.Actions.Any(a => Replaces(a.Action))) await scene.AddAmendersAsync(db, notice, cancellationToken);
        return scene;
    }

    /// <summary>The notice's own actions, each with the clauses that its target is.</summary>
    public IReadOnlyList<(int Index, ActionDocument Action, List<ClauseRow> Targets)> Actions => _actions;

    /// <summary>The other notices that it acts on or acted on before.</summary>
    public IEnumerable<NoticeRow> Targets => _clauses.Values.Select(c => c.Notice).Where(n => n.Id != _own).Distinct();

    /// <summary>Other notices' actions on a clause, with who acts and whether that is a shipped notice.</summary>
    public IEnumerable<(string Actor, bool Ships, ActionRow Action)> ForeignOn(ClauseRow row) =>
        _foreign[row.Id].Select(a => (_actors[a.NoticeId].Name, _actors[a.NoticeId].Origin is NoticeOrigin.BuiltIn, a));

    /// <summary>Whether the target is one of the notices that amend or repeal this one, itself or through others.</summary>
    public bool ClosesCycle(ClauseRow target) => _amenders.Contains(target.NoticeId);

    /// <summary>The numbers of the target notice's clauses.</summary>
    public IEnumerable<string> ClausesOf(ClauseTarget target) => _documents.Values
        .Where(d => d.Issuer == target.Issuer && d.DocumentNumber == target.DocumentNumber).SelectMany(d => d.Clauses.Select(c => c.Number));

    public bool IsKnown(ClauseTarget target) => _known.Contains((target.Issuer, target.DocumentNumber));

    /// <summary>Everything that acts on a clause; an index where it is the notice's own action.</summary>
    public IEnumerable<(int? Index, ActionOnClause Action)> ActionsOn(ClauseRow row) =>
        ForeignOn(row).Select(a => ((int?)null, new ActionOnClause(a.Action.Kind, a.Action.From, a.Action.Until, a.Ships)))
            .Concat(_actions.Where(a => a.Targets.Contains(row))
                .Select(a => ((int?)a.Index, new ActionOnClause(a.Action.Action, a.Action.From, a.Action.Until, _ships))));

    public ClauseDates DatesOf(ClauseRow row)
    {
        var document = _documents[row.NoticeId];
        var clause = document.Clauses.Single(c => c.Number == row.Number);
        return new ClauseDates(document.AnnouncedOn, clause.EffectiveFrom, clause.EffectiveUntil);
    }

    /// <summary>The clauses whose schedule may be another now, with every action that acts on them.</summary>
    public IEnumerable<(ClauseRow Row, NoticeDocument Notice, IReadOnlyList<ActionOnClause> Actions)> Touched() => _clauses.Values
        .Where(row => _documents[row.NoticeId].Clauses.Any(c => c.Number == row.Number))
        .OrderBy(row => row.Issuer, StringComparer.Ordinal).ThenBy(row => row.DocumentNumber, StringComparer.Ordinal).ThenBy(row => row.Ordinal)
        .Select(row => (row, _documents[row.NoticeId], (IReadOnlyList<ActionOnClause>)[.. ActionsOn(row).Select(a => a.Action)]));

    /// <summary>Replaces the notice's former actions by its present ones.</summary>
    public void Store(ControlsDbContext db, NoticeRow notice)
    {
        db.Actions.RemoveRange(_former);
        db.Actions.AddRange(
            from entry in _actions
            from target in entry.Targets
            select new ActionRow
            {
                Id = Guid.CreateVersion7(notice.UpdatedAt),
                NoticeId = notice.Id,
                TargetClauseId = target.Id,
                Kind = entry.Action.Action,
                From = entry.Action.From,
                Until = entry.Action.Until,
            });
    }

    private void Add(NoticeRow notice)
    {
        _documents[notice.Id] = notice.Document;
        foreach (var clause in notice.Clauses) _clauses[clause.Id] = clause;
    }

    private async Task AddTargetsAsync(ControlsDbContext db, NoticeRow notice, CancellationToken cancellationToken)
    {
        if (_former.Count == 0 && notice.Document.Actions.Count == 0) return;
        var formerClauses = _former.Select(a => a.TargetClauseId).ToArray();
        var wanted = notice.Document.Actions.Select(a => (a.Target.Issuer, a.Target.DocumentNumber)).ToHashSet();
        var issuers = wanted.Select(w => w.Issuer).ToArray();
        var numbers = wanted.Select(w => w.DocumentNumber).ToArray();
        var found = await db.Notices.AsNoTracking()
            .Where(n => n.Id != notice.Id)
            .Where(n => (issuers.Contains(n.Issuer) && numbers.Contains(n.DocumentNumber)) || n.Clauses.Any(c => formerClauses.Contains(c.Id)))
            .Select(n => new { n.Id, n.Issuer, n.DocumentNumber, IsFormer = n.Clauses.Any(c => formerClauses.Contains(c.Id)) })
            .ToListAsync(cancellationToken);
        var ids = found.Where(n => n.IsFormer || wanted.Contains((n.Issuer, n.DocumentNumber))).Select(n => n.Id).ToArray();
        _known.UnionWith(found.Select(n => (n.Issuer, n.DocumentNumber)));
        if (ids.Length > 0)
            foreach (var target in (await ClauseLocks.LoadAsync(db, ids, cancellationToken)).Select(c => c.Notice).Distinct())
                Add(target);

        foreach (var (index, action) in notice.Document.Actions.Index())
        {
            var targets = _clauses.Values.Where(c => c.Issuer == action.Target.Issuer && c.DocumentNumber == action.Target.DocumentNumber)
                .Where(c => action.Target.Clause is null || c.Number == action.Target.Clause)
                .Where(c => _documents[c.NoticeId].Clauses.Any(d => d.Number == c.Number));
            _actions.Add((index, action, [.. targets]));
        }
        var touched = _actions.SelectMany(a => a.Targets).Select(c => c.Id).Concat(formerClauses).ToHashSet();
        foreach (var other in _clauses.Values.Where(c => c.NoticeId != notice.Id && !touched.Contains(c.Id)).ToList())
            _clauses.Remove(other.Id);
    }

    private async Task AddForeignActionsAsync(ControlsDbContext db, NoticeRow notice, CancellationToken cancellationToken)
    {
        var ids = _clauses.Values.Where(c => !IsNew(db, c)).Select(c => c.Id).ToArray();
        if (ids.Length == 0) return;
        var foreign = await db.Actions.AsNoTracking()
            .Where(a => a.NoticeId != notice.Id && ids.Contains(a.TargetClauseId)).ToListAsync(cancellationToken);
        _foreign = foreign.ToLookup(a => a.TargetClauseId);
        var actors = foreign.Select(a => a.NoticeId).Distinct().ToArray();
        if (actors.Length == 0) return;
        _actors = await db.Notices.AsNoTracking().Where(n => actors.Contains(n.Id))
            .ToDictionaryAsync(n => n.Id, n => ($"{n.Issuer} {n.DocumentNumber}", n.Origin), cancellationToken);
    }

    /// <summary>The notices that amend or repeal this one, itself or through others.</summary>
    private async Task AddAmendersAsync(ControlsDbContext db, NoticeRow notice, CancellationToken cancellationToken)
    {
        _amenders.Add(notice.Id);
        var ids = await db.Database.SqlQuery<Guid>($"""
            WITH RECURSIVE amenders AS (
                SELECT {notice.Id} AS id
                UNION
                SELECT a.notice_id FROM amenders
                JOIN clauses c ON c.notice_id = amenders.id
                JOIN actions a ON a.target_clause_id = c.id AND a.kind IN ('Amend', 'Repeal'))
            SELECT id AS "Value" FROM amenders
            """).ToListAsync(cancellationToken);
        _amenders.UnionWith(ids);
    }

    private static bool IsNew(ControlsDbContext db, object row) => db.Entry(row).State is EntityState.Added;

    public static string UnknownNotice(string issuer) =>
        $"Is no notice of {issuer} that is known here: record that notice first, or give the number of one that is, in whatever spelling.";

    /// <param name="clauses">Those that there are.</param>
    public static string UnknownClause(string issuer, string number, IEnumerable<string> clauses) => clauses.ToList() is { Count: > 0 } known
        ? $"Is no clause of {issuer} {number}: give one of {string.Join(", ", known.Order(ClauseNumberOrder.Instance))}, or null for all."
        : $"Is no clause of {issuer} {number}, which has none and only acts on others.";

    public static bool Replaces(ActionKind kind) => kind is ActionKind.Amend or ActionKind.Repeal;
}
