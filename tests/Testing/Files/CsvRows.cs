using System.Text;

namespace Chokepoint.Testing.Files;

/// <summary>A CSV read whole by RFC 4180 and nothing more: what a test counts must not be counted by the reader that it tests.</summary>
public static class CsvRows
{
    /// <summary>Each row by its headings; a heading that stands twice, or none, is left out.</summary>
    public static List<Dictionary<string, string>> Read(string text)
    {
        var records = Records(text.TrimStart('\uFEFF')).ToList();
        var header = records[0];
        return [.. records.Skip(1).Where(r => r.Count > 1).Select(record => header.Index().Where(h => h.Item.Length > 0 && h.Index < record.Count)
            .DistinctBy(h => h.Item, StringComparer.Ordinal).ToDictionary(h => h.Item, h => record[h.Index], StringComparer.Ordinal))];
    }

    private static IEnumerable<List<string>> Records(string text)
    {
        var (field, record, isQuoted) = (new StringBuilder(), new List<string>(), false);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when isQuoted && i + 1 < text.Length && text[i + 1] == '"':
                    field.Append(text[i++]);
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case ',' when !isQuoted:
                    Take();
                    break;
                case '\n' when !isQuoted:
                    Take();
                    yield return record;
                    record = [];
                    break;
                case '\r' when !isQuoted:
                    break;
                default:
                    field.Append(text[i]);
                    break;
            }
        }
        if (field.Length > 0 || record.Count > 0)
        {
            Take();
            yield return record;
        }

        void Take()
        {
            record.Add(field.ToString());
            field.Clear();
        }
    }
}
