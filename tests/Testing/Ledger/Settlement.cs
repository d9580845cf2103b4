namespace Chokepoint.Testing.Ledger;

/// <summary>
/// Joins what was sent, scored and delivered by ids: a notice to its event by the subject that the event's webhook names, the event to
/// revisions by their causes, a revision to its webhook by pair and version. Notices that came together share a revision, which then
/// names each of them among its causes; a revision is never asked for one by one.
/// </summary>
public static class Settlement
{
    public static Verdict Of(IReadOnlyCollection<SentNotice> sent, IReadOnlyCollection<StoredRevision> revisions, IReadOnlyCollection<HeardWebhook> heard)
    {
        var subjects = sent.Select(notice => notice.Subject).ToHashSet(StringComparer.Ordinal);
        var announced = heard.Where(webhook => webhook.Type == HeardWebhook.StateChanged && subjects.Contains(webhook.Subject))
            .ToLookup(webhook => webhook.Subject, webhook => webhook.EventId, StringComparer.Ordinal);
        var causes = revisions.SelectMany(revision => revision.Causes, (revision, cause) => (revision.Pair, Cause: cause)).ToLookup(x => x);
        var scores = heard.Where(webhook => webhook.Version is not null).ToLookup(webhook => (webhook.Subject, webhook.Version!.Value));
        var stored = revisions.Select(revision => (revision.Pair.ToString(), revision.Version)).ToHashSet();

        return new Verdict
        {
            Sent = sent.Count,
            Revised = revisions.Count,
            Heard = heard.Count,
            Repeated = heard.GroupBy(webhook => webhook.Id).Sum(group => group.Count() - 1),
            Unannounced = [.. sent.Where(notice => !announced.Contains(notice.Subject)).Select(notice => notice.Subject)],
            Unscored = [.. sent.SelectMany(notice => notice.Pairs, (notice, pair) => (notice.Subject, Pair: pair))
                .Where(due => !announced[due.Subject].Any(id => Guid.TryParse(id, out var @event) && causes.Contains((due.Pair, @event))))
                .Select(due => $"{due.Subject} for {due.Pair}")],
            Undelivered = [.. revisions.Where(revision => revision.HasScore && !scores.Contains((revision.Pair.ToString(), revision.Version)))
                .Select(revision => FormattableString.Invariant($"{revision.Pair} version {revision.Version}"))],
            Doubled =
            [
                .. heard.GroupBy(webhook => webhook.Reports).Where(group => group.Select(webhook => webhook.Id).Distinct().Count() > 1)
                    .Select(group => $"{group.Key} as {string.Join(" and ", group.Select(webhook => webhook.Id).Distinct())}"),
                .. subjects.Where(subject => announced[subject].Distinct().Count() > 1).Select(subject => $"{subject} announced under two ids"),
                .. causes.Where(group => group.Count() > 1).Select(group => $"{group.Key.Pair} revised twice by {group.Key.Cause}"),
            ],
            Mislabelled =
            [
                .. heard.Where(webhook => webhook.Id != webhook.EventId).Select(webhook => $"{webhook.Id} holds {webhook.EventId}"),
                .. heard.GroupBy(webhook => webhook.Id).Where(group => group.Select(webhook => webhook.BodyHash).Distinct().Count() > 1)
                    .Select(group => $"{group.Key} has two bodies"),
                .. heard.Where(webhook => !webhook.IsSigned).Select(webhook => $"{webhook.Id} is not signed"),
            ],
            Unfounded = [.. scores.Where(group => !stored.Contains(group.Key)).Select(group => FormattableString.Invariant($"{group.Key.Subject} version {group.Key.Value}"))],
        };
    }
}
