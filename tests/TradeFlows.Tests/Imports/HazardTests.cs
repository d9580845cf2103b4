using System.IO.Compression;
using System.Text;
using Chokepoint.Testing.Servers;
using static System.FormattableString;

namespace Chokepoint.TradeFlows.Tests.Imports;

/// <summary>A service that gives an import up at its second failure, so that a disk which stays full is soon the end of it.</summary>
public sealed class ImpatientTradeService(ServersFixture servers) : IAsyncLifetime
{
    internal TradeService Trade { get; } = new(servers) { Settings = [("Imports:RetryAfter", "00:00:00.1"), ("Imports:MaxAttempts", "2"), ("Logging:LogLevel:Default", "None")] };

    public ValueTask InitializeAsync() => Trade.InitializeAsync();

    public ValueTask DisposeAsync() => Trade.DisposeAsync();
}

/// <summary>
/// Each format beside each thing that is wrong with files from outside: the file is refused, or the row is rejected with the reason and the
/// good ones land; what was known before stays as it was, nothing is left behind, and the service takes the next good file.
/// </summary>
public sealed class HazardTests(ImpatientTradeService impatient) : IClassFixture<ImpatientTradeService>, IAsyncLifetime
{
    private static readonly Row[] Good = [new(2019, 156, "250410", 10, 100), new(2019, 124, "250410", 20, 200)];
    private static readonly Row Added = new(2019, 152, "250410", 30, 300);

    private static readonly Dictionary<string, Sample> All = new Sample[]
    {
        new("comtrade-v1, CSV", "comtrade-v1", Csv, Expects: "UN Comtrade's JSON or CSV", Other: "lacks the columns"),
        new("comtrade-v1, JSON", "comtrade-v1", Json, Expects: "UN Comtrade's JSON or CSV", Other: "no array"),
        new("comtrade-plus", "comtrade-plus", Plus, Expects: "a CSV of Comtrade", Other: "lacks the columns"),
        new("baci, CSV", "baci", Baci, Expects: "BACI's CSV or ZIP", Other: "should be t,i,j,k,v,q"),
        new("baci, ZIP", "baci", Baci, Expects: "BACI's CSV or ZIP", Other: "should be t,i,j,k,v,q") { IsZip = true },
        new("csv", "csv&source=desk&reporter=USA&direction=import&frequency=annual&period=year&partner=partner&hs=hs&value=usd&weight=kg",
            rows => "year,partner,hs,usd,kg\n" + string.Concat(rows.Select(r => Invariant($"{r.Year},{r.Partner},{r.Hs},{r.Usd},{r.Kg}\n"))),
            Expects: "a CSV", Other: "lacks the declared columns"),
    }.ToDictionary(s => s.Name, StringComparer.Ordinal);

    public static TheoryData<string> Formats { get; } = new(All.Keys);

    private TradeService Trade => impatient.Trade;

