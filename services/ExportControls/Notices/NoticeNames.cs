using Chokepoint.ExportControls.Domain;
using Npgsql;

namespace Chokepoint.ExportControls.Notices;

/// <summary>A notice on record under its number.</summary>
/// <param name="Key">As in <see cref="NoticeKey"/>; null of a duplicate, which its own spelling alone finds.</param>
internal sealed record NoticeName(Guid Id, string Issuer, string DocumentNumber, string? Key);

/// <summary>The notices on record that some numbers may mean, and which of them each does, however it is spelled.</summary>
internal sealed class NoticeNames(IReadOnlyList<NoticeName> stored)
{
    /// <summary>
    /// Locks the notices that documents tell of and act on, by all their names: a statement for each key, in one order for all writers, and
    /// then, in the same round trip, those that ask what is on record under these numbers.
    /// </summary>
    public static async Task<NoticeNames> LockAsync(
        NpgsqlTransaction transaction, IReadOnlyList<NoticeDocument> documents, CancellationToken cancellationToken)
    {
        // A notice that acts names its target without who signed it: of a bare number both keys are locked.
        var keys = documents.SelectMany(d => (NoticeKey[])[NoticeKey.Of(d), NoticeKey.Of(d.Issuer, d.DocumentNumber), .. d.Actions.Select(a => NoticeKey.Of(a.Target.Issuer, a.Target.DocumentNumber))]).Distinct().ToList();
        var spelled = documents.SelectMany(d => ((string, string)[])[(d.Issuer, d.DocumentNumber), .. d.Actions.Select(a => (a.Target.Issuer, a.Target.DocumentNumber))]).Distinct().ToList();
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        foreach (var key in keys.Select(k => $"notice {k.Issuer}/{k.Number}").Order(StringComparer.Ordinal))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = key } },
            });
        }
        var locks = batch.BatchCommands.Count;
        // A statement for each look: of a join over what is asked the plan depends on how many notices there were when it was made, and most
        // are made while there is none; or it is made anew each time. What one of these sees was committed before the last lock.
        foreach (var key in keys) batch.BatchCommands.Add(Look("number_key", key.Issuer, key.Number));
        foreach (var (issuer, number) in spelled) batch.BatchCommands.Add(Look("document_number", issuer, number));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        for (; locks > 0; locks--) await reader.NextResultAsync(cancellationToken);
        var stored = new List<NoticeName>();
        do
        {
            while (await reader.ReadAsync(cancellationToken))
                stored.Add(new NoticeName(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetString(3)));
        }
        while (await reader.NextResultAsync(cancellationToken));
        return new NoticeNames(stored);

        static NpgsqlBatchCommand Look(string column, string issuer, string number) => new(
            $"SELECT id, issuer, document_number, number_key FROM notices WHERE issuer = $1 AND {column} = $2")
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = issuer }, new NpgsqlParameter<string> { TypedValue = number } },
        };
    }

    /// <summary>The notice that bears this number, so spelled or otherwise. A number in the very spelling counts in doubt, whatever series it was in.</summary>
    public NoticeName? Find(string issuer, string number, string? authority = null)
    {
        var (inSpelling, key) = (InSpelling(issuer, number), NoticeKey.Of(issuer, number, authority).Number);
        return inSpelling is { Key: null } || inSpelling?.Key == key ? inSpelling : OfKey(issuer, key) ?? inSpelling;
    }

    /// <summary>The notice that this document is a telling of.</summary>
    public NoticeName? Find(NoticeDocument document)
    {
        var (inSpelling, key) = (InSpelling(document.Issuer, document.DocumentNumber), NoticeKey.Of(document).Number);
        return inSpelling is { Key: null } ? inSpelling : OfKey(document.Issuer, key);
    }

    /// <summary>A notice of another series that was recorded under the same bare number.</summary>
    public NoticeName? Namesake(NoticeDocument document) => Find(document) is null ? InSpelling(document.Issuer, document.DocumentNumber) : null;

    /// <summary>The document with its own number and those of what it acts on as they are on record, so that one spelling counts from there on.</summary>
    public NoticeDocument AsRecorded(NoticeDocument document)
    {
        var own = Find(document)?.DocumentNumber ?? document.DocumentNumber;
        return document with { DocumentNumber = own, Actions = [.. document.Actions.Select(a => a with { Target = AsRecorded(a.Target) })] };

        ClauseTarget AsRecorded(ClauseTarget target) => target with
        {
            DocumentNumber = MeansItself(document, target.Issuer, target.DocumentNumber)
                ? own : Find(target.Issuer, target.DocumentNumber)?.DocumentNumber ?? target.DocumentNumber,
        };
    }

    /// <summary>Whether a target is the notice that acts.</summary>
    public static bool MeansItself(NoticeDocument document, string issuer, string number) => issuer == document.Issuer
        && (number == document.DocumentNumber || NoticeKey.Of(issuer, number) == NoticeKey.Of(document));

    private NoticeName? InSpelling(string issuer, string number) => stored.FirstOrDefault(s => s.Issuer == issuer && s.DocumentNumber == number);

    private NoticeName? OfKey(string issuer, string key) => stored.FirstOrDefault(s => s.Issuer == issuer && s.Key == key);
}
