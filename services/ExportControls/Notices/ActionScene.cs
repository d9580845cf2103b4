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

    private ActionScene()
    {
    }

    public static async Task<ActionScene> LoadAsync(ControlsDbContext db, NoticeRow notice, CancellationToken cancellationToken)
    {
        var scene = new ActionScene();
        scene.Add(notice);
        scene._former.AddRange(await db.Actions.Where(a => a.NoticeId == notice.Id).ToListAsync(cancellationToken));
        await scene.AddTargetsAsync(db, notice, cancellationToken);
        await scene.AddForeignActionsAsync(db, notice, cancellationToken);
        if (notice.Document.Actions.Any(a => Replaces(a.Action))) await scene.AddAmendersAsync(db, notice, cancellationToken);
        return scene;
    }

    /// <summary>Refuses what does not fit, every fault named by its pointer.</summary>
    /// <exception cref="ProblemException">422.</exception>
    public void Check(NoticeRow notice)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        CheckOwnClauses(notice, errors);
        foreach (var (index, action, targets) in _actions)
        {
            var pointer = $"/actions/{index}";
            if (targets.Count == 0)
            {
                var (member, message) = MissingTarget(action.Target, notice);
                errors.TryAdd($"{pointer}/target/{member}", [message]);
                continue;
            }
            if (Replaces(action.Action) && targets.Exists(t => _amenders.Contains(t.NoticeId)))
                errors.TryAdd($"{pointer}/target", ["Closes a cycle: the target amends or repeals this notice, itself or through others."]);
            foreach (var target in targets)
            {
                var others = ActionsOn(target).Where(a => a.Index != index).Select(a => a.Action).ToList();
                if (ActionRules.Fault(new ActionOnClause(action.Action, action.From, action.Until), DatesOf(target), others) is var (member, message))
                    errors.TryAdd($"{pointer}/{member}", [$"{Name(target)}: {message}"]);
            }
        }
        if (errors.Count > 0)
            throw new ProblemException(ProblemKind.Invalid, $"{errors.First().Key}: {errors.First().Value[0]}", errors);
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

    /// <summary>A correction must leave what other notices act on. Shipped notices give way to what an operator writes.</summary>
    private void CheckOwnClauses(NoticeRow notice, Dictionary<string, string[]> errors)
    {
        foreach (var row in notice.Clauses)
        {
            foreach (var action in _foreign[row.Id])
            {
                var (actor, origin) = _actors[action.NoticeId];
                if (origin is NoticeOrigin.BuiltIn && notice.Origin is NoticeOrigin.Operator) continue;
                if (notice.Document.Clauses.All(c => c.Number != row.Number))
                    errors.TryAdd("/clauses", [$"Leaves out clause {row.Number}, which {actor} acts on."]);
                else if (action.From < notice.AnnouncedOn)
                    errors.TryAdd("/announcedOn", [$"Is after {action.From:O}, when {actor} acts on clause {row.Number}."]);
            }
        }
    }

    private (string Member, string Message) MissingTarget(ClauseTarget target, NoticeRow notice)
    {
        var own = notice.Issuer == target.Issuer && notice.DocumentNumber == target.DocumentNumber;
        return own || _known.Contains((target.Issuer, target.DocumentNumber))
            ? ("clause", $"Is no clause of {target.Issuer} {target.DocumentNumber}.")
            : ("documentNumber", $"Is no notice of {target.Issuer} that is known here.");
    }

    private IEnumerable<(int? Index, ActionOnClause Action)> ActionsOn(ClauseRow row) =>
        _foreign[row.Id].Select(a => ((int?)null, new ActionOnClause(a.Kind, a.From, a.Until)))
            .Concat(_actions.Where(a => a.Targets.Contains(row))
                .Select(a => ((int?)a.Index, new ActionOnClause(a.Action.Action, a.Action.From, a.Action.Until))));

    private ClauseDates DatesOf(ClauseRow row)
    {
        var document = _documents[row.NoticeId];
        var clause = document.Clauses.Single(c => c.Number == row.Number);
        return new ClauseDates(document.AnnouncedOn, clause.EffectiveFrom, clause.EffectiveUntil);
    }

    private void Add(NoticeRow notice)
    {
        _documents[notice.Id] = notice.Document;
        foreach (var clause in notice.Clauses) _clauses[clause.Id] = clause;
    }

    private async Task AddTargetsAsync(ControlsDbContext db, NoticeRow notice, CancellationToken cancellationToken)
    {
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
        var ids = _clauses.Keys.ToArray();
        var foreign = await db.Actions.AsNoTracking()
            .Where(a => a.NoticeId != notice.Id && ids.Contains(a.TargetClauseId)).ToListAsync(cancellationToken);
        _foreign = foreign.ToLookup(a => a.TargetClauseId);
        var actors = foreign.Select(a => a.NoticeId).Distinct().ToArray();
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

    private static bool Replaces(ActionKind kind) => kind is ActionKind.Amend or ActionKind.Repeal;

    private static string Name(ClauseRow clause) => $"{clause.Issuer} {clause.DocumentNumber} clause {clause.Number}";
}
