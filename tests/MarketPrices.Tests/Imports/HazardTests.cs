using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing.Servers;
using static System.FormattableString;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>A service that gives an import up at its second failure, so that a disk which stays full is soon the end of it.</summary>
public sealed class ImpatientPriceService(ServersFixture servers) : IAsyncLifetime
{
    internal PriceService Prices { get; } = new(servers)
    {
        Settings = [("Imports:RetryAfter", "00:00:00.1"), ("Imports:MaxAttempts", "2"), ("Logging:LogLevel:Default", "None")],
    };

    public ValueTask InitializeAsync() => Prices.InitializeAsync();

    public ValueTask DisposeAsync() => Prices.DisposeAsync();
}

/// <summary>
/// Each format beside each thing that is wrong with files from outside: the file is refused, or the price is rejected with the reason and
/// the good ones land; what was known before stays as it was, nothing is left behind, and the service takes the next good file.
/// </summary>
public sealed class HazardTests(ImpatientPriceService impatient) : IClassFixture<ImpatientPriceService>, IAsyncLifetime
{
    private static readonly Row[] Good = [new(2018, 100.5), new(2019, 110.25)];
    private static readonly Row Added = new(2020, 120.75);

    /// <summary>Longer than what an index takes, however well it is packed.</summary>
    internal static readonly string Endless = Convert.ToBase64String(new Random(1).GetItems<byte>([.. Enumerable.Range(0, 256).Select(b => (byte)b)], 6000));

    private static readonly Dictionary<string, Sample> All = new Sample[]
    {
        new("fred", "format=fred", Text: rows => "observation_date,PCOPPUSDM\n" + string.Concat(rows.Select(r => Invariant($"{r.Year}-01-01,{r.Value}\n"))))
        {
            Shifted = "The header should be", Other = "The header should be",
        },
        new("usgs-mcs", "format=usgs-mcs", Text: rows => "Commodity,Statistics,Statistics_detail,Unit,Year,Value\n"
            + string.Concat(rows.Select(r => Invariant($"Copper,Price,\"COMEX, cathode\",dollars per metric ton,{r.Year},{r.Value}\n"))))
        {
            Shifted = "row", Other = "lacks the columns",
        },
        new("csv", "format=csv&mineral=antimony&form=ingot&unit=kg&currency=USD&source=desk&frequency=daily&date=day&value=price",
            Text: rows => "day,price,note\n" + string.Concat(rows.Select(r => Invariant($"{r.Year}-01-01,{r.Value},said\n"))))
        {
            Shifted = "None of its rows", Other = "lacks the declared columns",
        },
        new("world-bank-pink-sheet", "format=world-bank-pink-sheet", Sheet: (rows, headingsBy, figuresBy) => WorkbookFile.Make("Monthly Prices", [
            ["World Bank"], Shifted(headingsBy, "", [.. PinkSheetFile.Columns.Select(c => c.Name)]), Shifted(headingsBy, "", [.. PinkSheetFile.Columns.Select(c => c.Unit)]),
            .. rows.Select(r => Shifted(figuresBy, Invariant($"{r.Year}M01"), [.. PinkSheetFile.Columns.Select(_ => r.Value)])),
        ]))
        {
            PricesInRow = PinkSheetFile.Minerals, Shifted = "shifted?", Other = "no sheet",
        },
        new("imf-pcps", "format=imf-pcps", Sheet: (rows, headingsBy, figuresBy) => WorkbookFile.Make("External", [
            Shifted(headingsBy, "Commodity", ["PCOPP"]), Shifted(headingsBy, "Commodity.Description", ["Copper, grade A cathode, LME spot price, US$ per metric ton"]),
            Shifted(headingsBy, "Data Type", ["USD"]), Shifted(headingsBy, "Frequency", ["Monthly"]),
            .. rows.Select(r => Shifted(figuresBy, Invariant($"{r.Year}M1"), [r.Value])),
        ]))
        {
            Shifted = "shifted?", Other = "should begin with",
        },
    }.ToDictionary(s => s.Name, StringComparer.Ordinal);

