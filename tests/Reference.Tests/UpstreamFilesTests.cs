using Chokepoint.Reference.Importing;
using Chokepoint.ReferenceTables;

namespace Chokepoint.Reference.Tests;

/// <summary>On the publishers' own files, which are not in the repository: <c>../shared</c> beside it, where there is one.</summary>
public sealed class UpstreamFilesTests
{
    [Fact]
    public void The_tables_that_ship_are_what_the_tool_writes()
    {
        var folder = Directory.CreateTempSubdirectory("tables");
        try
        {
            ReferenceTableWriter.WriteAll(Material(), folder.FullName, TextWriter.Null).ShouldBeTrue();
            foreach (var written in folder.EnumerateFiles())
                File.ReadAllText(written.FullName).ShouldBe(File.ReadAllText(Path.Combine(Root(), "shared", "Reference", "Data", written.Name)), written.Name);
            folder.EnumerateFiles().Count().ShouldBe(FigureTable.Names.Count - 1); // trade agreements are hand-kept
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_list_of_the_United_States_is_the_one_in_the_Federal_Register()
    {
        var named = File.ReadLines(Path.Combine(Material(), "data/policy/us_final_2025_critical_minerals_list.csv")).Skip(1).Select(l => l.Split(',')[2])
            .Select(n => n switch
            {
                "aluminum" => "aluminium",
                "barite" => "baryte",
                "cesium" => "caesium",
                "graphite" => "natural-graphite",
                "metallurgical coal" => "coking-coal",
                "phosphate" => "phosphate-rock",
                "silicon" => "silicon-metal",
                _ => n,
            });

        Minerals.All.Where(m => m.OnUsList).Select(m => m.Slug).ShouldBe(named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Claims_are_the_ones_collected() =>
        Claims.All.Count.ShouldBe(File.ReadLines(Path.Combine(Material(), "reference/claims.csv")).Count(l => l.Length > 0) - 1);

    private static string Material()
    {
        var material = Path.GetFullPath(Path.Combine(Root(), "..", "shared"));
        Assert.SkipUnless(Directory.Exists(Path.Combine(material, "data", "usgs_mcs")), $"The publishers' files are not here ({material}).");
        return material;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) folder = folder.Parent;
        return folder.ShouldNotBeNull().FullName;
    }
}
