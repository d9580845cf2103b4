using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Notices;

/// <summary>A notice on record under its number.</summary>
/// <param name="Key">As in <see cref="NoticeKey"/>; null of a duplicate, which its own spelling alone finds.</param>
internal sealed record NoticeName(Guid Id, string Issuer, string DocumentNumber, string? Key);

/// <summary>The notices on record that some numbers may mean, and which of them each does, however it is spelled.</summary>
internal sealed class NoticeNames(IReadOnlyList<NoticeName> stored)
{
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
