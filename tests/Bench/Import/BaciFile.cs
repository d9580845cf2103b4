using System.Buffers;
using System.Buffers.Text;
using Chokepoint.Reference;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.Bench.Import;

/// <summary>
/// A year of BACI in its true shape: <c>t,i,j,k,v,q</c> sorted by exporter, importer and code; about 200 economies and 5,000 codes, most
/// flows small, a quantity in twenty not known. The same number of rows gives the same file.
/// </summary>
/// <remarks>The figures are made up; what they look like is BACI's: values to 3 decimals, quantities padded to their column.</remarks>
internal sealed class BaciFile(int rows, int year = BaciFile.Asked)
{
    /// <summary>The year that questions are about.</summary>
    public const int Asked = 2021;

    private const int Products = 5000;

    private static readonly short[] Areas =
        [.. Economies.All.Where(e => TradeAreas.TryGetNumber(e.Code, out _) && e.Code != Economies.EuropeanUnion)
            .Select(e => TradeAreas.TryGetNumber(e.Code, out var number) ? number : (short)0).Order().Take(230)];

    /// <summary>The codes minerals are traded under, and others beside them that are nobody's here.</summary>
    private static readonly int[] Codes =
        [.. TradedCodes.All.Select(c => int.Parse(c.Hs6, System.Globalization.CultureInfo.InvariantCulture)).Distinct()
            .Concat(Enumerable.Range(0, 97 * 60).Select(i => (i / 60 + 1) * 10000 + (i % 60) * 160 + 111)).Distinct().Take(Products).Order()];

    private static readonly Dictionary<int, string> CodeTexts =
        Codes.ToDictionary(code => code, code => code.ToString("000000", System.Globalization.CultureInfo.InvariantCulture));

    public int Rows => rows;

    /// <summary>The rows as the platform's own reader would give them.</summary>
    public IEnumerable<FlowRow> Parsed()
    {
        foreach (var (exporter, importer, code, thousands, tonnes) in Figures())
            yield return new FlowRow(
                TradePeriod.OfYear(year), CodeTexts[code], importer, FlowDirection.Import, exporter,
                "", null, null, tonnes * 1000, thousands * 1000, Estimated: false, 6);
    }

    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = File.Create(path);
        var text = new ArrayBufferWriter<byte>(1 << 18);
        text.Write("t,i,j,k,v,q\n"u8);
        foreach (var (exporter, importer, code, thousands, tonnes) in Figures())
        {
            Write(text, year, ','); Write(text, exporter, ','); Write(text, importer, ','); Write(text, code, ',');
            Write(text, thousands, ',');
            if (tonnes is { } quantity) Write(text, quantity, '\n');
            else text.Write("          NA\n"u8);
            if (text.WrittenCount < 1 << 17) continue;
            await stream.WriteAsync(text.WrittenMemory, cancellationToken);
            text.ResetWrittenCount();
        }
        await stream.WriteAsync(text.WrittenMemory, cancellationToken);
    }

    private IEnumerable<(short Exporter, short Importer, int Code, double Thousands, double? Tonnes)> Figures()
    {
        var perPair = Math.Max(1, (int)Math.Ceiling((double)rows / (Areas.Length * (Areas.Length - 1))));
        var (state, made) = (1u, 0);
        foreach (var exporter in Areas)
        {
            foreach (var importer in Areas)
            {
                if (exporter == importer) continue;
                for (var i = 0; i < perPair; i++)
                {
                    if (made++ == rows) yield break;
                    state = state * 1664525 + 1013904223;
                    // Codes rise within a pair and never repeat, as in the file.
                    var code = Codes[(int)((long)i * Codes.Length / perPair + state % Math.Max(1, Codes.Length / perPair))];
                    yield return (exporter, importer, code, (state >> 8) % 1_000_000 / 1000.0, state % 20 == 0 ? null : (state >> 12) % 100_000 / 1000.0);
                }
            }
        }
    }

    private static void Write(ArrayBufferWriter<byte> text, int number, char after)
    {
        var span = text.GetSpan(16);
        Utf8Formatter.TryFormat(number, span, out var length);
        span[length] = (byte)after;
        text.Advance(length + 1);
    }

    private static void Write(ArrayBufferWriter<byte> text, double number, char after)
    {
        var span = text.GetSpan(40);
        Utf8Formatter.TryFormat(number, span, out var length, new StandardFormat('F', 3));
        span[length] = (byte)after;
        text.Advance(length + 1);
    }
}