    public static TheoryData<string> Formats { get; } = new(All.Keys);

    private PriceService Prices => impatient.Prices;

    public async ValueTask InitializeAsync() => await EmptyDatabase.MakeAsync(Prices.Database);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_file_that_is_not_what_it_says_is_refused_and_changes_nothing(string format)
    {
        var sample = All[format];
        var n = sample.PricesInRow;
        Counts(await Prices.ImportAsync(sample.Query, sample.Make(Good))).ShouldBe(("completed", 2 * n, 0, 2 * n, 0));
        var failures = new List<string>();
        foreach (var (hazard, file, why) in Refused(sample))
        {
            var job = await Prices.ImportAsync(sample.Query, file);
            var told = job.GetProperty("state").GetString() + ": " + job.GetProperty("error");
            if (!told.StartsWith("rejected: ", StringComparison.Ordinal) || !told.Contains(why, StringComparison.Ordinal)) failures.Add($"{hazard}: {told}, expected '{why}'");
            if (await ChangedAsync(sample, rows: 2) is { } changed) failures.Add($"{hazard}: {changed}");
        }
        failures.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_bad_price_is_rejected_with_its_reason_and_those_around_it_land(string format)
    {
        var sample = All[format];
        var n = sample.PricesInRow;
        var failures = new List<string>();
        foreach (var (hazard, bad, why) in Rejected(sample))
        {
            await EmptyDatabase.MakeAsync(Prices.Database);
            await Prices.ImportAsync(sample.Query, sample.Make(Good));

            var job = await Prices.ImportAsync(sample.Query, sample.Make([.. Good, bad, Added], Encoding.Latin1));

            if (Counts(job) != ("completed", 3 * n, n, n, 2 * n)) failures.Add($"{hazard}: {job}");
            var rejects = (await Prices.GetAsync($"imports/{job.GetProperty("id").GetString()}/rejects")).GetProperty("items").EnumerateArray();
            foreach (var reject in rejects.Where(r => !r.GetProperty("reason").GetString()!.Contains(why, StringComparison.Ordinal))) failures.Add($"{hazard}: {reject}, expected '{why}'");
            if (await ChangedAsync(sample, rows: 3) is { } changed) failures.Add($"{hazard}: {changed}");
        }
        failures.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_disk_that_fills_amid_an_import_ends_it_with_that_reason_and_nothing_of_it_is_kept(string format)
    {
        var sample = All[format];
        await Prices.ImportAsync(sample.Query, sample.Make(Good));
        await ExecuteAsync("""
            CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
            CREATE FUNCTION no_room_at_all() RETURNS event_trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
            """);
        try
        {
            foreach (var (full, room, rows) in new (string, string, Row[])[]
            {
                // As rows of a known year are staged, as those of a new year are stored, and at the last write of either.
                ("CREATE EVENT TRIGGER full_disk ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION no_room_at_all()", "EVENT TRIGGER full_disk", [Good[0] with { Value = 1 }, Added]),
                ("CREATE TRIGGER full_disk BEFORE INSERT ON observation_years FOR EACH ROW EXECUTE FUNCTION no_room()", "TRIGGER full_disk ON observation_years", [Added]),
                ("CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON price_signals FOR EACH ROW EXECUTE FUNCTION no_room()", "TRIGGER full_disk ON price_signals", [Added, Added with { Year = 2021 }]),
            })
            {
                await ExecuteAsync(full);
                var job = await Prices.ImportAsync(sample.Query, sample.Make(rows));
                await ExecuteAsync("DROP " + room);

                (job.GetProperty("state").GetString(), job.GetProperty("error").ToString().Contains("disk is full", StringComparison.Ordinal)).ShouldBe(("failed", true), full);
                (await ChangedAsync(sample, rows: 2)).ShouldBeNull(full);
            }
        }
        finally
        {
            await ExecuteAsync("DROP EVENT TRIGGER IF EXISTS full_disk; DROP FUNCTION IF EXISTS no_room, no_room_at_all CASCADE");
        }
    }

    private static IEnumerable<(string Hazard, byte[] File, string Why)> Refused(Sample sample)
    {
        var text = (sample.Text ?? All["fred"].Text!)(Good);
        if (sample.Sheet is { } sheet)
        {
            yield return ("figures one further right", sheet(Good, 0, 1), sample.Shifted);
            yield return ("figures one further left", sheet(Good, 0, -1), sample.Shifted);
            yield return ("headings one further right", sheet(Good, 1, 0), sample.Shifted);
            yield return ("headings alone", sheet([], 0, 0), "No row begins with a month");
            yield return ("a workbook cut off", Cut(sheet(Good, 0, 0)), "cut off");
            yield return ("a ZIP bomb", Bomb(), "unpacks to more than");
            yield return ("a ZIP of something else", WorkbookFile.Make("Sheet1", [["a", "b"]])[..^22], "cut off");
            yield return ("another workbook", All[sample.Name is "imf-pcps" ? "world-bank-pink-sheet" : "imf-pcps"].Make(Good), sample.Other);
            yield return ("a CSV", Utf8(text), "The file is text");
            yield return ("a NUL in a heading", Named(sample, "Copper, grade_x0000_A (US$/MT)"), "NUL");
            yield return ("a heading without end", Named(sample, $"Copper, {Endless} (US$/MT)"), "longer than");
        }
        else
        {
            yield return ("a heading too many", Utf8("x," + text), sample.Shifted);
            yield return ("headings one further right", Utf8(Rotated(text)), sample.Shifted);
            yield return ("a header alone", Utf8(text[..(text.IndexOf('\n', StringComparison.Ordinal) + 1)]), "holds no row");
            yield return ("a ZIP cut off", Cut(PinkSheet()), "ZIP archive or a workbook");
            yield return ("a ZIP bomb", Bomb(), "ZIP archive or a workbook");
            yield return ("another CSV", "when,what\n2019-01-01,3\n"u8.ToArray(), sample.Other);
            yield return ("a workbook", PinkSheet(), "ZIP archive or a workbook");
            yield return ("an old workbook", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[600]], "old Excel workbook");
            yield return ("a NUL", Utf8(text.Replace("2018", "20\u000018", StringComparison.Ordinal)), "binary");
        }
        yield return ("an error page", "<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>"u8.ToArray(), "web page");
        yield return ("UTF-16", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)], "UTF-16");
        yield return ("UTF-16 without its mark", Encoding.Unicode.GetBytes(text), "binary");
        yield return ("JSON", "{\"data\": []}"u8.ToArray(), "JSON");
        yield return ("a PDF", "%PDF-1.7\n"u8.ToArray(), "PDF");
        yield return ("gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "gzip");
        yield return ("nothing", [], "empty");
    }

