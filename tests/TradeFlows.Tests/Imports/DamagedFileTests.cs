using System.IO.Compression;
using System.Text;
using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Imports;

namespace Chokepoint.TradeFlows.Tests.Imports;

/// <summary>A file damaged anywhere is read or refused; any other error would be taken for the service's own and tried again.</summary>
public sealed class DamagedFileTests
{
    private const int Damages = 400;

    private const string Declared =
        """{"source":"desk","reporter":"USA","direction":"import","frequency":"annual","period":"year","partner":"partner","hs":"hs","value":"usd"}""";

    private const string Json = """
        {"count":2,"data":[{"period":"2021","reporterCode":392,"flowCode":"M","partnerCode":0,"cmdCode":"280530","netWgt":50.5,"primaryValue":700.25},
         {"period":2021,"reporterCode":392,"flowCode":"M","partnerCode":156,"cmdCode":"280530","netWgt":null,"primaryValue":600.0}],"error":""}
        """;

    private static readonly string Baci = "t,i,j,k,v,q\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"2021,156,842,{250410 + i},{i}.5,   {i}.25\n"));

    [Fact]
    public async Task A_text_damaged_anywhere_is_read_or_refused()
    {
        await DamageAsync(new ComtradeV1Format(TimeProvider.System), Encoding.UTF8.GetBytes(Samples.Gallium));
        await DamageAsync(new ComtradeV1Format(TimeProvider.System), Encoding.UTF8.GetBytes(Json));
        await DamageAsync(new BaciFormat(TimeProvider.System), Encoding.UTF8.GetBytes(Baci));
        await DamageAsync(new DeclaredCsvFormat(TimeProvider.System), "year,partner,hs,usd\n2020,\"Türkiye\",250410,1\n2020,China,250410,2\n"u8.ToArray(), Declared);
    }

    [Fact]
    public async Task A_zip_damaged_anywhere_is_read_or_refused()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using (var year = archive.CreateEntry("BACI_HS17_Y2021_V202301.csv").Open()) year.Write(Encoding.UTF8.GetBytes(Baci));
            using var countries = archive.CreateEntry("country_codes_V202301.csv").Open();
            countries.Write("country_code;x\n4;y\n"u8);
        }

        await DamageAsync(new BaciFormat(TimeProvider.System), bytes.ToArray());
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_is_refused_in_the_header_and_below_it()
    {
        var endless = "\"" + new string('x', 2 << 20);
        (IImportFormat<FlowRow> Format, string Good, string? Options)[] texts =
        [
            (new ComtradeV1Format(TimeProvider.System), Samples.Gallium, null), (new BaciFormat(TimeProvider.System), Baci, null),
            (new DeclaredCsvFormat(TimeProvider.System), "year,partner,hs,usd\n2020,China,250410,2\n", Declared),
        ];
        foreach (var (format, good, options) in texts)
        {
            await Should.ThrowAsync<ImportRefusedException>(() => ReadAsync(format, Encoding.UTF8.GetBytes(endless), options));
            await Should.ThrowAsync<ImportRefusedException>(() => ReadAsync(format, Encoding.UTF8.GetBytes(good + endless), options));
        }
    }

    /// <summary>Cuts, bytes changed, and pieces left out, the same in every run.</summary>
    private static async Task DamageAsync(IImportFormat<FlowRow> format, byte[] whole, string? options = null)
    {
        var random = new Random(8);
        var (read, refused) = (0, 0);
        for (var i = 0; i < Damages; i++)
        {
            var damaged = whole.ToArray();
            switch (i % 4)
            {
                case 0:
                    damaged = damaged[..random.Next(damaged.Length)];
                    break;
                case 1:
                    for (var n = random.Next(1, 20); n > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                    break;
                case 2:
                    damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    var (from, length) = (random.Next(damaged.Length), random.Next(damaged.Length / 4));
                    damaged = [.. damaged[..from], .. damaged[Math.Min(from + length, damaged.Length)..]];
                    break;
            }
            try
            {
                await ReadAsync(format, damaged, options);
                read++;
            }
            catch (ImportRefusedException)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{format.Name}, damage {i} of {damaged.Length} bytes: {e.GetType().Name}", e);
            }
        }
        (read, refused).ShouldSatisfyAllConditions(() => read.ShouldBeGreaterThan(0), () => refused.ShouldBeGreaterThan(0));
    }

    private static async Task ReadAsync(IImportFormat<FlowRow> format, byte[] file, string? options)
    {
        await using var rows = await format.OpenAsync(new MemoryStream(file), options, CancellationToken.None);
        while (await rows.ReadAsync(CancellationToken.None)) _ = rows.TryGet(out _, out _);
    }
}
