using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference.Tests.Importing;

public sealed class UnreadableFilesTests
{
    public static TheoryData<string> Importers => [.. FigureImporters.All.Select(i => i.Name)];

    [Theory]
    [MemberData(nameof(Importers))]
    public void An_empty_file_is_refused(string importer) => ShouldRefuse(importer, []);

    [Theory]
    [MemberData(nameof(Importers))]
    public void Bytes_of_nothing_in_particular_are_refused(string importer) => ShouldRefuse(importer, [0xFF, 0xFE, 0x00, 0xD8, 0x81, 0x8D, 0x22, 0x0A, 0x00]);

    [Theory]
    [MemberData(nameof(Importers))]
    public void A_broken_archive_is_refused(string importer) => ShouldRefuse(importer, [.. "PK\u0003\u0004"u8, .. new byte[200]]);

    [Theory]
    [MemberData(nameof(Importers))]
    public void A_header_alone_gives_nothing_but_no_error(string importer)
    {
        var import = Sample.Import(importer, "mcs2024-tin_world.csv", "a,b,c\n");

        import.Figures.ShouldBeEmpty();
        import.Refusal.ShouldNotBeNull();
    }

    private static void ShouldRefuse(string importer, byte[] bytes)
    {
        var import = Sample.Import(importer, "file", bytes);

        import.Figures.ShouldBeEmpty();
        import.Refusal.ShouldNotBeNullOrEmpty();
    }
}
