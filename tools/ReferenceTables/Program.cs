using Chokepoint.ReferenceTables;

// dotnet run --project tools/ReferenceTables -- <folder with data/ and reference/> [<folder of the tables>]
if (args is not [var material, ..] || !Directory.Exists(material))
{
    Console.Error.WriteLine("Say where the publishers' files are: dotnet run --project tools/ReferenceTables -- ../shared");
    return 2;
}

var tables = args.Length > 1 ? args[1] : Path.Combine("shared", "Reference", "Data");
if (!Directory.Exists(tables))
{
    Console.Error.WriteLine($"{tables} is no folder; run this in the root of the repository.");
    return 2;
}

return ReferenceTableWriter.WriteAll(material, tables, Console.Out) ? 0 : 1;