    private static IEnumerable<(string Hazard, Row Bad, string Why)> Rejected(Sample sample)
    {
        yield return ("a negative price", Added with { Value = -5 }, "above zero");
        yield return ("nothing for a price", Added with { Value = 0 }, "above zero");
        yield return ("an absurd price", Added with { Value = 1e15 }, "absurd");
        yield return ("a price too small to be one", Added with { Value = 1e-9 }, "absurd");
        yield return ("a day to come", Added with { Year = 2199 }, "in the future");
        yield return ("a day before any price", Added with { Year = 1700 }, "before 1800");
        yield return ("a comma before the decimals", Added with { Value = sample.Sheet is null ? "\"12,5\"" : "12,5" }, "a number");
        yield return ("another encoding", Added with { Value = "12\u00E9" }, sample.Sheet is null ? "value must be a number" : "is not a number");
    }

    /// <summary>Null, or what is not as it was, was left behind or is not answered any more.</summary>
    private async Task<string?> ChangedAsync(Sample sample, int rows)
    {
        var expected = ((long)rows * sample.PricesInRow, Good.Append(Added).Take(rows).Sum(r => (double)r.Value) * sample.PricesInRow);
        var stored = (await Prices.QueryAsync<long>("SELECT count(*) FROM observations"), await Prices.QueryAsync<double>("SELECT sum(value) FROM observations"));
        if (stored != expected) return $"stored are {stored} and not {expected}";
        if (await Prices.QueryAsync<long>("SELECT count(*) FROM import_chunks") is not 0 and var chunks) return $"{chunks} pieces of files are left";
        if (await Prices.QueryAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE 'import_staging%'") is not 0 and var tables) return $"{tables} staging tables are left";
        if (!(await Prices.Client.GetAsync("/ready")).IsSuccessStatusCode) return "the service is not ready";
        var again = await Prices.ImportAsync(sample.Query, sample.Make(Good));
        return Counts(again) == ("completed", 2 * sample.PricesInRow, 0, 0, 2 * sample.PricesInRow) ? null : $"the good file gives {again}";
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Prices.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static (string, long, long, long, long) Counts(JsonElement job)
    {
        long Number(string name) => job.GetProperty(name) is { ValueKind: JsonValueKind.Number } n ? n.GetInt64() : -1;
        return (job.GetProperty("state").GetString()!, Number("rowsAccepted"), Number("rowsRejected"), Number("rowsNew"), Number("rowsUnchanged"));
    }

    private static object?[] Shifted(int by, string first, object[] cells) =>
        [.. ((object?[])[first, .. new object?[Math.Max(by, 0)], .. cells]).Skip(Math.Max(-by, 0))];

    /// <summary>The last heading before the first; the rows stay.</summary>
    private static string Rotated(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var headings = text[..end].Split(',');
        return string.Join(',', headings.Prepend(headings[^1]).SkipLast(1)) + text[end..];
    }

    /// <summary>A workbook whose copper is called so.</summary>
    private static byte[] Named(Sample sample, string copper) => sample.Name is "imf-pcps"
        ? WorkbookFile.Make("External", [["Commodity", ""], ["Commodity.Description", copper], ["Data Type", "USD"], ["Frequency", "Monthly"], ["2020M1", 5]])
        : WorkbookFile.Make("Monthly Prices", [
            ["", .. PinkSheetFile.Columns.Select(c => c.Name is "Copper" ? copper : c.Name)], ["", .. PinkSheetFile.Columns.Select(c => c.Unit)],
            ["2020M01", .. PinkSheetFile.Columns.Select(_ => 5)],
        ]);

    private static byte[] PinkSheet() => All["world-bank-pink-sheet"].Make(Good);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Cut(byte[] file) => file[..(file.Length / 2)];

    private static byte[] Bomb()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var sheet = archive.CreateEntry("xl/worksheets/sheet1.xml").Open();
            sheet.Write(new byte[40 << 20]);
        }
        return bytes.ToArray();
    }

    /// <summary>A price on the first day of a year; a text where a figure should be.</summary>
    private sealed record Row(int Year, object Value);

    /// <param name="Text">Of a format that is text.</param>
    /// <param name="Sheet">Of one that is a workbook, its headings and its figures standing so many columns too far right.</param>
    private sealed record Sample(string Name, string Query, Func<IEnumerable<Row>, string>? Text = null, Func<IEnumerable<Row>, int, int, byte[]>? Sheet = null)
    {
        /// <summary>How many minerals' prices a row has.</summary>
        public int PricesInRow { get; init; } = 1;

        /// <summary>What is said of a header that does not stand over its columns, and of another file of the same kind.</summary>
        public required string Shifted { get; init; }

        public required string Other { get; init; }

        public byte[] Make(IEnumerable<Row> rows, Encoding? encoding = null) => Sheet?.Invoke(rows, 0, 0) ?? (encoding ?? Encoding.UTF8).GetBytes(Text!(rows));
    }
}