    public async ValueTask InitializeAsync() => await EmptyDatabase.MakeAsync(Trade.Database);

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
        ComtradeImportTests.Counts(await Trade.ImportAsync(sample.Query, sample.Make(Good))).ShouldBe(("completed", 2, 2, 0, 2, 0, 0));
        var failures = new List<string>();
        foreach (var (hazard, file, why) in Refused(sample))
        {
            var job = await Trade.ImportAsync(sample.Query, file);
            var told = TradeService.State(job) + ": " + job.GetProperty("error");
            if (!told.StartsWith("rejected: ", StringComparison.Ordinal) || !told.Contains(why, StringComparison.Ordinal)) failures.Add($"{hazard}: {told}, expected '{why}'");
            if (await ChangedAsync(sample, flows: 2) is { } changed) failures.Add($"{hazard}: {changed}");
        }
        failures.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_bad_row_is_rejected_with_its_reason_and_those_around_it_land(string format)
    {
        var sample = All[format];
        var failures = new List<string>();
        foreach (var (hazard, bad, why) in Rejected(sample))
        {
            await EmptyDatabase.MakeAsync(Trade.Database);
            await Trade.ImportAsync(sample.Query, sample.Make(Good));

            var job = await Trade.ImportAsync(sample.Query, sample.Make([.. Good, bad, Added], Encoding.Latin1));

            if (ComtradeImportTests.Counts(job) != ("completed", 4, 3, 1, 1, 0, 2)) failures.Add($"{hazard}: {job}");
            else if ((await Trade.RejectsAsync(job)).Single().Reason is var told && !told.Contains(why, StringComparison.Ordinal)) failures.Add($"{hazard}: {told}, expected '{why}'");
            if (await ChangedAsync(sample, flows: 3) is { } changed) failures.Add($"{hazard}: {changed}");
        }
        failures.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_disk_that_fills_amid_an_import_ends_it_with_that_reason_and_nothing_of_it_is_kept(string format)
    {
        var sample = All[format];
        await Trade.ImportAsync(sample.Query, sample.Make(Good));
        await ExecuteAsync("""
            CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
            CREATE FUNCTION no_room_at_all() RETURNS event_trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
            """);
        try
        {
            foreach (var full in (string[])[
                "CREATE EVENT TRIGGER full_disk ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION no_room_at_all()", // as the rows are staged
                "CREATE TRIGGER full_disk BEFORE INSERT ON messaging.outbox EXECUTE FUNCTION no_room()", // at the merge's last write
            ])
            {
                await ExecuteAsync(full);
                var job = await Trade.ImportAsync(sample.Query, sample.Make([Good[0], Added with { Kg = 9999, Usd = 9999 }]));
                await ExecuteAsync("DROP TRIGGER IF EXISTS full_disk ON messaging.outbox; DROP EVENT TRIGGER IF EXISTS full_disk");

                (TradeService.State(job), job.GetProperty("error").GetProperty("detail").GetString()!.Contains("disk is full", StringComparison.Ordinal)).ShouldBe(("failed", true), full);
                (await ChangedAsync(sample, flows: 2)).ShouldBeNull(full);
            }
        }
        finally
        {
            await ExecuteAsync("DROP EVENT TRIGGER IF EXISTS full_disk; DROP FUNCTION IF EXISTS no_room, no_room_at_all CASCADE");
        }
    }

    private static IEnumerable<(string Hazard, byte[] File, string Why)> Refused(Sample sample)
    {
        var text = sample.Text(Good);
        var isBaci = sample.Query is "baci";
        if (sample.IsJson)
        {
            yield return ("fields under other names", Utf8(text.Replace("\"period\"", "\"refYear\"", StringComparison.Ordinal)), "No row fits the header");
            yield return ("cut off", Utf8(text[..^20]), "ends before its end");
        }
        else
        {
            var shifted = isBaci ? "should be t,i,j,k,v,q" : "No row fits the header";
            yield return ("a heading too many", sample.Pack(Utf8("\"x\"," + text)), shifted);
            yield return ("headings one further right", sample.Pack(Utf8(Rotated(text))), shifted);
            yield return ("a header alone", sample.Pack(Utf8(text[..(text.IndexOf('\n', StringComparison.Ordinal) + 1)])), "holds no row");
        }
        yield return ("a ZIP cut off", Cut(Zip("BACI_HS17_Y2019_V202301.csv", Utf8(text))), isBaci ? "cut off" : $"ZIP archive or a workbook; expected {sample.Expects}");
        yield return ("a ZIP bomb", Zip("BACI_HS17_Y2019_V202301.csv", new byte[40 << 20]), isBaci ? "unpacks to more than" : "ZIP archive or a workbook");
        yield return ("an error page", sample.Pack(Utf8("<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>")), sample.IsZip ? "should be t,i,j,k,v,q" : "web page");
        if (!sample.IsZip) yield return ("UTF-16", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)], "UTF-16"); // in a ZIP its mark is understood
        if (!sample.IsZip) yield return ("a NUL", Utf8(text.Replace("250410", "2504\u00001", StringComparison.Ordinal)), "binary");
        yield return ("UTF-16 without its mark", sample.Pack(Encoding.Unicode.GetBytes(text)), sample.IsZip ? "should be t,i,j,k,v,q" : "binary");
        yield return ("another CSV or JSON", sample.Pack(Utf8(sample.IsJson ? "{\"dataset\":[{\"period\":2019}]}" : "date,price\n2019-01-01,3\n")), sample.Other);
        yield return ("an old workbook", sample.Pack([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[600]]), sample.IsZip ? "should be t,i,j,k,v,q" : "old Excel workbook");
        yield return ("a PDF", sample.Pack("%PDF-1.7\n"u8), sample.IsZip ? "should be t,i,j,k,v,q" : "PDF");
        yield return ("gzip", sample.Pack([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]), sample.IsZip ? "should be t,i,j,k,v,q" : "gzip");
        yield return ("nothing", sample.IsZip ? Zip("readme.txt", [1]) : [], sample.IsZip ? "holds no file named like" : "empty");
    }

    private static IEnumerable<(string Hazard, Row Bad, string Why)> Rejected(Sample sample)
    {
        var isBaci = sample.Query is "baci";
        yield return ("a negative weight", Added with { Kg = -5 }, "negative");
        yield return ("a negative value", Added with { Usd = -5 }, "negative");
        yield return ("an absurd weight", Added with { Kg = 1e16 }, "absurdly large");
        yield return ("an absurd value", Added with { Usd = 1e16 }, "absurdly large");
        yield return ("a year to come", Added with { Year = 2199 }, isBaci ? "no later year than this one has flows" : "in the future");
        yield return ("nobody's number", Added with { Partner = 999 }, isBaci ? "no area" : sample.Query is "comtrade-v1" or "comtrade-plus" ? "partnerCode 999 is unknown" : "'999' is not known");
        if (sample.IsZip) yield return ("a NUL", Added with { Hs = "2504\u00001" }, "must be whole numbers");
        if (sample.IsJson) yield return ("a NUL", Added with { Hs = "2504\\u00001" }, "2504\uFFFD1");
        if (sample.Query.StartsWith("csv", StringComparison.Ordinal))
        {
            yield return ("a national code with letters", Added with { Hs = "250410junk" }, "nor a national line");
            yield return ("a national code in another encoding", Added with { Hs = "25041010\u00E9" }, "nor a national line");
        }
        yield return ("another encoding", Added with { Hs = "25041\u00E9" }, sample.IsJson ? "not UTF-8" : isBaci ? "must be whole numbers" : "no code of the Harmonized System");
    }

    /// <summary>Null, or what is not as it was, was left behind or is not answered any more.</summary>
    private async Task<string?> ChangedAsync(Sample sample, long flows)
    {
        var sum = Good.Append(Added).Take((int)flows).Sum(r => r.Kg);
        var stored = (await Trade.QueryAsync<long>("SELECT count(*) FROM flows"), await Trade.QueryAsync<double>("SELECT sum(net_kg) FROM flows"));
        if (stored != (flows, sum)) return $"stored are {stored} and not {(flows, sum)}";
        if (await Trade.QueryAsync<long>("SELECT count(*) FROM import_chunks") is not 0 and var chunks) return $"{chunks} pieces of files are left";
        if (await Trade.QueryAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE 'import_staging%'") is not 0 and var tables) return $"{tables} staging tables are left";
        if (!(await Trade.Client.GetAsync("/ready")).IsSuccessStatusCode) return "the service is not ready";
        var again = await Trade.ImportAsync(sample.Query, sample.Make(Good));
        return ComtradeImportTests.Counts(again) == ("completed", 2, 2, 0, 0, 0, 2) ? null : $"the good file gives {again}";
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Trade.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static string Csv(IEnumerable<Row> rows) =>
        Samples.Csv(rows.Select(r => Samples.Row(r.Hs, r.Partner, r.Kg, r.Usd, period: Invariant($"{r.Year}"))));

    private static string Plus(IEnumerable<Row> rows)
    {
        var lines = Csv(rows).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var header = string.Join(',', lines[0].Split(',').Select(name => char.ToUpperInvariant(name[0]) + name[1..]));
        return string.Concat(lines[1..].Prepend(header).Select(line => "\"" + line.Replace(",", "\",\"", StringComparison.Ordinal) + "\",\n"));
    }

    private static string Json(IEnumerable<Row> rows) => "{\"data\":[" + string.Join(',', rows.Select(r => Invariant(
        $$"""{"typeCode":"C","period":"{{r.Year}}","reporterCode":842,"flowCode":"M","partnerCode":{{r.Partner}},"classificationCode":"H5","cmdCode":"{{r.Hs}}","netWgt":{{r.Kg}},"primaryValue":{{r.Usd}}}"""))) + "],\"error\":\"\"}";

    private static string Baci(IEnumerable<Row> rows) =>
        "t,i,j,k,v,q\n" + string.Concat(rows.Select(r => Invariant($"{r.Year},{r.Partner},842,{r.Hs},{r.Usd / 1000},{r.Kg / 1000}\n")));

    /// <summary>The last heading before the first; the rows stay.</summary>
    private static string Rotated(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var headings = text[..end].TrimEnd('\r', ',').Split(',');
        return string.Join(',', headings.Prepend(headings[^1]).SkipLast(1)) + (text[end - 1] is ',' ? "," : "") + text[end..];
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Cut(byte[] file) => file[..(file.Length / 2)];

    private static byte[] Zip(string name, ReadOnlySpan<byte> content)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(name).Open();
            entry.Write(content);
        }
        return bytes.ToArray();
    }

    /// <summary>A flow as each format writes it: what the United States bought of a partner.</summary>
    private sealed record Row(int Year, int Partner, string Hs, double Kg, double Usd);

    /// <param name="Query">The format, and what else the request declares.</param>
    /// <param name="Expects">What a refusal says it should have been.</param>
    /// <param name="Other">What is said of text of another kind.</param>
    private sealed record Sample(string Name, string Query, Func<IEnumerable<Row>, string> Text, string Expects, string Other)
    {
        public bool IsZip { get; init; }

        public bool IsJson => Name.EndsWith("JSON", StringComparison.Ordinal);

        public byte[] Make(IEnumerable<Row> rows, Encoding? encoding = null) => Pack((encoding ?? Encoding.UTF8).GetBytes(Text(rows)));

        public byte[] Pack(ReadOnlySpan<byte> content) => IsZip ? Zip("BACI_HS17_Y2019_V202301.csv", content) : content.ToArray();
    }
}
