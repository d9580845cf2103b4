using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>
/// A draft that corrects a notice, brought to the notice as it stands: somebody may have corrected that since the draft was begun.
/// </summary>
/// <param name="Notice">What the draft changes, on the notice as it stands. Where both changed one field, what stands.</param>
/// <param name="Disputed">The JSON Pointers of those fields.</param>
/// <param name="Revision">Of the notice as it stands.</param>
internal sealed record Correction(JsonObject Notice, IReadOnlyList<string> Disputed, int Revision)
{
    /// <returns>Null when the notice is not there.</returns>
    public static async Task<Correction?> OfAsync(ControlsDbContext db, DraftRow draft, CancellationToken cancellationToken)
    {
        var now = await db.Notices.AsNoTracking().Where(n => n.Id == draft.Corrects).Select(n => new { n.Document, n.Revision }).FirstOrDefaultAsync(cancellationToken);
        if (now is null) return null;
        var corrected = Form(NoticeJson.Parse(draft.Notice));
        if (now.Revision == draft.CorrectsRevision) return new Correction(corrected, [], now.Revision);
        var begun = await db.Revisions.AsNoTracking().Where(r => r.NoticeId == draft.Corrects && r.Revision == draft.CorrectsRevision)
            .Select(r => r.Document).FirstAsync(cancellationToken);
        var (notice, disputed) = Merge(Form(begun), corrected, Form(now.Document));
        return new Correction(notice, disputed, now.Revision);
    }

    internal static (JsonObject Notice, IReadOnlyList<string> Disputed) Merge(JsonObject begun, JsonObject corrected, JsonObject standing)
    {
        var merged = NoticeJson.Rebase(begun, corrected, standing)!.AsObject();
        merged["sources"] = NoticeJson.Union(standing["sources"] as JsonArray, corrected["sources"] as JsonArray);
        var (ours, apart) = (NoticeJson.Differences(begun, corrected).ToList(), NoticeJson.Differences(standing, corrected).ToList());
        return (merged, [.. NoticeJson.Differences(begun, standing)
            .Where(p => !Within(p, "/sources") && ours.Exists(o => Overlap(o, p)) && apart.Exists(a => Overlap(a, p)))]);
    }

    private static JsonObject Form(NoticeDocument document) => Form(NoticeJson.Parse(DraftIntake.Text(document)));

    /// <summary>In the one form in which members that say nothing are alike.</summary>
    private static JsonObject Form(JsonObject notice) => NoticeJson.Of(NoticeJson.ToRequest(notice));

    private static bool Overlap(string one, string other) => Within(one, other) || Within(other, one);

    private static bool Within(string pointer, string other) => pointer == other || pointer.StartsWith(other + "/", StringComparison.Ordinal);
}
