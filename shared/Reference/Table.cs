using System.Globalization;
using CsvHelper;

namespace Chokepoint.Reference;

/// <summary>Reads one of the tables that ship inside this assembly.</summary>
internal static class Table
{
    public static IReadOnlyList<T> Read<T>(string name, Func<CsvReader, T> row)
    {
        using var stream = typeof(Table).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The table {name} is not embedded in {typeof(Table).Assembly.GetName().Name}.");
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default, leaveOpen: false);
        var rows = new List<T>();
        while (csv.Read()) rows.Add(row(csv));
        return rows;
    }

    public static string Text(this CsvReader row, string column) => row.GetString(column);

    public static string? TextOrNull(this CsvReader row, string column) => row.GetString(column) is { Length: > 0 } text ? text : null;

    public static double? NumberOrNull(this CsvReader row, string column) =>
        row.TextOrNull(column) is { } text ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    public static bool Flag(this CsvReader row, string column) => row.GetString(column) == "true";
}
