using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.Polling;
using CsvHelper;

namespace Chokepoint.ExportControls.Feeds.GlobalTradeAlert;

/// <summary>The CSV export: each row becomes an object with the interface's member names, so that one reader serves both.</summary>
internal static class InterventionCsv
{
    private static readonly (string Column, string Member)[] Columns =
    [
        ("Intervention ID", "intervention_id"), ("Intervention URL", "intervention_url"), ("State Act Title", "state_act_title"),
        ("Implementing Jurisdictions", "implementing_jurisdictions"), ("Implementation Level", "implementation_level"),
        ("Intervention Type", "intervention_type"), ("Affected Products", "affected_products"), ("Date Announced", "date_announced"),
        ("Date Implemented", "date_implemented"), ("Date Removed", "date_removed"), ("GTA Evaluation", "gta_evaluation"),
    ];

    private static readonly string[] Lists = ["implementing_jurisdictions", "affected_products"];

    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',', TrimWhitespace = true, TrackLineNumbers = true, IncludeValuesInExceptions = false,
        MaxRecordSize = 1 << 20, // an unclosed quote must not swallow the file
    };

    /// <exception cref="PollException">A column is missing, or the file ends within a row: nothing of it is taken.</exception>
    public static List<FeedDocument> Read(PollResponse answer)
    {
        // Bytes of an array, as every body is.
        var body = MemoryMarshal.TryGetArray(answer.Body, out var bytes) ? bytes : answer.Body.ToArray();
        using var csv = CsvReader.Create(new MemoryStream(body.Array!, body.Offset, body.Count), Options, leaveOpen: false);
        var documents = new List<FeedDocument>();
        try
        {
            csv.ReadHeader();
            var at = Columns.Select(c => Place(csv, c.Column)).ToArray();
            var missing = Columns.Where((_, i) => at[i] < 0).Select(c => c.Column).ToList();
            if (missing.Count > 0) throw answer.LayoutChanged($"it lacks {string.Join(", ", missing)}");
            var isShort = false;
            while (csv.Read())
            {
                isShort = csv.FieldCount < csv.Headers.Count;
                documents.Add(isShort ? ShortRow(csv) : DocumentOf(csv, at));
            }
            // A row in the middle with fields missing is that row's fault; at the end it is a file cut off.
            return isShort ? throw CutOff(csv.LineNumber, null) : documents;
        }
        catch (CsvFormatException e)
        {
            throw CutOff(e.LineNumber, e);
        }
    }

    private static PollException CutOff(long line, Exception? e) =>
        new(PollFailure.Malformed, FormattableString.Invariant($"The CSV cannot be read on from line {line}: only a part of it came, or it is no CSV."), e);

    private static int Place(CsvReader csv, string column)
    {
        for (var i = 0; i < csv.Headers.Count; i++)
            if (csv.Headers[i].Trim().Equals(column, StringComparison.OrdinalIgnoreCase)) return i;
        return -1;
    }

    private static FeedDocument ShortRow(CsvReader csv)
    {
        var row = string.Join(",", Enumerable.Range(0, csv.FieldCount).Select(csv.GetString));
        return new FeedDocument("content:" + SeenDocument.Of("", System.Text.Encoding.UTF8.GetBytes(row)).Content[..24], row, Url: null);
    }

    private static FeedDocument DocumentOf(CsvReader csv, int[] at)
    {
        var members = new JsonObject();
        foreach (var (i, (_, member)) in Columns.Index())
        {
            var text = csv.GetString(at[i]).Trim();
            members[member] = text.Length is 0 ? null
                : Lists.Contains(member, StringComparer.Ordinal) ? new JsonArray([.. Split(text).Select(v => (JsonNode)v)]) : text;
        }
        var content = members.ToJsonString(JsonSerializerOptions.Web);
        return (string?)members["intervention_id"] is { } id ? new FeedDocument(id, content, (string?)members["intervention_url"]) : ShortRow(csv);
    }

    /// <summary>Lists are joined by a comma, which names such as “Korea, Republic of” hold too.</summary>
    private static string[] Split(string list) => EconomyNames.Code(list) is not null
        ? [list] : list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
