using System.Text;
using Chokepoint.Imports;
using Chokepoint.MarketPrices.Imports;
using Chokepoint.Testing.Files;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>A file damaged anywhere is read or refused; any other error would be taken for the service's own and tried again.</summary>
public sealed class DamagedFileTests
{
    private const int Damages = 400;

    [Fact]
    public async Task A_pink_sheet_damaged_anywhere_is_read_or_refused() => await DamageAsync(new PinkSheetFormat(TimeProvider.System), new PinkSheetFile().Make());

    [Fact]
    public async Task The_imf_s_workbook_damaged_anywhere_is_read_or_refused() =>
        await DamageAsync(new ImfFormat(TimeProvider.System), await SharedData.ReadAsync("data", "prices", "IMF_external-data-v2.xls"));

    [Fact]
    public async Task A_csv_damaged_anywhere_is_read_or_refused()
    {
        await DamageAsync(new FredFormat(TimeProvider.System), "observation_date,PCOPPUSDM\n2020-01-01,6031.2\n2020-02-01,5687.7\n2020-03-01,\"5,182.6\"\n"u8.ToArray());
        await DamageAsync(new UsgsFormat(TimeProvider.System), Encoding.Latin1.GetBytes(
            "Commodity,Statistics,Statistics_detail,Unit,Year,Value\nCopper,Price,\"COMEX, cathode\",cents per pound,2021,\"1,424.3\"\nGallium,Price,Low-purity,dollars per kilogram,2021,200\n"));
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_is_refused_in_the_header_and_below_it()
    {
        var endless = "\"" + new string('x', 2 << 20);
        foreach (var text in (string[])[endless, "observation_date,PCOPPUSDM\n2020-01-01,6031.2\n" + endless])
        {
            await Should.ThrowAsync<ImportRefusedException>(async () =>
            {
                await using var rows = await new FredFormat(TimeProvider.System).OpenAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), null, CancellationToken.None);
                while (await rows.ReadAsync(CancellationToken.None)) _ = rows.TryGet(out _, out _);
            });
        }
    }

    /// <summary>Cuts, bytes changed, and pieces doubled or left out, the same in every run.</summary>
    private static async Task DamageAsync(IImportFormat<PriceRow> format, byte[] whole)
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
                await using var rows = await format.OpenAsync(new MemoryStream(damaged), null, CancellationToken.None);
                while (await rows.ReadAsync(CancellationToken.None)) _ = rows.TryGet(out _, out _);
                read++;
            }
            catch (ImportRefusedException)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Damage {i} of {damaged.Length} bytes: {e.GetType().Name}", e);
            }
        }
        (read, refused).ShouldSatisfyAllConditions(() => read.ShouldBeGreaterThan(0), () => refused.ShouldBeGreaterThan(0));
    }
}
