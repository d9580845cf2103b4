using System.Globalization;
using System.Text;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Registry;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Files;
using Chokepoint.Testing.Servers;

namespace Chokepoint.ExportControls.Tests.Registry;

public class RealHistoryTests(ServersFixture servers)
{
    [Fact]
    public async Task On_a_dozen_days_around_each_date_of_each_notice_stands_for_each_importer_what_stood()
    {
        await using var app = await ControlsApp.StartAsync(servers, new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero), ("Registry:BuiltIn", "true"));
        foreach (var day in RealHistory.Days)
            foreach (var destination in new[] { "USA", "JPN", "KOR", "EU27" })
            {
                var expected = RealHistory.Clauses.Where(c => c.Reaches.Contains(destination)).Select(c => c.On(day)).OfType<string>();
                var found = (await app.ItemsAsync($"/active?on={day:yyyy-MM-dd}&destination={destination}&limit=500"))
                    .Select(c => $"{c["issuer"]} {c["documentNumber"]}/{c["clause"]} {c["status"]} since {c["stateSince"]}");
                found.Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal), $"{destination} on {day:yyyy-MM-dd}");
            }
    }

    [Fact]
    public void The_table_holds_every_clause_that_ships()
    {
        using var stream = typeof(ShippedRegistry).Assembly.GetManifestResourceStream("registry.notices.json")!;
        var file = JsonSerializer.Deserialize<RegistryFile>(stream, EventJson.Strict)!;
        RealHistory.Clauses.Select(c => c.Name).Order(StringComparer.Ordinal).ShouldBe(
            file.Notices!.SelectMany(n => n.Clauses ?? [], (n, c) => $"{n.Issuer} {n.DocumentNumber}/{c.Number}").Order(StringComparer.Ordinal));
    }

    /// <summary>What the issuers' item lists name, row by row: the notice has an item of that code, those HS codes and that description.</summary>
    [Fact]
    public void Every_item_of_the_ministrys_lists_is_in_its_notice()
    {
        var notices = ShippedRegistry.Read().Notices.Where(n => n.Issuer == "CHN").ToDictionary(n => n.DocumentNumber, StringComparer.Ordinal);
        var rows = Rows("mofcom_notices_items_hs.csv").Where(r => r[3] != "(status change)").ToList();
        rows.Count.ShouldBeGreaterThan(80);
        foreach (var row in rows)
        {
            var (number, description, code) = (row[0], row[4], row[5]);
            var hsCodes = row[6].Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();
            notices[number].Clauses.SelectMany(c => c.Items).Any(IsThatOfTheRow).ShouldBeTrue($"{number} {code} {description}");

            // What is a heading of the list and no code, the notice leaves out.
            bool IsThatOfTheRow(ControlledItem item) =>
                item.Description!.Contains(description, StringComparison.Ordinal)
                && item.HsCodes.Order(StringComparer.Ordinal).SequenceEqual(hsCodes)
                && (item.ControlCode is null ? hsCodes.Count == 0 || code == "" : item.ControlCode == code);
        }
    }

    /// <summary>Each dated row of the timeline has a notice or an action of that issuer, announced and in effect on its days.</summary>
    [Fact]
    public void Every_dated_row_of_the_timeline_ships()
    {
        var notices = ShippedRegistry.Read().Notices;
        var rows = Rows("export_control_timeline.csv");
        rows.Count.ShouldBeGreaterThan(50);
        foreach (var row in rows.Where(r => r[0] != "NLD/USA")) // lithography tools: context, and no mineral
        {
            var issuer = row[0] == "EU" ? "EU27" : row[0];
            var effective = DateOnly.TryParseExact(row[4], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : (DateOnly?)null;
            var announced = DateOnly.TryParseExact(row[3], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) ? day : (DateOnly?)null;
            // The quota's forfeiture is told by the day that ends the platform's outage.
            if (row[1].Contains("use-it-or-lose-it", StringComparison.Ordinal)) effective = new DateOnly(2026, 7, 1);
            notices.ShouldContain(
                n => n.Issuer == issuer && (announced == null || n.AnnouncedOn == announced)
                    && (effective == null || n.Clauses.Any(c => c.EffectiveFrom == effective) || n.Actions.Any(a => a.From == effective)),
                string.Join(',', row));
        }
    }

    private static List<string[]> Rows(string table) => [.. File.ReadLines(SharedData.PathOf("reference", table)).Skip(1).Select(Fields)];

    /// <summary>Fields of a line of RFC 4180 whose quoted fields hold no line break.</summary>
    private static string[] Fields(string line)
    {
        var fields = new List<StringBuilder> { new() };
        var quoted = false;
        foreach (var character in line)
        {
            if (character == '"') quoted = !quoted;
            else if (character == ',' && !quoted) fields.Add(new());
            else fields[^1].Append(character);
        }
        return [.. fields.Select(f => f.ToString())];
    }
}
