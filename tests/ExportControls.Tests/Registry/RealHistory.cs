using System.Globalization;

namespace Chokepoint.ExportControls.Tests.Registry;

/// <summary>
/// What each clause of the real notices was, is and will be as known on 3 July 2026, written down by hand from
/// reference/export_control_timeline.csv: issuer, document and clause; whom of the United States, Japan, Korea and the European Union
/// it reaches; and from which day it is what.
/// </summary>
internal static class RealHistory
{
    private const string Table = """
        RUS nickel-export-duty-2009/1          | USA JPN KOR EU27 | 2009-12-21 in_force
        IDN law-4-2009/1                       | USA JPN KOR EU27 | 2014-01-12 in_force, 2017-01-01 expired
        UGA mineral-ores-2015/1                | USA JPN KOR EU27 | 2015-02-28 in_force
        TZA unrefined-metals-2017/1            | USA JPN KOR EU27 | 2017-03-02 in_force, 2021-01-01 expired
        ZWE lithium-export-tax-2018/1          | USA JPN KOR EU27 | 2018-01-01 in_force
        IDN nickel-ore-2020/1                  | USA JPN KOR EU27 | 2019-09-01 announced, 2020-01-01 in_force
        COD concentrates-2021/1                | USA JPN KOR EU27 | 2021-05-28 in_force
        EU27 russia-sanctions-minerals-2022/1  |                  | 2022-12-17 in_force
        ZWE SI 213/2022/1                      | USA JPN KOR EU27 | 2022-12-20 in_force, 2023-01-06 superseded
        IDN bauxite-2023/1                     | USA JPN KOR EU27 | 2022-12-01 announced, 2023-06-10 in_force
        ZWE SI 5/2023/1                        | USA JPN KOR EU27 | 2023-01-06 in_force
        NAM unprocessed-minerals-2023/1        | USA JPN KOR EU27 | 2023-06-08 in_force
        CHN 2023-23/1                          | USA JPN KOR EU27 | 2023-07-03 announced, 2023-08-01 in_force
        MMR kachin-2023/1                      |                  | 2023-09-04 in_force, 2025-01-01 expired
        MYS raw-rare-earths-2023/1             | USA JPN KOR EU27 | 2023-09-11 announced, 2024-01-01 in_force
        CHN 2023-39/1                          | USA JPN KOR EU27 | 2023-10-20 announced, 2023-12-01 in_force
        CHN 2023-57/1                          | USA JPN KOR EU27 | 2023-12-21 in_force
        TZA lithium-2024/1                     | USA JPN KOR EU27 | 2024-05-31 in_force
        CHN 2024-33/1                          | USA JPN KOR EU27 | 2024-08-15 announced, 2024-09-15 in_force
        CHN 2024-33/1-technology               | USA JPN KOR EU27 | 2024-08-15 announced, 2024-09-15 in_force
        RUS statement-2024-09-11/1             | USA JPN KOR EU27 | 2024-09-11 in_force
        RUS enriched-uranium-2024/1            | USA              | 2024-11-15 in_force
        CHN 2024-46/1                          | USA              | 2024-12-03 in_force
        CHN 2024-46/2                          | USA              | 2024-12-03 in_force, 2025-11-09 suspended, 2026-11-28 in_force
        PHL nickel-bill-2025/1                 | USA JPN KOR EU27 | 2025-02-01 in_force, 2025-07-01 expired
        CHN 2025-10/1                          | USA JPN KOR EU27 | 2025-02-04 in_force
        COD 001/2025/1                         | USA JPN KOR EU27 | 2025-02-22 in_force, 2025-10-16 expired
        ZAF copper-permits-2025/1              | USA JPN KOR EU27 | 2025-03-07 in_force
        CHN 2025-18/1                          | USA JPN KOR EU27 | 2025-04-04 in_force
        MAR copper-aluminium-2025/1            | USA JPN KOR EU27 | 2025-04-24 in_force
        GAB manganese-2029/1                   | USA JPN KOR EU27 | 2025-05-30 announced, 2029-01-01 in_force
        IND irel-request-2025/1                | JPN              | 2025-06-01 in_force
        ZAF chrome-2025/1                      | USA JPN KOR EU27 | 2025-06-25 in_force
        USA 2025-19813/1                       | JPN KOR EU27     | 2025-08-26 announced, 2025-11-07 in_force
        IDN concentrates-2025/1                | USA JPN KOR EU27 | 2025-09-06 in_force
        COD 004/2025/quota-2025                | USA JPN KOR EU27 | 2025-09-20 announced, 2025-10-16 in_force, 2026-01-01 expired
        COD 004/2025/quota-2026                | USA JPN KOR EU27 | 2025-09-20 announced, 2026-01-01 in_force, 2028-01-01 expired
        CHN 2025-55/1                          | USA JPN KOR EU27 | 2025-10-09 announced, 2025-11-07 suspended_before_effect, 2026-11-11 in_force
        CHN 2025-56/1                          | USA JPN KOR EU27 | 2025-10-09 announced, 2025-11-07 suspended_before_effect, 2026-11-11 in_force
        CHN 2025-57/1                          | USA JPN KOR EU27 | 2025-10-09 announced, 2025-11-07 suspended_before_effect, 2026-11-11 in_force
        CHN 2025-58/1                          | USA JPN KOR EU27 | 2025-10-09 announced, 2025-11-07 suspended_before_effect, 2026-11-11 in_force
        CHN 2025-61/1-2                        | USA JPN KOR EU27 | 2025-10-09 announced, 2025-11-07 suspended_before_effect, 2026-11-11 in_force
        CHN 2025-61/3                          | USA JPN KOR EU27 | 2025-10-09 in_force, 2025-11-07 suspended, 2026-11-11 in_force
        CHN 2025-62/1                          | USA JPN KOR EU27 | 2025-10-09 in_force, 2025-11-07 suspended, 2026-11-11 in_force
        CHN 2025-68/1                          | USA JPN KOR EU27 | 2025-10-26 announced, 2026-01-01 in_force, 2028-01-01 expired
        EU27 COM(2025) 945/1                   | USA JPN KOR      | 2025-12-03 in_force
        VNM geology-minerals-2025/ore          | USA JPN KOR EU27 | 2025-12-11 announced, 2026-01-01 in_force
        VNM geology-minerals-2025/refined      | USA JPN KOR EU27 | 2025-12-11 announced, 2026-01-01 in_force
        CHN 2026-1/1                           | JPN              | 2026-01-06 in_force
        USA Proclamation 11001/1               | JPN KOR EU27     | 2026-01-14 in_force, 2026-07-14 expired
        CHN 2026-12/1                          | JPN              | 2026-02-24 in_force
        ZWE raw-minerals-2026/raw              | USA JPN KOR EU27 | 2026-02-25 in_force
        ZWE raw-minerals-2026/lithium          | USA JPN KOR EU27 | 2026-02-25 in_force, 2026-04-02 superseded
        ZWE lithium-quotas-2026/quota          | USA JPN KOR EU27 | 2026-04-02 in_force, 2027-01-01 expired
        ZWE lithium-quotas-2026/tax            | USA JPN KOR EU27 | 2026-04-02 in_force
        ZWE lithium-quotas-2026/ban            | USA JPN KOR EU27 | 2026-04-02 announced, 2027-01-01 in_force
        CHN 2026-26/1                          | USA JPN KOR EU27 | 2026-06-24 in_force
        CHN 2026-28/1                          | JPN              | 2026-06-29 in_force
        COD platform-outage-2026/1             | USA JPN KOR EU27 | 2026-07-01 in_force, 2026-07-06 expired
        """;

