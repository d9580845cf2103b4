using System.Xml;
using CsvHelper;
using ExcelDataReader.Exceptions;

namespace Chokepoint.Reference.Importing;

/// <summary>Turns a file that cannot be read at all (a broken archive, a quote that never closes) into a refusal with the reason.</summary>
internal sealed class ReadableFiles(IFigureImporter layout) : IFigureImporter
{
    public string Name => layout.Name;

    public string Describes => layout.Describes;

    public FigureImport Import(Stream file, string fileName)
    {
        try
        {
            return layout.Import(file, fileName);
        }
        catch (Exception e) when (e is CsvFormatException or ExcelReaderException or InvalidDataException or XmlException or EndOfStreamException)
        {
            return FigureImport.Refuse($"The file cannot be read: {e.Message}");
        }
    }
}