    public static IReadOnlyList<HistoricClause> Clauses { get; } =
        [.. Table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(HistoricClause.Parse)];

    /// <summary>A dozen and more days around every date of a clause: the day itself, its neighbours, and a week, a month and a year off.</summary>
    public static IReadOnlyList<DateOnly> Days { get; } =
    [
        .. Clauses.SelectMany(c => c.States).Select(s => s.From).Distinct()
            .SelectMany(day => new[] { -365, -30, -7, -1, 0, 1, 7, 30, 365 }.Select(day.AddDays)).Distinct().Order(),
    ];
}

/// <summary>A clause, whom it reaches, and from which day it is what.</summary>
internal sealed record HistoricClause(string Name, IReadOnlyList<string> Reaches, IReadOnlyList<(DateOnly From, string Status)> States)
{
    private static readonly string[] Standing = ["announced", "in_force", "suspended_before_effect", "suspended"];

    public static HistoricClause Parse(string line)
    {
        var columns = line.Split('|', StringSplitOptions.TrimEntries);
        return new(columns[0], columns[1].Split(' ', StringSplitOptions.RemoveEmptyEntries),
        [
            .. columns[2].Split(", ").Select(s => s.Split(' '))
                .Select(s => (DateOnly.ParseExact(s[0], "yyyy-MM-dd", CultureInfo.InvariantCulture), s[1])),
        ]);
    }

    /// <summary>As a list of what stands that day shows it; null where it does not.</summary>
    public string? On(DateOnly day)
    {
        var (from, status) = States.LastOrDefault(s => s.From <= day);
        return status is not null && Standing.Contains(status, StringComparer.Ordinal) ? $"{Name} {status} since {from:yyyy-MM-dd}" : null;
    }
}
